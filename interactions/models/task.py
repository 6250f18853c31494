"""Something to do for a customer."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models import User
from crm.core.row_visibility import customer_scope
from customers.models.belonging import BelongingQuerySet


class TaskQuerySet(BelongingQuerySet):
    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks of visible customers, and whatever was given to ``user`` himself. A partner sees his own alone: what
        colleagues plan with his customers is theirs."""
        scope = customer_scope(user, prefix="customer__")
        if user.is_authenticated and user.is_partner:
            return self.filter(scope, assignee=user.pk)
        return self.filter(scope | models.Q(assignee=user.pk) if scope else scope)

    def open(self) -> "TaskQuerySet":
        return self.filter(state=Task.State.OPEN)


@keep_history(exclude=["rank", "at_stake_cents"])
class Task(models.Model):
    """A row of somebody's day. ``why`` says in one sentence why it is there.

    A selling task of a customer with an open complaint is ``paused`` and comes back when the complaint is closed.
    """

    class Kind(models.TextChoices):
        ALERT = "alert", _("alert")
        STEP = "step", _("process step")
        FOLLOW_UP = "follow_up", _("follow-up")
        PROMISE = "promise", _("promise")
        COMPLAINT = "complaint", _("complaint")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="tasks")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("what to do"), max_length=200)
    why = models.TextField(_("why"), blank=True, default="", db_default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("for")
    )
    due_at = models.DateTimeField(_("until"))
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    paused_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    is_selling = models.BooleanField(default=False, db_default=False)
    at_stake_cents = models.BigIntegerField(_("at stake"), default=0, db_default=0)
    rank = models.FloatField(default=0, db_default=0)
    alert = models.OneToOneField("interactions.Alert", models.CASCADE, null=True, blank=True, related_name="task")
    step_run = models.OneToOneField("interactions.StepRun", models.CASCADE, null=True, blank=True, related_name="task")
    promise = models.OneToOneField("interactions.Promise", models.CASCADE, null=True, blank=True, related_name="task")
    source = models.CharField(max_length=60, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_with = models.ForeignKey(
        "interactions.Interaction", models.SET_NULL, null=True, blank=True, related_name="closed_tasks"
    )
    closed_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "source"], condition=~models.Q(source=""), name="task_source_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["assignee", "-rank", "due_at"], name="task_of_assignee", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["customer", "due_at"], name="task_of_customer", condition=models.Q(state__in=["open", "paused"])
            ),
            models.Index(fields=["closed_by", "-closed_at"], name="task_closed_by"),
            models.Index(
                fields=["due_at", "id"], name="task_open_by_due", condition=models.Q(state__in=["open", "paused"])
            ),
            models.Index(
                fields=["due_at", "id"], name="task_over_by_due", condition=models.Q(state__in=["done", "dropped"])
            ),
        ]

    def __str__(self) -> str:
        return self.title
