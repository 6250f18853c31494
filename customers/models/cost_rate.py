"""What serving a customer costs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_plain_day
from crm.core.history import keep_history


@keep_history()
class CostRate(models.Model):
    """Cents a minute and cents each, for one kind of work, within dates of validity (local days, open end = NULL)."""

    class Work(models.TextChoices):
        CALL = "call", _("call")
        MAIL = "mail", _("mail")
        VISIT = "visit", _("visit")
        CHAT = "chat", _("chat")
        ORDER = "order", _("handling an order")
        FREIGHT = "freight", _("freight")
        RETURN = "return", _("handling a return")
        COMPLAINT = "complaint", _("handling a complaint")

    work = models.CharField(_("work"), max_length=10, choices=Work.choices)
    cents_per_minute = models.BigIntegerField(_("a minute"), default=0)
    cents_each = models.BigIntegerField(_("each"), default=0)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["work", "-valid_from"]
        verbose_name = _("cost rate")
        verbose_name_plural = _("cost rates")
        constraints = [models.UniqueConstraint(fields=["work", "valid_from"], name="cost_rate_once")]

    def __str__(self) -> str:
        return _("%(work)s from %(day)s") % {
            "work": self.get_work_display(),
            "day": format_plain_day(self.valid_from),
        }
