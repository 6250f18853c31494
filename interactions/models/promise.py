"""What was promised: by us, or asked of us and still open."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


class PromiseQuerySet(BelongingQuerySet):
    def open(self) -> "PromiseQuerySet":
        """Neither kept nor taken back."""
        return self.filter(state=Promise.State.OPEN)


@keep_history()
class Promise(models.Model):
    """``ours``: we owe it; ``theirs``: they asked for it and wait for an answer."""

    class Side(models.TextChoices):
        OURS = "ours", _("we promised")
        THEIRS = "theirs", _("they asked")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("kept")
        DROPPED = "dropped", _("taken back")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="promises")
    person = models.ForeignKey("customers.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    interaction = models.ForeignKey(
        "interactions.Interaction", models.SET_NULL, null=True, blank=True, related_name="promises"
    )
    side = models.CharField(_("who"), max_length=6, choices=Side.choices)
    text = models.CharField(_("what"), max_length=300)
    due_on = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="promises")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        indexes = [
            models.Index(fields=["customer"], name="promise_open", condition=models.Q(state="open")),
            models.Index(fields=["owner", "due_on"], name="promise_of_owner", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.text
