"""What we want to know of customers, and the questions by which we ask for it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel
from customers.models.belonging import BelongingQuerySet


@keep_history(exclude=["changed_at", "edit_version"])
class FactKind(EditedModel):
    """A kind of fact that the profile of a customer should hold; one that is not known is a gap.

    ``worth`` (1 to 5) says how much knowing it helps. ``holds_months`` is how long an answer is taken as true; empty
    means until somebody says otherwise.
    """

    class ValueKind(models.TextChoices):
        TEXT = "text", _("words")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        FLAG = "flag", _("yes or no")

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("what exactly"), max_length=200, blank=True, default="", db_default="")
    value_kind = models.CharField(
        _("told as"), max_length=6, choices=ValueKind.choices, default=ValueKind.TEXT, db_default="text"
    )
    worth = models.PositiveSmallIntegerField(_("how much it helps, 1 to 5"), default=3, db_default=3)
    holds_months = models.PositiveSmallIntegerField(_("holds for, months"), null=True, blank=True)
    use_in_talk = models.BooleanField(_("use in talk"), default=True, db_default=True)
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        ordering = ["-worth", "name"]
        verbose_name = _("kind of fact")
        verbose_name_plural = _("kinds of facts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(worth__gte=1) & models.Q(worth__lte=5) & ~models.Q(name=""), name="fact_kind_worth"
            )
        ]

    def __str__(self) -> str:
        return self.name


@keep_history(exclude=["changed_at", "edit_version"])
class Question(EditedModel):
    """One entry of the bank: how a kind of fact is asked for, in words that honour who answers."""

    kind = models.ForeignKey(FactKind, models.PROTECT, related_name="questions", verbose_name=_("asks for"))
    text = models.CharField(_("question"), max_length=200, unique=True)
    tags = ArrayField(models.CharField(max_length=30), verbose_name=_("tags"), default=list, blank=True)
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        ordering = ["kind", "text"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.text


@keep_history()
class QuestionAsking(models.Model):
    """A question put to a customer on a local day, and what came of it.

    Answered and refused it is never put again, whoever asks; put off it rests for a while.
    """

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", _("would rather not say")
        PUT_OFF = "put_off", _("not now")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="askings")
    question = models.ForeignKey(Question, models.PROTECT, related_name="askings")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    asked_on = models.DateField(_("on"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    person = models.ForeignKey("customers.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    fact = models.OneToOneField("customers.ProfileFact", models.SET_NULL, null=True, blank=True, related_name="asking")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name = _("asked question")
        verbose_name_plural = _("asked questions")
        indexes = [
            models.Index(fields=["customer", "question", "outcome", "-asked_on"], name="asking_of_customer"),
            models.Index(fields=["question", "outcome"], name="asking_by_question"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.outcome}"
