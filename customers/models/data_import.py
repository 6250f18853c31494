"""An import of a file: from upload to report."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.models import JobRun, Role, User


class DataImportQuerySet(models.QuerySet["DataImport"]):
    def visible_to(self, user: User) -> "DataImportQuerySet":
        """An admin sees every import, everybody else those he made."""
        return self if user.role == Role.ADMIN else self.filter(created_by=user.pk)


class DataImport(models.Model):
    """One uploaded file and what became of it. Rows travel by COPY; what was wrong stands in ``report``.

    ``columns`` maps our field names to the file's headers; ``report`` holds counts, the first problems by row and
    field, what the preview showed, and under ``undo`` what an undo did. ``kind`` is one of
    ``customers.import_kinds``. ``file`` is removed when the import is done, its ``sha256`` stays.
    """

    class State(models.TextChoices):
        READING = "reading", _("reading the file")
        READY = "ready", _("waiting for your word")
        RUNNING = "running", _("importing")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    kind = models.CharField(_("what"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READING)
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = models.CharField(_("file name"), max_length=255)
    file_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    rejected = models.FileField(_("rejected rows"), upload_to="imports/", blank=True)
    job = models.ForeignKey("core.JobRun", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DataImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("customers:import-detail", args=[self.pk])

    @property
    def same(self) -> dict[str, str]:
        """Our fields that have no column but one text for every row."""
        return {name: text for name, text in self.options.get("same", {}).items() if name not in self.columns}

    @property
    def only_known(self) -> bool:
        """Whether rows only change what is here, and need not say all that new records need."""
        return bool(self.options.get("mode") == "update")

    @property
    def filled(self) -> dict[str, str]:
        """Our fields that rows bring something for, with the header of their column ("" where all have the same)."""
        return {**dict.fromkeys(self.same, ""), **self.columns}

    @property
    def shown_state(self) -> str:
        """The state as it is for the user: a job that was given up has failed, whatever was noted last."""
        if (
            self.job
            and self.job.state == JobRun.State.FAILED
            and self.state in {self.State.READING, self.State.RUNNING, self.State.UNDOING}
        ):
            return self.State.FAILED
        return self.state
