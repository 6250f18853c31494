"""What a segment's customers can expect of us, step by step: definitions, not what is being carried out."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models import Role


class Process(models.Model):
    """One cell of the matrix segment × flow."""

    class Flow(models.TextChoices):
        PROMOTE = "promote", _("Promote")
        ORDER = "order", _("Receive and handle an order")
        PROPOSE = "propose", _("Follow a proposal")
        DELIVER = "deliver", _("Customise and deliver")
        CADENCE = "cadence", _("Stay in contact")

    segment = models.ForeignKey("segments.Segment", models.CASCADE, related_name="processes")
    flow = models.CharField(_("flow"), max_length=10, choices=Flow.choices)

    class Meta:
        ordering = ["segment__priority", "flow"]
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        constraints = [models.UniqueConstraint(fields=["segment", "flow"], name="process_once")]
        permissions = [("publish_process", "Publish a process")]

    def __str__(self) -> str:
        return f"{self.get_flow_display()} · {self.segment}"


@keep_history()
class ProcessVersion(models.Model):
    """One version of a process; running ones keep the version they started with."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("in force")
        RETIRED = "retired", _("replaced")

    process = models.ForeignKey(Process, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    promise = models.CharField(_("promise to the customer"), max_length=100, blank=True, default="", db_default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["process", "-version"]
        verbose_name = _("process version")
        verbose_name_plural = _("process versions")
        constraints = [
            models.UniqueConstraint(fields=["process", "version"], name="process_version_once"),
            models.UniqueConstraint(
                fields=["process"], condition=models.Q(state="published"), name="one_published_process_version"
            ),
            models.UniqueConstraint(
                fields=["process"], condition=models.Q(state="draft"), name="one_draft_process_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process} v{self.version}"


@keep_history()
class ProcessStep(models.Model):
    """One step: who does what, how, and until when.

    ``clock_hours`` are working hours after the step before was done (``crm.core.business_calendar``).
    """

    class Channel(models.TextChoices):
        CALL = "call", _("call")
        MAIL = "mail", _("mail")
        VISIT = "visit", _("visit")
        CHAT = "chat", _("chat")
        NONE = "", _("none")

    class Doer(models.TextChoices):
        """Who does the step: the owner of the customer, or somebody with a role in his team."""

        OWNER = "owner", _("owner of the customer")
        REP = Role.REP.value, Role.REP.label
        MANAGER = Role.MANAGER.value, Role.MANAGER.label
        GUARDIAN = Role.GUARDIAN.value, Role.GUARDIAN.label
        EXECUTIVE = Role.EXECUTIVE.value, Role.EXECUTIVE.label

    version = models.ForeignKey(ProcessVersion, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("what is done"), max_length=150)
    instruction = models.TextField(_("how"), blank=True, default="", db_default="")
    doer = models.CharField(_("who"), max_length=12, choices=Doer.choices, default=Doer.OWNER)
    clock_hours = models.PositiveSmallIntegerField(_("clock, working hours"), default=8)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices, blank=True, default="")

    class Meta:
        ordering = ["version", "position"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="step_position_once", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"
