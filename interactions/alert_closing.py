"""Alerts over by themselves, those open again, and the rank of open tasks: of everybody by night, of one customer after
an act."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext

from crm.core.metric_catalogue import METRICS
from crm.core.statement_planning import plan_as_usual, plan_for_few
from interactions.models import Alert, Task
from interactions.task_handling import OPEN_STATES, find_held, name_manager_source
from segments.models import Trigger
from segments.rules.criteria import compile_criteria, find_problems


def close_what_is_over(*, on: date, at: datetime, customer_id: int | None = None) -> int:
    """They bought again, the fall is made good, or the trigger's own rule holds no longer: the alert is over by itself
    and its tasks are dropped. Returns how many; ``on`` is the local day by which rules are asked."""
    reason = gettext("Over by itself: the figures are back in order.")
    _open_again(on=on, reason=reason, customer_id=customer_id)
    ids = _close_by_figures(at=at, reason=reason, customer_id=customer_id)
    for trigger in _list_triggers_with_rules(customer_id):
        ids += _close_by_rule(trigger, on=on, at=at, reason=reason, customer_id=customer_id)
    for tasks in (
        Task.objects.filter(alert__in=ids),
        Task.objects.filter(source__in=[name_manager_source(alert_id) for alert_id in ids]),
    ):
        if ids:
            tasks.filter(state__in=OPEN_STATES).update(state=Task.State.DROPPED, closed_at=at, closed_reason=reason)
    return len(ids)


def _open_again(*, on: date, reason: str, customer_id: int | None) -> None:
    """What ended an alert came back or was taken out of the books: it is the silence of before, told once, so its alert
    and tasks stand open again. By night those of the last month, after an act all of its customer."""
    with _looking_up(customer_id) as cursor:
        cursor.execute(
            """
            UPDATE interactions_alert a SET state = 'open', closed_at = NULL, closed_reason = ''
            FROM segments_current_score s, segments_trigger t
            WHERE a.state = 'over' AND s.customer_id = a.customer_id AND t.id = a.trigger_id AND t.is_on
                AND (a.customer_id = %(customer)s OR (%(customer)s::bigint IS NULL AND a.day > %(on)s::date - 31))
                AND s.last_day = a.period AND t.criteria = '{}'::jsonb
                AND CASE t.key
                    WHEN 'visit-now' THEN s.fall >= coalesce((a.evidence ->> 'fall_limit')::float, 0.4)
                    ELSE t.key NOT IN ('overdue-contact', 'growing')
                END
            RETURNING a.id, a.customer_id
            """,
            {"on": on, "customer": customer_id},
        )
        rows = cursor.fetchall()
    if not rows:
        return
    sources = [name_manager_source(alert_id) for alert_id, _customer in rows]
    dropped = Task.objects.filter(state=Task.State.DROPPED, closed_reason=reason)
    tasks = dropped.filter(Q(alert__in=[alert_id for alert_id, _customer in rows]) | Q(source__in=sources))
    held = find_held(customer_ids={customer for _alert, customer in rows}, on=on)
    back = {"closed_at": None, "closed_reason": ""}
    tasks.filter(customer__in=held).update(state=Task.State.PAUSED, **back)
    tasks.exclude(customer__in=held).update(state=Task.State.OPEN, **back)


def refresh_ranks(*, customer_id: int | None = None) -> None:
    """Open tasks show what is at stake now, as the lists do, not what was when they were opened. A complaint's task
    keeps its rank: it stands above what only might be lost."""
    with _looking_up(customer_id) as cursor:
        cursor.execute(
            """
            UPDATE interactions_task t SET at_stake_cents = s.at_stake_cents,
                rank = CASE WHEN t.kind = 'complaint' THEN t.rank ELSE s.risk_rank END
            FROM segments_current_score s
            WHERE t.state IN ('open', 'paused') AND s.customer_id = t.customer_id
                AND (%(customer)s::bigint IS NULL OR t.customer_id = %(customer)s)
                AND (t.at_stake_cents <> s.at_stake_cents
                    OR (t.kind <> 'complaint' AND t.rank IS DISTINCT FROM s.risk_rank))
            """,
            {"customer": customer_id},
        )


@contextmanager
def _looking_up(customer_id: int | None) -> Iterator[Any]:
    """A cursor for the scores of whoever has open alerts and tasks: few beside everybody, and of one even fewer."""
    with connection.cursor() as cursor:
        if customer_id is None:
            plan_for_few(cursor)
        yield cursor
        if customer_id is None:
            plan_as_usual(cursor)


def _close_by_figures(*, at: datetime, reason: str, customer_id: int | None) -> list[int]:
    with _looking_up(customer_id) as cursor:
        cursor.execute(
            """
            UPDATE interactions_alert a SET state = 'over', closed_at = %(at)s, closed_reason = %(reason)s
            FROM segments_current_score s, segments_trigger t
            WHERE a.state = 'open' AND s.customer_id = a.customer_id AND t.id = a.trigger_id
                AND (%(customer)s::bigint IS NULL OR a.customer_id = %(customer)s)
                AND CASE
                    WHEN t.criteria <> '{}'::jsonb THEN false
                    WHEN t.key = 'visit-now' THEN s.fall < coalesce((a.evidence ->> 'fall_limit')::float, 0.4)
                    WHEN t.key = 'overdue-contact' THEN false
                    WHEN t.key = 'growing' THEN s.fall > -coalesce((a.evidence ->> 'growth_limit')::float, 0.4)
                    ELSE s.last_day > a.period
                END
            RETURNING a.id
            """,
            {"at": at, "reason": reason, "customer": customer_id},
        )
        return [row[0] for row in cursor.fetchall()]


def _list_triggers_with_rules(customer_id: int | None) -> list[Trigger]:
    """Those with open alerts, of which the rule can still be asked."""
    alerts = Alert.objects.open() if customer_id is None else Alert.objects.open().filter(customer=customer_id)
    triggers = Trigger.objects.exclude(criteria={}).filter(pk__in=alerts.values("trigger")).order_by("pk")
    return [one for one in triggers if not find_problems(one.criteria, METRICS)]


def _close_by_rule(trigger: Trigger, *, on: date, at: datetime, reason: str, customer_id: int | None) -> list[int]:
    compiled = compile_criteria(trigger.criteria, METRICS, today=on, prefix="al_")
    sql = f"""
        UPDATE interactions_alert a SET state = 'over', closed_at = %(at)s, closed_reason = %(reason)s
        WHERE a.state = 'open' AND a.trigger_id = %(trigger)s
            AND (%(customer)s::bigint IS NULL OR a.customer_id = %(customer)s)
            AND a.customer_id NOT IN (
                SELECT c.id FROM customers_customer c {" ".join(compiled.joins)}
                WHERE c.id IN (
                    SELECT o.customer_id FROM interactions_alert o WHERE o.state = 'open' AND o.trigger_id = %(trigger)s
                        AND (%(customer)s::bigint IS NULL OR o.customer_id = %(customer)s))
                AND ({compiled.where})
            )
        RETURNING a.id
    """  # noqa: S608 - the rule is compiled from our catalogue; every value is a parameter
    params = {**compiled.params, "trigger": trigger.pk, "at": at, "reason": reason, "customer": customer_id}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]
