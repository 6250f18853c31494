"""What an import made and changed, so that it can be taken back; and how a file with certain headers was read."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.models import User


class ImportChange(models.Model):
    """One row that an import made (``before`` is empty) or changed (``before`` holds its columns as they were).

    ``what`` is the key of a written table (``customers.import_remembering``). ``mark`` is a checksum of the row as the
    import left it: a row with another checksum was changed by somebody since and is not taken back. ``refused`` says
    why the last undo left it alone. Written by SQL, a row for each row of a file, so no foreign key is checked row by
    row; cleared after 30 days.
    """

    pk = models.CompositePrimaryKey("data_import", "what", "row_id")
    data_import = models.ForeignKey(
        "customers.DataImport", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    what = models.CharField(max_length=12)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    mark = models.BigIntegerField(null=True)
    refused = models.CharField(max_length=12, blank=True, default="", db_default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.data_import_id} {self.what} {self.row_id}"


class ImportMappingQuerySet(models.QuerySet["ImportMapping"]):
    def visible_to(self, user: User) -> "ImportMappingQuerySet":
        """A mapping is knowledge about another system's exports: whoever imports may use it."""
        return self if user.has_perm("customers.import_customer") else self.none()


class ImportMapping(models.Model):
    """Columns and reading options under a name, offered when a file of the same headers comes again.

    ``headers_hash`` is the checksum of the headers in their order, without case and spaces.
    """

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=20)
    headers_hash = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"), db_default=Now())
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = ImportMappingQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="import_mapping_once")]
        indexes = [models.Index(fields=["kind", "headers_hash"], name="import_mapping_by_headers")]

    def __str__(self) -> str:
        return self.name
