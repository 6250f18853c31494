"""A complaint from the customer's first word to his last."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel
from customers.models.belonging import BelongingQuerySet


class ComplaintQuerySet(BelongingQuerySet):
    def open(self) -> "ComplaintQuerySet":
        return self.filter(closed_at=None)


@keep_history(exclude=["changed_at", "edit_version"])
class Complaint(EditedModel):
    """``guardian`` is never the customer's seller (asked by ``complaints.guardian_assignment``, held by a trigger).

    Closed only with the customer's own word, or after the set number of attempts on different days to get it.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("complaint")
        QUESTION = "question", _("question")
        REQUEST = "request", _("request")
        SUGGESTION = "suggestion", _("suggestion")

    class Severity(models.IntegerChoices):
        LOW = 1, _("low")
        MEDIUM = 2, _("medium")
        HIGH = 3, _("high")

    class Mended(models.TextChoices):
        YES = "yes", _("yes, they say so")
        PART = "part", _("in part")
        NO = "no", _("no")
        UNKNOWN = "", _("not said")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="complaints", verbose_name=_("customer")
    )
    person = models.ForeignKey(
        "customers.Person", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who complained")
    )
    order = models.ForeignKey(
        "customers.Order", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.COMPLAINT)
    title = models.CharField(_("in a few words"), max_length=200)
    words = models.TextField(_("in the customer's words"), blank=True, default="", db_default="")
    wants = models.CharField(_("what they want"), max_length=300, blank=True, default="", db_default="")
    cost_to_customer = models.CharField(_("what it costs them"), max_length=300, blank=True, default="", db_default="")
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices, default=Severity.MEDIUM)
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="guarded",
        verbose_name=_("guardian"),
    )
    guardian_named_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    remedy = models.CharField(_("remedy agreed"), max_length=300, blank=True, default="", db_default="")
    customers_word = models.TextField(_("the customer's own word"), blank=True, default="", db_default="")
    mended = models.CharField(
        _("is it mended?"), max_length=5, choices=Mended.choices, blank=True, default="", db_default=""
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    value_cents = models.BigIntegerField(_("yearly sales at risk"), default=0, db_default=0)
    token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at", "-id"]
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        permissions = [
            ("guard_complaint", "Be the guardian of a complaint"),
            ("name_guardian", "Name another guardian"),
            ("close_complaint", "Close a complaint with the customer's word"),
        ]
        indexes = [
            models.Index(fields=["customer", "-taken_at"], name="complaint_of_customer"),
            models.Index(fields=["taken_at"], name="complaint_open", condition=models.Q(closed_at=None)),
            models.Index(fields=["guardian", "taken_at"], name="complaint_guarded", condition=models.Q(closed_at=None)),
            models.Index(fields=["-closed_at"], name="complaint_closed"),
            models.Index(fields=["taken_at", "id"], name="complaint_by_taken"),
            GinIndex(
                fields=["title"],
                opclasses=["gin_trgm_ops"],
                name="complaint_title_trgm",
                condition=models.Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """What people call it: ``C-2207``."""
        return f"C-{self.pk}"


class ComplaintEntry(models.Model):
    """What happened with a complaint, newest last; never changed."""

    class Kind(models.TextChoices):
        TAKEN = "taken", _("taken")
        GUARDIAN = "guardian", _("guardian named")
        ANSWER = "answer", _("answer to the customer")
        NOTE = "note", _("note")
        REMEDY = "remedy", _("remedy")
        GOODWILL = "goodwill", _("goodwill")
        ESCALATED = "escalated", _("escalated")
        ATTEMPT = "attempt", _("attempt to reach the customer")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("opened again")

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True, default="", db_default="")
    minutes = models.PositiveIntegerField(_("minutes"), default=0, db_default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["complaint", "at", "id"]
        indexes = [models.Index(fields=["complaint", "at"], name="entry_of_complaint")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind}"


class ClosingAttempt(models.Model):
    """A try to hear the customer's own word; counts once a local day."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="closing_attempts")
    day = models.DateField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["complaint", "day"], name="closing_attempt_once_a_day")]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.day}"


class Escalation(models.Model):
    """Somebody was told that the clock of a complaint reached a day; once per complaint and day."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="escalations")
    clock_day = models.PositiveSmallIntegerField()
    told = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["clock_day"]
        constraints = [models.UniqueConstraint(fields=["complaint", "clock_day"], name="escalation_once")]

    def __str__(self) -> str:
        return f"{self.complaint_id} day {self.clock_day}"


@keep_history()
class GoodwillGrant(models.Model):
    """Something given to mend it, in cents, within the segment's limit; costed to the customer."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="goodwill_grants")
    what = models.CharField(_("what"), max_length=200)
    amount_cents = models.BigIntegerField(_("amount"))
    granted_at = models.DateTimeField(db_default=Now(), editable=False)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="goodwill_is_positive")]

    def __str__(self) -> str:
        return self.what
