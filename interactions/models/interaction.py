"""One contact with a customer."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


@keep_history()
class Interaction(models.Model):
    """A call, mail, visit or chat, in the words of who had it.

    ``token`` comes from the form: the same form sent twice logs once. ``minutes`` feed the cost to serve.
    ``override_reason`` is there when the customer had refused this channel.
    """

    class Channel(models.TextChoices):
        CALL = "call", _("call")
        MAIL = "mail", _("mail")
        VISIT = "visit", _("visit")
        CHAT = "chat", _("chat")

    class Direction(models.TextChoices):
        OUT = "out", _("we contacted them")
        IN = "in", _("they contacted us")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("talked")
        NOT_REACHED = "not_reached", _("not reached")
        MESSAGE = "message", _("left a message")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="interactions")
    person = models.ForeignKey("customers.Person", models.SET_NULL, null=True, blank=True, related_name="interactions")
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices, default=Direction.OUT)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, default=Outcome.TALKED)
    note = models.TextField(_("what was said"), blank=True, default="", db_default="")
    minutes = models.PositiveIntegerField(_("minutes"), default=0, db_default=0)
    happened_at = models.DateTimeField(_("when"))
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="interactions")
    next_contact_at = models.DateTimeField(_("next contact"), null=True, blank=True)
    override_reason = models.CharField(
        _("why against their wish"), max_length=300, blank=True, default="", db_default=""
    )
    token = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BelongingQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["customer", "-happened_at", "-id"], name="interaction_of_customer"),
            models.Index(fields=["logged_by", "-happened_at"], name="interaction_of_user"),
            models.Index(fields=["created_at", "id"], name="interaction_by_logging"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.happened_at:%Y-%m-%d}"
