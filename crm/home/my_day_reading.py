"""What a row of My day shows, read with its task."""

from typing import Any

from django.db.models import CharField, JSONField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from customers.models import ContactPoint
from interactions.models import Interaction, StepRun, Task
from interactions.task_handling import ALERT_SOURCE, MANAGER_SOURCE

# What a row that is not open shows: of its six tables a third of the columns.
SHOWN = (
    *("customer__name", "customer__city", "kind", "title", "why", "assignee__name", "assignee__email", "due_at"),
    *("at_stake_cents", "rank", "alert__evidence", "alert__day", "alert__trigger__name", "promise__side", "source"),
    *("step_run", "customer__score__grade", "customer__score__purchase_days", "customer__score__gap_days"),
    *("customer__score__mean_gap_days", "customer__score__surprise", "customer__score__fall"),
    *("customer__score__sales_12m_cents", "customer__score__last_day", "customer__score__note"),
)


def with_customer(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Everything a row shows, in two queries however many rows there are: steps are on few days, and to plan four
    tables more takes longer than to read them apart."""
    points = ContactPoint.objects.filter(customer=OuterRef("customer")).working().best_first()
    steps = Prefetch("step_run", StepRun.objects.select_related("step", "run"))
    related = tasks.select_related("customer__score", "assignee", "alert__trigger", "promise").prefetch_related(steps)
    return related.annotate(
        phone=Subquery(points.filter(kind=ContactPoint.Kind.PHONE).values("value_normal")[:1]),
        email=Subquery(points.filter(kind=ContactPoint.Kind.EMAIL).values("value_normal")[:1]),
        **{name: RawSQL(*told) for name, told in _BESIDE.items()},  # noqa: S611 - written below
    )


# What else stands beside a task. Written in SQL, for put together anew by each visit it took a sixth of the page. The
# twin of an alert's task is the other of its two: the manager's copy of its own task, or the task of a copy.
_BESIDE: dict[str, tuple[str, list[Any], Any]] = {
    "segment": (
        """SELECT jsonb_build_object('name', g.name, 'mark', g.mark)
        FROM segments_membership m JOIN segments_segment g ON g.id = m.segment_id
        WHERE m.customer_id = interactions_task.customer_id AND m.until IS NULL""",
        [],
        JSONField(),
    ),
    "twin_of": (
        """SELECT coalesce(nullif(u.name, ''), u.email)
        FROM interactions_task t LEFT JOIN core_user u ON u.id = t.assignee_id
        WHERE t.customer_id = interactions_task.customer_id AND t.state = %s AND t.id <> interactions_task.id
            AND t.source LIKE 'alert%%' AND t.source IN (
                replace(interactions_task.source, %s, %s), replace(interactions_task.source, %s, %s))
        ORDER BY t.due_at, t.id LIMIT 1""",
        [Task.State.OPEN.value, ALERT_SOURCE, MANAGER_SOURCE, MANAGER_SOURCE, ALERT_SOURCE],
        CharField(),
    ),
    "refused": (
        """SELECT coalesce(jsonb_agg(jsonb_build_object('channel', r.channel, 'said_on', r.said_on) ORDER BY r.channel),
            '[]') FROM interactions_contactpreference r
        WHERE r.customer_id = interactions_task.customer_id AND NOT r.is_allowed AND r.channel = ANY(%s)""",
        [Interaction.Channel.values],
        JSONField(),
    ),
}
