"""A trigger: what is noticed, for whom, and what should be done about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history


@keep_history()
class Trigger(models.Model):
    """Recipes that come switched on. ``criteria`` is the one grammar; an empty one means the trigger's own code decides
    (the ranking of customers at risk is not a condition on one customer but a budget over all).

    ``due_hours`` are working hours; ``cooldown_days`` keep one customer from being noticed again and again;
    ``holdout_percent`` of customers are kept without the action, to measure what it brings.
    """

    class Action(models.TextChoices):
        TASK = "task", _("open a task")
        NOTE = "note", _("note it on the customer")

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    explanation = models.TextField(_("why it is here"), blank=True, default="", db_default="")
    criteria = models.JSONField(_("condition"), default=dict, blank=True)
    segments = models.ManyToManyField(
        "segments.Segment", blank=True, related_name="triggers", verbose_name=_("segments")
    )
    action = models.CharField(_("action"), max_length=6, choices=Action.choices, default=Action.TASK)
    task_title = models.CharField(_("task"), max_length=150, blank=True, default="", db_default="")
    due_hours = models.PositiveSmallIntegerField(_("due within, working hours"), default=16)
    cooldown_days = models.PositiveSmallIntegerField(_("not again within, days"), default=30)
    holdout_percent = models.PositiveSmallIntegerField(_("held out, %"), default=0)
    tell_manager = models.BooleanField(_("tell the manager too"), default=False, db_default=False)
    is_on = models.BooleanField(_("on"), default=True, db_default=True)
    origin = models.CharField(_("origin"), max_length=150, blank=True, default="", db_default="")

    class Meta:
        ordering = ["name"]
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")

    def __str__(self) -> str:
        return self.name
