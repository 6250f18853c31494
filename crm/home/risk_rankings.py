"""Who may leave, by three rankings: My day's blend, certainty, and money; none is shown without its precision.

None wins on both: the surest leavers are small, the dear ones still buy. Each tells how often it was right on the
company's own past, from the last back-test.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.core.list_engine import Column, ListDefinition
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.home.back_test_words import name_ranking
from crm.home.need_filter import NEED_FILTER
from crm.home.value_lists import ValueListView, currency_sign
from interactions.models import Task
from segments.models import BackTest, CurrentScore, ScoreRun
from segments.rules import churn_rankings as rankings
from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM, LONG_GONE_DAYS


@dataclass(frozen=True)
class RiskRanking:
    """One of the three: where it stands, what it is for, and the score's column that orders it."""

    key: str
    url_name: str
    label: str | Promise
    purpose: str | Promise
    column: str


MY_DAY = RiskRanking(
    rankings.MY_DAY,
    "home:risk-my-day",
    _("As on My day"),
    _("Chance of silence × (own daily margin + knob × mean of all): much of the money, and still often right."),
    "risk_rank",
)
CERTAINTY = RiskRanking(
    rankings.CERTAINTY,
    "home:risk-certainty",
    _("Certainty"),
    _("The silence in own gaps: who is most surely leaving. The surest are small."),
    "gap_ratio",
)
LEARNT = RiskRanking(
    rankings.LEARNT,
    "home:risk-certainty",
    _("Certainty"),
    _("The chance of silence learnt from an earlier quarter: who is most surely leaving. The surest are small."),
    "silent_next",
)
MONEY = RiskRanking(
    rankings.MONEY,
    "home:risk-money",
    _("Money"),
    _("Chance of silence × own margin alone: the most money, and more often wrong. Size alone would catch as much."),
    "at_stake_cents",
)


def list_risk_rankings() -> list[RiskRanking]:
    """The three in force; certainty is learnt where an admin switched that on and the scores in force were written by
    it: what was learnt is put aside where the gap was right more often."""
    run = ScoreRun.objects.filter(is_current=True)
    is_learnt = setting("risk.learnt") and run.values_list("plan__scoring__models__learnt", flat=True).first()
    return [MY_DAY, LEARNT if is_learnt else CERTAINTY, MONEY]


def describe_precision(ranking: RiskRanking, evening: dict[str, Any] | None) -> dict[str, Any]:
    """How often the ranking was right at each budget on the last evening tested; without a test, nothing."""
    rows = evening["rankings"] if evening else []
    measured = next((row for row in rows if row["name"] == ranking.key), None)
    return {
        "ranking": ranking,
        "name": name_ranking(ranking.key),
        "url": reverse(ranking.url_name),
        "budgets": measured["budgets"] if measured else [],
    }


def load_next_steps(rows: list[Any], request: HttpRequest) -> None:
    """The next open task of each customer of a page, in one query."""
    tasks = Task.objects.open().filter(customer__in=[row.pk for row in rows]).order_by("-due_at", "-pk")
    found = {task.customer_id: task for task in tasks}
    today = company_day(timezone.now())
    for row in rows:
        row.shown_score, row.task = row.score, found.get(row.pk)
        row.silent_days = (today - row.score.last_day).days if row.score.last_day else None


def _define(ranking: RiskRanking) -> ListDefinition:
    """Sorted by the one column of the ranking: another order would be another ranking."""

    sorted_by = {"gap_ratio": "ratio", "silent_next": "silent", "at_stake_cents": "stake", "risk_rank": "rank"}
    name = sorted_by[ranking.column]

    def column(name_of: str, label: Any, **more: Any) -> Column:
        if name_of == name:
            more |= {"sort": f"score__{ranking.column}", "tie": "score__customer_id", "largest_first": True}
        return Column(name_of, label, **more)

    columns = (
        column("name", _("Customer")),
        column("class", _("Class"), head_term="class", hide_on_phone=True),
        column("ratio", _("Silence in own gaps"), kind="number", head_term="silent"),
        column("silent", _("Silent next quarter"), kind="number", hide_on_phone=True),
        column("stake", _("At stake"), kind="amount", unit=currency_sign(), head_term="at-stake"),
        column("rank", _("Rank"), kind="number", hide_on_phone=True),
        column("next", _("Next"), hide_on_phone=True),
        column("owner", _("Owner"), hide_on_phone=True),
    )
    return ListDefinition(
        columns=tuple(one for one in columns if one.name != "rank" or ranking is MY_DAY),
        filters=(NEED_FILTER,),
        default_sort=f"-{name}",
        page_size=25,
        load=load_next_steps,
    )


def find_with_rhythm(customers: QuerySet[Any]) -> QuerySet[Any]:
    """Those of ``customers`` who bought often enough for a rhythm, and within a year."""
    return customers.filter(score__purchase_days__gte=LEAST_PURCHASES_FOR_RHYTHM, score__gap_days__lt=LONG_GONE_DAYS)


def find_who_may_leave(customers: QuerySet[Any]) -> QuerySet[Any]:
    """Those of ``customers`` whose silence is longer than usual, as My day ranks them."""
    return find_with_rhythm(customers).filter(score__risk__gt=CurrentScore.Risk.NONE, score__risk_rank__isnull=False)


class RiskList(ValueListView):
    """Customers with a rhythm who bought within a year and are not lost already, by the ranking in the address."""

    ranking = MY_DAY
    permission = "customers.view_customer"
    title = _("Who may leave")
    row_template = "home/lists/risk_row.html"
    above_template = "home/lists/risk_above.html"
    empty_title = _("Nobody is silent for longer than usual")
    empty_text = _("A customer has a rhythm from the third purchase day on; who has none yet cannot fall out of it.")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.rankings = list_risk_rankings()
        self.chosen = next(one for one in self.rankings if one.url_name == self.ranking.url_name)
        self.definition = _define(self.chosen)

    def get_queryset(self) -> QuerySet[Any]:
        ranked = find_with_rhythm(super().get_queryset()).filter(**{f"score__{self.chosen.column}__isnull": False})
        if self.chosen is MY_DAY:
            return find_who_may_leave(ranked)
        return ranked.filter(score__at_stake_cents__gt=0) if self.chosen is MONEY else ranked

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        test = BackTest.objects.first()
        evenings = test.result["evenings"] if test else {}
        newest = evenings[max(evenings)] if evenings else None
        shown = super().get_context_data(
            cards=[describe_precision(one, newest) for one in self.rankings],
            chosen=self.chosen,
            tested_on=test.on if test and evenings else None,
            **context,
        )
        tabs = [
            {"url": reverse(one.url_name), "label": one.label, "current": one is self.chosen} for one in self.rankings
        ]
        return {**shown, "list_tabs": tabs}
