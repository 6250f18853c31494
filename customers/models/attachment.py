"""A file that belongs to a customer, to one of his complaints or to a contact with him."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet
from customers.rules.file_sniffing import KINDS, FileKind


@keep_history()
class Attachment(models.Model):
    """``stored`` is the random name under which the content lies in the media storage; ``file_name`` is what people
    call it. ``kind`` comes from the content (``customers.rules.file_sniffing``), never from the name.

    ``about`` and ``about_id`` say what it belongs to besides the customer: a complaint, an interaction, or "" and 0.
    A removed row's content stays for the days of the bin.
    """

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="attachments", db_index=False)
    about = models.CharField(max_length=12, blank=True, default="", db_default="")
    about_id = models.BigIntegerField(default=0, db_default=0)
    file_name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12)
    stored = models.CharField(max_length=80, unique=True, editable=False)
    bytes = models.BigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"), db_default=Now())
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["customer", "-id"], name="attachment_of_customer"),
            models.Index(fields=["about", "about_id"], name="attachment_about", condition=~models.Q(about="")),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_kind(self) -> FileKind:
        return KINDS[self.kind]
