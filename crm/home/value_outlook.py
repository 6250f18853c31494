"""What is to be expected of one customer: his figures put through the models of the night that scored him.

The same functions that score a night work out every number here, so the page and the lists say the same; what the
page adds is the range of each number and the formula with the customer's own figures in it.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from crm.home.back_test_words import name_doubts
from crm.home.contract_outlook import ContractOutlook, foresee_contract
from customers.models import Customer
from segments.model_fitting import DROPOUT
from segments.models import CurrentScore, ModelFit, ScoreRun
from segments.rules.churn_risk import measure_margin_rates
from segments.rules.customer_scoring import ScoringPlan, score_customers
from segments.rules.dropout_model import SilenceScores, estimate_silence, score_silence
from segments.rules.expected_purchases import estimate_still_buying
from segments.rules.lifetime_value import expect_service, share_of_margin
from segments.rules.model_trust import Trust, judge_dropout
from segments.rules.purchase_history import build_histories
from segments.rules.spend_per_purchase import expect_spend
from segments.rules.value_forecast import Forecast, Purchaser, find_next_window, forecast_value
from segments.score_gathering import gather_customer

EPOCH = date(1970, 1, 1)
MOST_VERSIONS = 1_000
LEAST_SHOWN = 0.0005  # chances are shown with three decimals


@dataclass
class Outlook:
    """``forecasts`` is empty where the models cannot say anything: no purchase, a contract, too little data.
    ``contract`` stands in for them where there is one.

    ``figures`` are what the night knows of the customer (``CUSTOMER_FIELDS``), ``scores`` what follows from them;
    money in cents, days as numbers of days. ``chance_shown`` says whether the chance of going on may be shown; ``raw``
    are the chances of the formula, of whoever has a rhythm.
    """

    run: ScoreRun
    plan: ScoringPlan
    figures: Any
    scores: dict[str, Any]
    purchaser: Purchaser | None = None
    forecasts: list[Forecast] = field(default_factory=list)
    window_days: int | None = None
    chance_shown: bool = False
    trust: Trust = field(default_factory=Trust)
    versions: int = 0
    fit: ModelFit | None = None
    contract: ContractOutlook | None = None
    raw: SilenceScores | None = None

    @property
    def raw_chance(self) -> float | None:
        """The chance of going on as the formula has it, where the one shown is another: bent to what happened."""
        raw = float(self.raw.active[0]) if self.raw else None
        return raw if raw is not None and self.chance is not None and abs(raw - self.chance) >= LEAST_SHOWN else None

    @property
    def raw_silent(self) -> float | None:
        """The chance of silence as the formula has it."""
        return float(self.raw.silent[0]) if self.raw else None

    @property
    def doubts(self) -> list[str]:
        """Why the fit is not to be trusted, in words."""
        return name_doubts(self.trust)

    @property
    def is_silence_bent(self) -> bool:
        """Whether the chance of silence that is shown is not the one of the formula: bent, or learnt."""
        shown = float(self.scores["silent_next"][0])
        return self.raw_silent is not None and abs(self.raw_silent - shown) >= LEAST_SHOWN

    @property
    def margin_a_day_cents(self) -> float:
        """What is at stake is reckoned from: margin a day since the first purchase."""
        one = self.figures
        age = self.plan.as_of_day - int(one["first_day"])
        return float(measure_margin_rates(np.array([one["amount"] - one["cost"]]), np.array([age]))[0])

    @property
    def quarter(self) -> Forecast | None:
        return self.forecasts[0] if self.forecasts else None

    @property
    def year(self) -> Forecast | None:
        return self.forecasts[1] if self.forecasts else None

    @property
    def three_years(self) -> Forecast | None:
        return self.forecasts[2] if self.forecasts else None

    @property
    def value_known(self) -> bool:
        """Whether there is a three-year value, by purchases or by the renewals of a contract."""
        return bool(self.forecasts or (self.contract and self.contract.forecasts))

    @property
    def chance(self) -> float | None:
        return self.purchaser.chance if self.purchaser and self.chance_shown else None

    @property
    def first_day(self) -> date:
        return EPOCH + timedelta(days=int(self.figures["first_day"]))

    @property
    def last_day(self) -> date:
        return EPOCH + timedelta(days=int(self.figures["last_day"]))


def load_outlook(customer: Customer, score: CurrentScore | None, *, with_fit: bool = False) -> Outlook | None:
    """The outlook as of the evening of ``score``; None for who was never scored. Up to five queries."""
    run = ScoreRun.objects.filter(pk=score.run_id).first() if score else None
    if score is None or run is None or "scoring" not in run.plan:
        return None
    figures = gather_customer(customer.pk, on=score.as_of)
    if not len(figures):
        return None
    plan = replace(ScoringPlan.from_json(run.plan["scoring"]), as_of_day=(score.as_of - EPOCH).days)
    outlook = Outlook(run, plan, figures[0], score_customers(figures, plan))
    _foresee(outlook, figures, customer_id=customer.pk)
    if with_fit and plan.models is not None and outlook.contract is None:
        fits = ModelFit.objects.filter(kind=DROPOUT, fitted_on__lte=run.as_of).order_by("-fitted_on")
        known = list(fits[:MOST_VERSIONS])
        outlook.versions, outlook.fit = len(known), known[0] if known else None
        outlook.trust = judge_dropout(plan.models.dropout)
    return outlook


def _foresee(outlook: Outlook, figures: Any, *, customer_id: int) -> None:
    models, one = outlook.plan.models, outlook.figures
    if one["contract"]:
        known = outlook.plan.as_of_day - int(one["first_day"]) + 1 if one["purchase_days"] else 0
        on = EPOCH + timedelta(days=outlook.plan.as_of_day)
        outlook.contract = foresee_contract(customer_id, one, on=on, days_known=known)
    if models is None or one["contract"] or one["purchase_days"] < 1:
        return
    histories = build_histories(
        [int(one["purchase_days"]) - 1],
        [float(one["last_day"] - one["first_day"])],
        [float(outlook.plan.as_of_day - one["first_day"])],
    )
    alive = float(outlook.scores["alive"][0])
    outlook.chance_shown = not np.isnan(alive)
    chance = alive if outlook.chance_shown else float(estimate_still_buying(models.purchases, histories)[0])
    purchases = figures["purchase_days"].astype(np.int64)
    mean_spend = figures["positive_amount"] / np.maximum(figures["purchase_days"], 1)
    plan = outlook.plan
    service = expect_service(
        figures["service_12m"], figures["purchase_days_12m"], mean_of_all=plan.service_per_purchase
    )
    outlook.purchaser = Purchaser(
        histories=histories,
        purchases=int(purchases[0]),
        mean_spend=float(mean_spend[0]),
        expected_spend=float(expect_spend(models.spend, purchases, mean_spend)[0]),
        margin_share=float(share_of_margin(figures["amount"], figures["cost"], otherwise=plan.margin_share)[0]),
        service_cents=float(service[0]),
        chance=chance if purchases[0] > 1 else 1.0,
    )
    if not np.isnan(outlook.scores["surprise"][0]):
        outlook.raw = score_silence(models.dropout, histories, horizon=plan.horizon_days)
    outlook.forecasts = forecast_value(models.purchases, models.spend, outlook.purchaser, seed=customer_id)
    if estimate_silence(models.dropout, histories)[0] > 1e-6:
        outlook.window_days = find_next_window(models.dropout, histories)
