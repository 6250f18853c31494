"""Customers who buy under a contract: one in thirty of those who buy often, some renewed many times, some not."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from crm.home.demo_company.cases import CASES
from crm.home.demo_company.customer_base import CustomerBase, copy_rows
from crm.home.demo_company.order_book import day_of
from crm.home.demo_company.purchases import HORIZON, Purchases
from customers.rules.contract_terms import ContractTerms, add_months, count_renewals

ONE_OF = 12  # of those who buy often; about three in a hundred of all
LEAST_PURCHASES = 8
SILENT_DAYS = 120  # who has bought nothing for so long did not renew
PERIODS = (12, 12, 12, 12, 24, 6, 3)


def choose_contract_customers(purchases: Purchases, *, customers: int, rng: np.random.Generator) -> set[int]:
    """Indices of those who buy under a contract; never one whose story is told."""
    often = np.flatnonzero(np.bincount(purchases.customer, minlength=customers) >= LEAST_PURCHASES)
    drawn = often[rng.integers(0, ONE_OF, len(often)) == 0]
    return set(drawn[drawn >= len(CASES)].tolist())


def write_contracts(base: CustomerBase, purchases: Purchases, *, rng: np.random.Generator) -> None:
    """The contracts of ``base.contracts``: who began long ago has renewed often, who fell silent let it end."""
    copy_rows("customers_contract", "customer_id started_on period_months ended_on", _draw(base, purchases, rng=rng))


def _draw(
    base: CustomerBase, purchases: Purchases, *, rng: np.random.Generator
) -> Iterator[tuple[int, date, int, date | None]]:
    for index in sorted(base.contracts):
        days = purchases.day[purchases.customer == index]
        first, last = day_of(int(days[0]), base.today), day_of(int(days[-1]), base.today)
        older = int(rng.integers(0, 7)) if days[0] < 60 else 0
        months = PERIODS[int(rng.integers(0, len(PERIODS)))]
        began = add_months(first - timedelta(days=int(rng.integers(3, 40))), -12 * older)
        terms = ContractTerms(began, months)
        silent = HORIZON - int(days[-1]) > SILENT_DAYS
        ends = count_renewals(terms, on=last).next_on if silent else None
        yield base.first_id + index, began, months, ends
