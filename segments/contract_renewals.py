"""How likely a contract is renewed: learnt from all contracts of the base once a week, told for one customer.

The shifted-beta-geometric model (``contract_retention``). The purchase models are never asked about a contract.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from customers.models import Contract
from customers.rules.contract_terms import ContractTerms, Renewals, count_renewals
from segments.models import ModelFit
from segments.rules.contract_retention import ContractModel, estimate_renewal, fit_contracts

CONTRACTS = "contracts"
LEAST_CONTRACTS = 30
LEAST_LAPSED = 3


@dataclass(frozen=True)
class ContractFacts:
    """Of one contract: its renewals, and the chance that it is renewed the next time, ``None`` where too few contracts
    have come to a renewal, or it has ended."""

    renewals: Renewals
    chance: float | None


def fit_renewals(*, on: date) -> tuple[ContractModel | None, int]:
    """The model of all contracts of the base as of ``on``, and how many of them have come to a renewal.

    ``None`` with fewer than 30 of these, or fewer than three that were not renewed.
    """
    lapsed: Counter[int] = Counter()
    stayed: Counter[int] = Counter()
    rows = Contract.objects.filter(started_on__lte=on).values_list("started_on", "period_months", "ended_on")
    for row in rows.iterator(chunk_size=5000):
        renewals = count_renewals(ContractTerms(*row), on=on)
        if renewals.lapsed:
            lapsed[renewals.done] += 1
        elif renewals.done:
            stayed[renewals.done - 1] += 1
    known = lapsed.total() + stayed.total()
    if known < LEAST_CONTRACTS or lapsed.total() < LEAST_LAPSED:
        return None, known
    return fit_contracts(_as_list(lapsed), _as_list(stayed)), known


def _as_list(counts: Counter[int]) -> list[int]:
    return [counts[number] for number in range(max(counts, default=-1) + 1)]


def describe_contract(customer_id: int, *, on: date) -> ContractFacts | None:
    """What is known of the customer's contract on a day; ``None`` where none was entered."""
    row = Contract.objects.filter(customer=customer_id).values_list("started_on", "period_months", "ended_on").first()
    if row is None:
        return None
    renewals = count_renewals(ContractTerms(*row), on=on)
    model = find_renewal_model(on=on)
    if model is None or renewals.lapsed:
        return ContractFacts(renewals, None)
    return ContractFacts(renewals, estimate_renewal(model, renewals=renewals.done))


def find_renewal_model(*, on: date) -> ContractModel | None:
    """The newest model of renewals as of ``on``; ``None`` where too few contracts have come to one."""
    fit = ModelFit.objects.filter(kind=CONTRACTS, fitted_on__lte=on).order_by("-fitted_on").first()
    parameters: dict[str, Any] = fit.parameters if fit is not None and not fit.warning else {}
    return ContractModel(**parameters) if parameters else None
