"""What the last scoring says about a customer, by the names that rules use.

All are read from the scores in force; a customer who was never scored has none of them.
"""

from django.utils.translation import gettext_lazy as _

from crm.core.metric_catalogue import Metric, MetricKind, register_metrics

SCORE = "LEFT JOIN segments_current_score s ON s.customer_id = c.id"
VALUE = _("what they are worth")
TREATMENT = _("how they are treated")
MEMBERSHIP = (
    "LEFT JOIN segments_membership member ON member.customer_id = c.id AND member.until IS NULL "
    "LEFT JOIN segments_segment member_of ON member_of.id = member.segment_id"
)
RISK = _("how likely they come back")

GRADES = tuple((grade, grade) for grade in ("A1", "A2", "B1", "B2", "C1", "C2"))
RISKS = (("none", _("none")), ("watch", _("watch")), ("high", _("high")), ("lost", _("probably lost")))


def register() -> None:
    """Add them to the catalogue; called once when Django starts."""
    register_metrics(*_value_metrics(), *_risk_metrics(), *_membership_metrics())


def _value_metrics() -> list[Metric]:
    money, share, number = MetricKind.MONEY, MetricKind.SHARE, MetricKind.NUMBER
    return [
        _score("sales_12m", _("sales, 12 months"), money, _("Net of returns."), "s.sales_12m_cents"),
        _score(
            "sales_before_12m",
            _("sales, the 12 months before"),
            money,
            _("Net of returns."),
            "s.sales_before_12m_cents",
        ),
        _score(
            "sales_change",
            _("change of sales"),
            share,
            _("12 months against the 12 before; 0.1 is 10% more."),
            "s.sales_12m_cents / nullif(greatest(s.sales_before_12m_cents, 0), 0)::float8 - 1",
        ),
        _score(
            "margin_12m",
            _("margin, 12 months"),
            money,
            _("Sales less cost of goods."),
            "s.sales_12m_cents - s.goods_12m_cents",
        ),
        _score(
            "service_12m",
            _("cost to serve, 12 months"),
            money,
            _("Orders, contacts and complaints at their rates."),
            "s.service_12m_cents",
        ),
        _score(
            "contribution_12m",
            _("contribution, 12 months"),
            money,
            _("Margin less cost to serve; may be below zero."),
            "s.contribution_12m_cents",
        ),
        _score(
            "contribution_rate",
            _("contribution rate"),
            share,
            _("Contribution of 12 months as a share of sales."),
            "s.contribution_12m_cents::float8 / nullif(greatest(s.sales_12m_cents, 0), 0)",
        ),
        _score(
            "value_3y",
            _("value, 3 years"),
            money,
            _("Contribution to expect after cost to serve, weighed with the chance of going on."),
            "s.value_3y_cents",
        ),
        _score(
            "expected_orders_12m",
            _("purchases to expect, 12 months"),
            number,
            _("Weighed with the chance of going on."),
            "s.expected_orders_12m",
        ),
        Metric(
            "abc",
            _("class"),
            MetricKind.CHOICE,
            _("A brings the first 80% of sales, B the next 15%, C the rest."),
            "left(s.grade, 1)",
            join=SCORE,
            match="s.grade = ANY (ARRAY[{value} || '1', {value} || '2'])",
            choices=(("A", "A"), ("B", "B"), ("C", "C")),
            group=VALUE,
        ),
        Metric(
            "grade",
            _("class with its half"),
            MetricKind.CHOICE,
            _("A1 brings the first half of A's sales."),
            "s.grade",
            join=SCORE,
            choices=GRADES,
            group=VALUE,
        ),
        _score(
            "recency_score", _("recency, 1 to 5"), number, _("5: bought most recently."), "nullif(s.recency_score, 0)"
        ),
        _score(
            "frequency_score",
            _("frequency, 1 to 5"),
            number,
            _("5: bought most often in 12 months."),
            "nullif(s.frequency_score, 0)",
        ),
        _score(
            "money_score", _("money, 1 to 5"), number, _("5: highest sales in 12 months."), "nullif(s.money_score, 0)"
        ),
    ]


def _risk_metrics() -> list[Metric]:
    share, number, days = MetricKind.SHARE, MetricKind.NUMBER, MetricKind.DAYS
    return [
        _score(
            "mean_gap_days",
            _("own gap"),
            days,
            _("Mean days between two purchases of this customer."),
            "s.mean_gap_days",
            RISK,
        ),
        _score(
            "gap_ratio",
            _("silence in own gaps"),
            number,
            _("Days since the last purchase ÷ own gap."),
            "s.gap_ratio",
            RISK,
        ),
        _score(
            "surprise",
            _("so long by chance"),
            share,
            _("Chance that an active customer like this is silent so long; from three purchase days on."),
            "s.surprise",
            RISK,
        ),
        _score(
            "alive",
            _("goes on buying"),
            share,
            _("Chance of still being active; empty where the fit is not trusted."),
            "s.alive",
            RISK,
        ),
        _score(
            "silent_next",
            _("silent next quarter"),
            share,
            _("Chance of no purchase in the coming quarter."),
            "s.silent_next",
            RISK,
        ),
        _score(
            "fall",
            _("fall against own baseline"),
            share,
            _("Last quarter against the mean quarter of the year before it; 0.4 is a fall of 40%."),
            "s.fall",
            RISK,
        ),
        _score(
            "at_stake",
            _("at stake, a quarter"),
            MetricKind.MONEY,
            _("Margin of a quarter × the chance of silence."),
            "s.at_stake_cents",
            RISK,
        ),
        Metric(
            "risk",
            _("risk"),
            MetricKind.CHOICE,
            _("How unusual the silence is for this very customer."),
            "(ARRAY['none','watch','high','lost'])[s.risk + 1]",
            join=SCORE,
            match="s.risk = array_position(ARRAY['none','watch','high','lost'], {value}) - 1",
            choices=RISKS,
            group=RISK,
        ),
    ]


def _membership_metrics() -> list[Metric]:
    """For triggers and lists; a segment's own rule cannot ask what follows from it."""
    return [
        Metric("segment", _("segment"), MetricKind.TEXT, _("The name of the segment they are in."), "member_of.name",
               join=MEMBERSHIP, group=TREATMENT, from_segment=True),
        Metric("days_in_segment", _("days in the segment"), MetricKind.DAYS, _("Since they came into their segment."),
               "%(today)s::date - member.since", join=MEMBERSHIP, group=TREATMENT, from_segment=True),
    ]  # fmt: skip


def _score(name: str, label: object, kind: MetricKind, meaning: object, sql: str, group: object = VALUE) -> Metric:
    return Metric(name, label, kind, meaning, sql, join=SCORE, group=group)  # type: ignore[arg-type]
