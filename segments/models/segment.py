"""A segment and the versions of its rule."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel


@keep_history(exclude=["changed_at", "edit_version"])
class Segment(EditedModel):
    """A group of customers that is treated alike.

    Rules are asked in order of ``priority`` (1 first); the first that holds decides; ``is_fallback`` takes the rest.
    """

    class Mark(models.TextChoices):
        """Shape and colour, fixed for ever; the spare shapes are drawn in ink."""

        PREMIUM = "premium", _("diamond, violet")
        STANDARD = "standard", _("disc, blue")
        LOW = "low", _("square, ochre")
        NEW = "new", _("triangle up, green")
        RISK = "risk", _("triangle down, red")
        PLUS = "plus", _("plus")
        STAR = "star", _("star")
        HEXAGON = "hexagon", _("hexagon")
        HALF = "half", _("half-disc")

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    mark = models.CharField(_("mark"), max_length=10, choices=Mark.choices, default=Mark.PLUS)
    priority = models.PositiveSmallIntegerField(_("asked as number"))
    is_fallback = models.BooleanField(_("takes the rest"), default=False, db_default=False)
    target_definition = models.TextField(_("who belongs here"), blank=True, default="", db_default="")
    counter_examples = models.TextField(_("who does not"), blank=True, default="", db_default="")
    value_proposition = models.TextField(_("what we promise"), blank=True, default="", db_default="")
    cadence_days = models.PositiveSmallIntegerField(
        _("talk at least every, days"), null=True, blank=True, help_text=_("Empty: only when the customer wants it.")
    )
    goodwill_limit_cents = models.BigIntegerField(_("goodwill limit"), default=0, db_default=0)
    answer_hours = models.PositiveSmallIntegerField(
        _("answer within, working hours"), null=True, blank=True, help_text=_("Empty: nothing is promised.")
    )
    needs_owner = models.BooleanField(_("always has an owner"), default=False, db_default=False)
    care_cents = models.BigIntegerField(_("what care costs, a customer a year"), null=True, blank=True)
    is_passing = models.BooleanField(
        _("customers only pass through"),
        default=False,
        db_default=False,
        help_text=_("As new ones and those at risk do: what they are worth does not decide who belongs here."),
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["priority", "id"]
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        permissions = [
            ("publish_segment", "Publish the rule of a segment"),
            ("pin_segment", "Pin a customer's class or segment"),
            ("view_dashboard", "See the segment dashboard"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["is_fallback"], condition=models.Q(is_fallback=True), name="one_fallback_segment"
            )
        ]

    @property
    def place(self) -> tuple[bool, int, int]:
        """Where it stands among the others: in the order in which rules are asked, and last what takes the rest."""
        return self.is_fallback, self.priority, self.pk

    def __str__(self) -> str:
        return self.name


@keep_history()
class SegmentRule(models.Model):
    """One version of a segment's rule in the criteria grammar (``segments.rules.criteria``).

    A draft with ``publish_on`` (a local day) comes into force in the night before that day's work begins.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("in force")
        RETIRED = "retired", _("replaced")

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="rules")
    version = models.PositiveIntegerField(_("version"))
    criteria = models.JSONField(_("rule"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    publish_on = models.DateField(_("comes into force on"), null=True, blank=True)

    class Meta:
        ordering = ["segment", "-version"]
        verbose_name = _("segment rule")
        verbose_name_plural = _("segment rules")
        constraints = [
            models.UniqueConstraint(fields=["segment", "version"], name="segment_rule_version_once"),
            models.UniqueConstraint(
                fields=["segment"], condition=models.Q(state="published"), name="one_published_segment_rule"
            ),
            models.UniqueConstraint(
                fields=["segment"], condition=models.Q(state="draft"), name="one_draft_segment_rule"
            ),
            models.CheckConstraint(
                condition=models.Q(publish_on=None) | models.Q(state="draft"), name="only_drafts_are_scheduled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment} v{self.version}"
