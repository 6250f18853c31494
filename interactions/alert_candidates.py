"""Who crossed the line of a trigger: of everybody, as the night gathered them, or among the customers of one person.

The conditions are those of ``interactions.rules.alert_conditions``, in SQL. Only as many rows come back as the budgets
can take: the best ranked of each person who would have to act.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from crm.core.metric_catalogue import METRICS
from crm.core.models.business_setting import setting
from interactions.contact_sparing import SPARED_JOINS, SPARED_JOINS_OF_FEW, spares_contacts
from interactions.rules import alert_conditions as conditions
from interactions.second_order_habit import find_second_order_days
from segments.customer_metrics import SCORE
from segments.models import Trigger
from segments.rules.criteria import compile_criteria, find_metrics, find_problems

_FIGURES = (
    "as_of",
    "purchase_days",
    "first_day",
    "last_day",
    "gap_days",
    "mean_gap_days",
    "gap_ratio",
    "surprise",
    "alive",
    "silent_next",
    "fall",
    "sales_12m_cents",
    "sales_before_12m_cents",
    "at_stake_cents",
    "risk_rank",
    "risk",
    "grade",
    "note",
)
LAST_TALK = "coalesce(al_talk.day, s.first_day, al_m.since)"
IS_OVERDUE = f"al_g.cadence_days IS NOT NULL AND {LAST_TALK} < %(today)s::date - al_g.cadence_days"
_LAST_TALK = """
    LEFT JOIN (
        SELECT i.customer_id, (max(i.happened_at) AT TIME ZONE %(zone)s)::date AS day FROM interactions_interaction i
        WHERE i.outcome = 'talked' OR i.direction = 'in' OR i.channel IN ('mail', 'chat')
        GROUP BY i.customer_id
    ) al_talk ON al_talk.customer_id = c.id"""
_LAST_TALK_OF_FEW = """
    LEFT JOIN LATERAL (
        SELECT (i.happened_at AT TIME ZONE %(zone)s)::date AS day FROM interactions_interaction i
        WHERE i.customer_id = c.id AND (i.outcome = 'talked' OR i.direction = 'in' OR i.channel IN ('mail', 'chat'))
        ORDER BY i.happened_at DESC LIMIT 1
    ) al_talk ON true"""
_PLANNED = """SELECT t.customer_id FROM interactions_task t
        WHERE t.state IN ('open', 'paused') AND t.kind IN ('alert', 'step', 'follow_up')"""
_NOTHING_PLANNED = f"NOT EXISTS ({_PLANNED} AND t.customer_id = c.id)"
_PLANS = f"""
    LEFT JOIN ({_PLANNED} GROUP BY t.customer_id) al_planned ON al_planned.customer_id = c.id"""
_PLANS_OF_FEW = f"""
    LEFT JOIN LATERAL ({_PLANNED} AND t.customer_id = c.id LIMIT 1) al_planned ON true"""

# The score ``s``, the membership ``al_m`` and its segment ``al_g`` of the customer ``c``.
MEMBERSHIP_JOINS = (
    SCORE,
    "LEFT JOIN segments_membership al_m ON al_m.customer_id = c.id AND al_m.until IS NULL",
    "LEFT JOIN segments_segment al_g ON al_g.id = al_m.segment_id",
)
GATHERED = "evening_crossing"  # the temporary table of ``alert_gathering``


@dataclass(frozen=True)
class Portfolio:
    """Among which customers ``c`` a crossing is looked for; the values of ``where`` are in ``params``."""

    where: str = "true"
    params: dict[str, Any] = field(default_factory=dict)


EVERYBODY = Portfolio()


def name_customer(customer_id: int) -> Portfolio:
    """This customer alone."""
    return Portfolio("c.id = %(only)s", {"only": customer_id})


def name_portfolio(row: dict[str, Any], *, most: int) -> Portfolio | None:
    """Whose crossings compete with that of the candidate ``row``: the customers of his owner; where nobody owns him,
    those of his team. None where they are more than ``most``."""
    column, value = ("owner_id", row["owner_id"]) if row["owner_id"] == row["person"] else ("team_id", row["team_id"])
    portfolio = Portfolio(f"c.{column} = %(of)s", {"of": value})
    if value is None:
        portfolio = Portfolio("c.team_id IS NULL AND c.owner_id IS NULL")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM customers_customer c WHERE {portfolio.where} LIMIT %(most)s + 1) few",  # noqa: S608
            {**portfolio.params, "most": most},
        )
        (known,) = cursor.fetchone()
    return portfolio if known <= most else None


class Candidate(NamedTuple):
    """A customer over a line, and who would have to act."""

    customer_id: int
    period: date
    rank: float | None
    person: int


@dataclass(frozen=True)
class TriggerQuery:
    """A trigger's line in SQL over the customer ``c``, its score ``s`` and its membership ``al_m``; ``period`` is
    unique to one crossing, ``first`` orders who is told before whom, the highest first. ``still`` is asked again of the
    best: what was told earlier this evening may have answered it."""

    where: str
    period: str = "coalesce(s.last_day, c.since, c.created_at::date)"
    first: str = "s.risk_rank"
    joins: tuple[str, ...] = ()
    joins_of_few: tuple[str, ...] = ()  # the same, written so that it is cheap for a few customers
    still: str = "true"
    params: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


def build_query(trigger: Trigger, *, on: date) -> TriggerQuery | None:
    """The line of ``trigger`` on that evening; None for one that has neither a rule nor code of ours, and for one whose
    rule asks for what is gone: it notices nobody, as its page says, and the others notice whom they always do."""
    if trigger.criteria:
        if find_problems(trigger.criteria, METRICS):
            return None
        return _build_from_criteria(trigger, on=on)
    builder = {
        conditions.SLIPPING_AWAY: _build_slipping_away,
        conditions.VISIT_NOW: _build_visit_now,
        conditions.SECOND_ORDER: _build_second_order,
        conditions.GROWING: _build_growing,
        conditions.OVERDUE_CONTACT: _build_overdue_contact,
    }.get(trigger.key)
    return builder(on) if builder else None


def find_candidates(
    trigger: Trigger,
    *,
    query: TriggerQuery,
    on: date,
    urgent_ids: list[int],
    silence_ids: list[int],
    limit: int,
    admin_id: int | None,
    among: Portfolio = EVERYBODY,
) -> list[Candidate]:
    """The candidates of ``trigger`` in ``among``, at most ``limit`` for each person, best ranked first.

    Without those told already in this period, within the cooldown, or by an open alert of a trigger in ``urgent_ids``
    (this one and the more urgent ones); nor those of whose silence another of ``silence_ids`` told within the cooldown,
    answered or held out. Whoever answered an alert about a customer hears nothing more of him that day, but for the
    rules of an admin's own, which may ask about anything.
    """
    sources = _list_sources(query)
    sql = f"""
        WITH manager AS MATERIALIZED (
            SELECT DISTINCT ON (tm.team_id) tm.team_id, u.id
            FROM core_team_managers tm JOIN core_user u ON u.id = tm.user_id AND u.is_active
            ORDER BY tm.team_id, u.id
        ), crossing AS (
            {_FROM_GATHERED.format(still=query.still) if among is EVERYBODY else _write_crossing(query, among, sources)}
        ), placed AS (
            SELECT crossing.*, row_number() OVER (
                PARTITION BY person ORDER BY coalesce(rank, 0) DESC, customer_id) AS number
            FROM crossing
            WHERE person IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM interactions_alert a
                WHERE a.customer_id = crossing.customer_id AND ({TOLD.format(**TOLD_PARAMS, period="crossing.period")}))
        )
        SELECT customer_id, period, rank, person FROM placed WHERE number <= %(limit)s ORDER BY person, number
    """  # noqa: S608 - column names and conditions are ours; every value is a parameter
    params = {
        **query.params,
        **among.params,
        "today": on,
        "zone": setting("company.time_zone"),
        "segments": list_segments(trigger),
        "admin": admin_id,
        "trigger": trigger.pk,
        "cooled": on - timedelta(days=trigger.cooldown_days),
        "urgent": urgent_ids,
        "silence": silence_ids,
        "waits": not trigger.criteria,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Candidate(*row) for row in cursor.fetchall()]


def describe_candidates(chosen: list[Candidate], *, query: TriggerQuery, on: date) -> dict[int, dict[str, Any]]:
    """All that an alert has to say of each of these, by customer."""
    extra = "".join(f", ({sql}) AS {name}" for name, sql in query.columns.items())
    sql = f"""
        SELECT c.id AS customer_id, c.owner_id, c.team_id, {", ".join(f"s.{name}" for name in _FIGURES)},
            al_g.name AS segment, al_g.mark AS segment_mark, al_g.cadence_days{extra}
        FROM unnest(%(chosen)s::bigint[]) best (customer_id)
        JOIN customers_customer c ON c.id = best.customer_id {_list_sources(query)}
    """  # noqa: S608 - column names and conditions are ours; every value is a parameter
    told = {one.customer_id: one._asdict() for one in chosen}
    params = {**query.params, "today": on, "zone": setting("company.time_zone"), "chosen": list(told)}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return {row[0]: told[row[0]] | dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _list_sources(query: TriggerQuery) -> str:
    """What the customer ``c`` is joined with, for a few customers."""
    return " ".join(dict.fromkeys([*MEMBERSHIP_JOINS, *(query.joins_of_few or query.joins)]))


# Told already in this period or within the cooldown, answered today, told by a more urgent trigger, or told of the same
# silence by the other trigger that tells of silences.
TOLD = """
    (a.trigger_id = {trigger} AND (a.period = {period} OR a.day > {cooled}))
    OR ({waits} AND a.state IN ('answered', 'dismissed') AND (a.closed_at AT TIME ZONE %(zone)s)::date = %(today)s)
    OR (a.trigger_id = ANY ({urgent}) AND (a.state = 'open' OR (a.state = 'held_out' AND a.day = %(today)s)))
    OR (a.trigger_id = ANY ({silence}) AND a.period = {period} AND a.day > {cooled}
        AND a.state IN ('answered', 'dismissed', 'held_out'))"""
TOLD_PARAMS = {name: f"%({name})s" for name in ("trigger", "cooled", "waits", "urgent", "silence")}

_FROM_GATHERED = f"""SELECT g.customer_id, g.period, g.rank, g.person
            FROM {GATHERED} g JOIN customers_customer c ON c.id = g.customer_id
            WHERE g.line = %(trigger)s AND ({{still}})"""  # noqa: S608


def _write_crossing(query: TriggerQuery, among: Portfolio, sources: str) -> str:
    """Who of ``among`` is over the line, as SQL."""
    return f"""SELECT c.id AS customer_id, {query.period} AS period, {query.first} AS rank,
                coalesce(owner.id, manager.id, %(admin)s) AS person
            FROM customers_customer c {sources}
            LEFT JOIN core_user owner ON owner.id = c.owner_id AND owner.is_active
            LEFT JOIN manager ON manager.team_id = c.team_id
            WHERE c.archived_at IS NULL AND ({among.where}) AND ({query.where})
                AND (%(segments)s::bigint[] = '{{}}' OR al_m.segment_id = ANY (%(segments)s))"""  # noqa: S608


def list_segments(trigger: Trigger) -> list[int]:
    """Of whose customers alone the trigger tells; none is all."""
    return list(trigger.segments.values_list("pk", flat=True))


def _build_slipping_away(on: date) -> TriggerQuery:
    return TriggerQuery(
        where="s.purchase_days >= %(least)s AND s.risk >= %(watch)s AND s.gap_days <= %(longest)s"
        " AND s.note <> 'contract'",
        params={
            "least": conditions.LEAST_PURCHASE_DAYS,
            "watch": conditions.WATCH,
            "longest": conditions.LONGEST_SILENCE_DAYS,
        },
    )


def _build_visit_now(on: date) -> TriggerQuery:
    limit = float(setting("fall.warning"))
    critical = float(setting("fall.critical"))
    return TriggerQuery(
        where="s.fall >= %(fall_limit)s AND s.mean_gap_days <= %(quarter)s AND s.purchase_days >= %(least)s",
        params={
            "fall_limit": limit,
            "quarter": conditions.QUARTER_DAYS,
            "least": conditions.LEAST_PURCHASE_DAYS,
        },
        evidence={"fall_limit": limit, "fall_critical": critical},
    )


def _build_growing(on: date) -> TriggerQuery:
    """A growth lasts over many purchases, so its crossing is the quarter of the year in which it is seen, beside the
    trigger's cooldown; who grows by most money is told first."""
    limit = float(setting("fall.growth"))
    return TriggerQuery(
        where="s.fall <= -%(growth_limit)s AND s.mean_gap_days <= %(quarter)s AND s.purchase_days >= %(least)s"
        " AND s.risk < %(watch)s",
        period="%(quarter_day)s::date",
        first="-s.fall * s.sales_12m_cents",
        params={
            "growth_limit": limit,
            "quarter_day": on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1),
            "quarter": conditions.QUARTER_DAYS,
            "least": conditions.LEAST_PURCHASE_DAYS,
            "watch": conditions.WATCH,
        },
        evidence={"growth_limit": limit},
    )


def _build_second_order(on: date) -> TriggerQuery:
    usual = find_second_order_days(on=on)
    return TriggerQuery(
        where="s.purchase_days = 1 AND s.gap_days > %(usual)s AND s.gap_days <= %(within)s",
        params={"usual": usual, "within": conditions.SECOND_ORDER_WITHIN_DAYS},
        evidence={"usual_second_order_days": usual},
    )


def _build_overdue_contact(on: date) -> TriggerQuery:
    return TriggerQuery(
        where=f"{IS_OVERDUE} AND al_planned.customer_id IS NULL"
        + (" AND NOT al_spared.spared" if spares_contacts() else ""),
        period=LAST_TALK,
        joins=(_LAST_TALK, _PLANS, *SPARED_JOINS),
        joins_of_few=(_LAST_TALK_OF_FEW, _PLANS_OF_FEW, *SPARED_JOINS_OF_FEW),
        still=_NOTHING_PLANNED,
        evidence={"open_tasks": 0},
        columns={"last_contact_on": "al_talk.day", "days_since_contact": f"%(today)s::date - {LAST_TALK}"},
    )


def build_spared(on: date) -> TriggerQuery:
    """Whose talk by the rhythm of the segment was due on that day and is left out; ``first`` is 1 for who is below
    zero, else 0."""
    return TriggerQuery(
        where=f"al_g.cadence_days > 0 AND {IS_OVERDUE} AND al_spared.spared"
        f" AND (%(today)s::date - {LAST_TALK} - 1) %% al_g.cadence_days = 0",
        period=LAST_TALK,
        first="num_nonnulls(al_zero.customer_id)",
        joins=(_LAST_TALK, *SPARED_JOINS),
    )


def _build_from_criteria(trigger: Trigger, *, on: date) -> TriggerQuery:
    """A rule in the one grammar; the figures of its metrics are kept for the replay."""
    compiled = compile_criteria(trigger.criteria, METRICS, today=on, prefix=f"al{trigger.pk}_")
    names = sorted(find_metrics(trigger.criteria))
    return TriggerQuery(
        where=compiled.where,
        joins=compiled.joins,
        params=compiled.params,
        evidence={"criteria": trigger.criteria},
        columns={f"metric_{name}": METRICS[name].sql for name in names},
    )


def collect_evidence(row: dict[str, Any], *, trigger: Trigger, query: TriggerQuery) -> dict[str, Any]:
    """The figures of that evening as they can be kept: days as ISO text, metrics under ``values``."""
    kept = {**{name: _keep(row[name]) for name in (*_FIGURES, "segment", "cadence_days")}, **query.evidence}
    values: dict[str, Any] = {}
    for name in query.columns:
        if name.startswith("metric_"):
            values[name.removeprefix("metric_")] = _keep(row[name])
        else:
            kept[name] = _keep(row[name])
    if values:
        kept["values"] = values
    return {**kept, "trigger": trigger.key, "trigger_name": trigger.name}


def _keep(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else float(value)
