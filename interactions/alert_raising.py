"""The alerts of an evening: who crossed a line, whom to tell, and which alerts are over.

Everything is decided from the scores in force, so the same evening asked twice raises nothing twice: a crossing is
unique by customer, trigger and period, and what a person was told today counts against his budget.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from crm.core.absence_planning import list_absences
from crm.core.business_calendar import BusinessCalendar, company_calendar, find_present
from crm.core.models import Role, Team, User
from crm.core.models.business_setting import setting
from crm.core.row_inserting import insert_rows
from interactions.alert_candidates import (
    EVERYBODY,
    Candidate,
    Portfolio,
    TriggerQuery,
    build_query,
    collect_evidence,
    describe_candidates,
    find_candidates,
)
from interactions.alert_closing import close_what_is_over, refresh_ranks
from interactions.alert_families import add_families
from interactions.alert_gathering import Line, gather_crossings
from interactions.alert_wording import explain_alert
from interactions.models import Alert, Task
from interactions.rules import alert_conditions as conditions
from interactions.rules.alert_conditions import Crossing, choose_crossings, is_held_out, rank_urgency
from interactions.task_handling import find_held, name_alert_source, name_manager_source
from segments.models import Trigger

ALERT_LOCK = 7_240_001


@dataclass(frozen=True)
class EveningOfAlerts:
    """What an evening brought: alerts raised and held out by trigger, and those that were over by themselves."""

    raised: dict[str, int] = field(default_factory=dict)
    held_out: int = 0
    over: int = 0


@dataclass(frozen=True)
class Pool:
    """Triggers that share one budget, each person's at most so many an evening; what is merely overdue, and what goes
    well, does not compete with alerts."""

    name: str
    triggers: list[Trigger]
    budget: int


@dataclass(frozen=True)
class ChosenCrossing:
    """A crossing that is told: its trigger, the candidate's row, and the evidence that its alert keeps."""

    trigger: Trigger
    row: dict[str, Any]
    evidence: dict[str, Any]


@transaction.atomic
def raise_alerts(*, on: date, at: datetime) -> EveningOfAlerts:
    """Raise the alerts of the evening ``on`` (local day) with their tasks, due from ``at`` on; close what is over.

    Each person gets at most ``alerts.budget_per_rep`` new ones an evening, as many overdue contacts, and
    ``alerts.growing_per_rep`` customers who grow. Repeating an evening changes nothing.
    """
    _take_turn()
    over = close_what_is_over(on=on, at=at)
    refresh_ranks()
    pools = list_pools()
    queries = build_queries(pools, on=on)
    gather_crossings(_list_lines(pools, queries), on=on, admin_id=_find_admin())
    alerts = [
        alert for pool in pools for alert in write_alerts(choose_in_pool(pool, queries=queries, on=on), on=on, at=at)
    ]
    raised = Counter(alert.trigger.key for alert in alerts if alert.state == Alert.State.OPEN)
    held_out = sum(alert.state == Alert.State.HELD_OUT for alert in alerts)
    return EveningOfAlerts(raised=dict(raised), held_out=held_out, over=over)


def list_pools() -> list[Pool]:
    """The triggers that are on, by the budget they share, the most urgent first."""
    triggers = sorted(Trigger.objects.filter(is_on=True).order_by("pk"), key=lambda one: rank_urgency(one.key))
    own = {conditions.OVERDUE_CONTACT: "follow-ups", conditions.GROWING: "growing"}
    budget = int(setting("alerts.budget_per_rep"))
    return [
        Pool("alerts", [one for one in triggers if one.key not in own], budget),
        Pool(
            "growing",
            [one for one in triggers if own.get(one.key) == "growing"],
            int(setting("alerts.growing_per_rep")),
        ),
        Pool("follow-ups", [one for one in triggers if own.get(one.key) == "follow-ups"], budget),
    ]


def _take_turn() -> None:
    """Two runs of one evening follow each other; the second then finds nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ALERT_LOCK])


def build_queries(pools: list[Pool], *, on: date) -> dict[int, TriggerQuery]:
    """The lines of the triggers on that evening, by trigger; without those that nobody can be over."""
    built = {trigger.pk: build_query(trigger, on=on) for pool in pools for trigger in pool.triggers}
    return {key: query for key, query in built.items() if query is not None}


def _list_lines(pools: list[Pool], queries: dict[int, TriggerQuery]) -> list[Line]:
    """What is asked of everybody. What pools before were told may answer what one asks, so it has room for theirs."""
    lines, before = [], 0
    for pool in pools:
        for trigger in pool.triggers:
            if trigger.pk in queries:
                limit = before + _limit_candidates(pool)
                told_before, of_silence = _list_urgent(pool, trigger), _list_of_silence(pool, trigger)
                lines.append(Line(trigger, queries[trigger.pk], told_before, of_silence, limit))
        before += pool.budget
    return lines


def _limit_candidates(pool: Pool) -> int:
    """As many may be told by a more urgent trigger and fall out."""
    return pool.budget * len(pool.triggers)


def _list_urgent(pool: Pool, trigger: Trigger) -> list[int]:
    """The triggers of the pool that are told before this one, and itself."""
    return [one.pk for one in pool.triggers if rank_urgency(one.key) < rank_urgency(trigger.key)] + [trigger.pk]


def _list_of_silence(pool: Pool, trigger: Trigger) -> list[int]:
    """The triggers that tell of the silences of which this one tells; none where it has a rule of an admin's own."""
    if trigger.criteria or trigger.key not in conditions.TELL_OF_SILENCE:
        return []
    return [one.pk for one in pool.triggers if one.key in conditions.TELL_OF_SILENCE and not one.criteria]


def _find_admin() -> int | None:
    return User.objects.active().filter(role=Role.ADMIN).order_by("pk").values_list("pk", flat=True).first()


def choose_in_pool(
    pool: Pool, *, queries: dict[int, TriggerQuery], on: date, among: Portfolio = EVERYBODY
) -> list[ChosenCrossing]:
    """Who of ``among`` is told by the triggers of ``pool``, as far as each person's budget of that day goes. Everybody
    is who was gathered (``alert_gathering``)."""
    admin_id = _find_admin()
    triggers = {one.key: one for one in pool.triggers if one.pk in queries}
    found: dict[tuple[int, str], Candidate] = {}
    for trigger in triggers.values():
        for candidate in find_candidates(
            trigger,
            query=queries[trigger.pk],
            on=on,
            urgent_ids=_list_urgent(pool, trigger),
            silence_ids=_list_of_silence(pool, trigger),
            limit=_limit_candidates(pool),
            admin_id=admin_id,
            among=among,
        ):
            found[(candidate.customer_id, trigger.key)] = candidate
    crossings = [Crossing(one.customer_id, key, one.person, one.rank or 0.0) for (_id, key), one in found.items()]
    told = _count_told(pool, on=on)
    budget = {one.person: max(0, pool.budget - told[one.person]) for one in crossings}
    places = choose_crossings(crossings, budget=budget)
    rows = {
        key: describe_candidates(
            [found[(one.customer_id, key)] for one, _place in places if one.trigger_key == key],
            query=queries[trigger.pk],
            on=on,
        )
        for key, trigger in triggers.items()
    }
    chosen = []
    for crossing, place in places:
        trigger, row = triggers[crossing.trigger_key], rows[crossing.trigger_key][crossing.customer_id]
        evidence = collect_evidence(row, trigger=trigger, query=queries[trigger.pk])
        evidence |= {
            "pool": pool.name,
            "person": crossing.person,
            "place": told[crossing.person] + place,
            "budget": pool.budget,
        }
        chosen.append(ChosenCrossing(trigger, row, evidence))
    return chosen


def write_alerts(chosen: list[ChosenCrossing], *, on: date, at: datetime) -> list[Alert]:
    """The alerts of these crossings, each with its family where one explains it, and the tasks of those told."""
    alerts = [_build_alert(one.trigger, row=one.row, evidence=one.evidence, on=on) for one in chosen]
    add_families(alerts, on=on)
    insert_rows(alerts)
    _open_tasks([one for one in alerts if one.state == Alert.State.OPEN], on=on, at=at)
    return alerts


def _count_told(pool: Pool, *, on: date) -> Counter[int]:
    """How many alerts of the pool each person has had today."""
    rows = Alert.objects.filter(day=on, trigger__in=pool.triggers, evidence__pool=pool.name)
    return Counter(person for person in rows.values_list("evidence__person", flat=True))


def _build_alert(trigger: Trigger, *, row: dict[str, Any], evidence: dict[str, Any], on: date) -> Alert:
    """An alert, held out by chance where the trigger measures its effect; urgent visits to premium never are."""
    is_urgent = trigger.key == conditions.VISIT_NOW and row["segment_mark"] == "premium"
    held_out = not is_urgent and is_held_out(
        trigger_key=trigger.key,
        customer_id=row["customer_id"],
        period=row["period"],
        percent=trigger.holdout_percent,
    )
    return Alert(
        customer_id=row["customer_id"],
        trigger=trigger,
        period=row["period"],
        day=on,
        state=Alert.State.HELD_OUT if held_out else Alert.State.OPEN,
        evidence=evidence,
        at_stake_cents=row["at_stake_cents"] or 0,
        rank=row["risk_rank"] or 0,
    )


def _open_tasks(alerts: list[Alert], *, on: date, at: datetime) -> None:
    """A task for whoever is there to do it, and one for the manager where the trigger says so."""
    alerts = [alert for alert in alerts if alert.trigger.action == Trigger.Action.TASK]
    held = find_held(customer_ids={alert.customer_id for alert in alerts}, on=on)
    absences = list_absences(on=on)
    calendar = company_calendar()
    tasks = []
    for alert in alerts:
        person = find_present(alert.evidence["person"], on=on, absences=absences)
        tasks.append(
            _build_task(alert, assignee_id=person, calendar=calendar, at=at, is_held=alert.customer_id in held)
        )
    managers = _find_managers(alerts)
    for alert, task in zip(alerts, tasks[:], strict=True):
        manager_id = managers.get(alert.customer_id)
        if manager_id is not None and manager_id != task.assignee_id:
            copy = _build_task(
                alert, assignee_id=manager_id, calendar=calendar, at=at, is_held=alert.customer_id in held
            )
            copy.alert, copy.source = None, name_manager_source(alert.pk)
            tasks.append(copy)
    insert_rows(tasks)


def _build_task(alert: Alert, *, assignee_id: int, calendar: BusinessCalendar, at: datetime, is_held: bool) -> Task:
    is_overdue = alert.trigger.key == conditions.OVERDUE_CONTACT
    return Task(
        customer_id=alert.customer_id,
        kind=Task.Kind.FOLLOW_UP if is_overdue else Task.Kind.ALERT,
        title=alert.trigger.task_title or alert.trigger.name,
        why=explain_alert(alert.evidence),
        assignee_id=assignee_id,
        due_at=calendar.add_hours(at, alert.trigger.due_hours),
        state=Task.State.PAUSED if is_held else Task.State.OPEN,
        is_selling=True,
        at_stake_cents=alert.at_stake_cents,
        rank=alert.rank,
        alert=alert,
        source=name_alert_source(alert.pk),
    )


def _find_managers(alerts: list[Alert]) -> dict[int, int]:
    """The manager of the customer's team, for alerts that tell him too."""
    ids = {alert.customer_id for alert in alerts if alert.trigger.tell_manager}
    rows = (
        Team.objects.filter(customers__in=ids, managers__is_active=True)
        .order_by("customers", "-managers")
        .values_list("customers", "managers")
    )
    return dict(rows)
