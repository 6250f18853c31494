"""What customers need, beside what they are worth."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel
from customers.models.belonging import BelongingQuerySet


@keep_history(exclude=["changed_at", "edit_version"])
class Need(EditedModel):
    """One entry of the company's catalogue of needs; one that is no longer asked for stays with those who have it."""

    name = models.CharField(_("need"), max_length=80, unique=True)
    description = models.CharField(_("how one knows it"), max_length=300, blank=True, default="", db_default="")
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")

    def __str__(self) -> str:
        return self.name


@keep_history()
class CustomerNeed(models.Model):
    """A customer has a need: by what evidence, from whom, since which local day, and whether we meet it.

    ``is_met`` is empty while nobody knows. ``answer`` is what came of hearing it: something changed with us, or a
    reason says why nothing does; ``answer_text`` says what or why, ``answered_on`` since which local day.
    """

    class Answer(models.TextChoices):
        NONE = "", _("nothing yet")
        CHANGED = "changed", _("something changed")
        DECLINED = "declined", _("nothing changes, with a reason")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="needs")
    need = models.ForeignKey(Need, models.PROTECT, related_name="customers", verbose_name=_("need"))
    evidence = models.CharField(_("evidence"), max_length=300)
    source = models.CharField(_("told by"), max_length=150, blank=True, default="", db_default="")
    noted_on = models.DateField(_("on"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    is_met = models.BooleanField(_("we meet it"), null=True, blank=True)
    answer = models.CharField(
        _("what came of it"), max_length=8, choices=Answer.choices, blank=True, default="", db_default=""
    )
    answer_text = models.CharField(_("what, or why not"), max_length=300, blank=True, default="", db_default="")
    answered_on = models.DateField(_("answered"), null=True, blank=True)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["need__name"]
        verbose_name = _("need of a customer")
        verbose_name_plural = _("needs of customers")
        constraints = [
            models.UniqueConstraint(fields=["customer", "need"], name="customer_need_once"),
            models.CheckConstraint(condition=~models.Q(evidence=""), name="customer_need_has_evidence"),
            models.CheckConstraint(
                condition=models.Q(answer="") | ~models.Q(answer_text=""), name="customer_need_answer_has_words"
            ),
        ]
        indexes = [models.Index(fields=["noted_on", "id"], name="customer_need_by_day")]

    def __str__(self) -> str:
        return str(self.need)
