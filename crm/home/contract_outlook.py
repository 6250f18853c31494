"""What is to be expected of a customer under contract: renewals (sBG), never a rhythm of purchases."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from crm.core.formats import format_chance
from customers.models import Contract
from customers.rules.contract_terms import ContractTerms, Renewals, count_renewals
from segments.contract_renewals import find_renewal_model, list_days_to_renewals
from segments.rules.contract_retention import ContractModel, estimate_renewal
from segments.rules.contract_value import (
    ContractForecast,
    count_measured_days,
    forecast_contract,
    forecast_notice,
    measure_daily_contribution,
)


@dataclass(frozen=True)
class ContractOutlook:
    """``terms`` is ``None`` where the days of the contract were never entered, ``model`` where too few contracts of the
    base have come to a renewal; ``forecasts`` is empty then, after its end, and for who has bought nothing yet.

    ``daily_cents`` is what is left a day after goods and cost to serve, from ``contribution_12m_cents``.
    """

    terms: ContractTerms | None = None
    renewals: Renewals | None = None
    model: ContractModel | None = None
    days_known: int = 0
    contribution_12m_cents: int = 0
    forecasts: list[ContractForecast] = field(default_factory=list)

    @property
    def daily_cents(self) -> float:
        return measure_daily_contribution(self.contribution_12m_cents, days_known=self.days_known)

    @property
    def chance(self) -> float | None:
        """Of the next renewal."""
        if self.model is None or self.terms is None or self.renewals is None or self.terms.ended_on is not None:
            return None
        return estimate_renewal(self.model, renewals=self.renewals.done)

    @property
    def chance_in_hundred(self) -> str:
        """Of a hundred contracts like this one, how many renew."""
        return format_chance(self.chance or 0.0)

    @property
    def days_measured(self) -> int:
        return count_measured_days(self.days_known)

    @property
    def year(self) -> ContractForecast | None:
        return self.forecasts[1] if self.forecasts else None

    @property
    def three_years(self) -> ContractForecast | None:
        return self.forecasts[2] if self.forecasts else None


def foresee_contract(customer_id: int, figures: Any, *, on: date, days_known: int) -> ContractOutlook:
    """As of the evening of ``on``; ``figures`` are one customer's ``CUSTOMER_FIELDS``. Two queries."""
    row = Contract.objects.filter(customer=customer_id).values_list("started_on", "period_months", "ended_on").first()
    if row is None:
        return ContractOutlook()
    terms = ContractTerms(*row)
    renewals, model = count_renewals(terms, on=on), find_renewal_model(on=on)
    contribution = int(figures["sales_12m"]) - int(figures["goods_12m"]) - int(figures["service_12m"])
    daily = measure_daily_contribution(contribution, days_known=days_known)
    found = ContractOutlook(terms, renewals, model, days_known, contribution)
    if renewals.lapsed or not days_known:
        return found
    if terms.ended_on is not None:
        return replace(found, forecasts=forecast_notice(ends_in=(terms.ended_on - on).days, daily_cents=daily))
    if model is None:
        return found
    due_in = list_days_to_renewals(terms, done=renewals.done, on=on)
    return replace(found, forecasts=forecast_contract(model, renewals=renewals.done, due_in=due_in, daily_cents=daily))
