"""How right the search for duplicates is, on customers of the demo company that were entered twice on purpose."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from crm.home.demo_company.cases import CASES
from crm.home.demo_company.customer_base import CustomerBase
from crm.home.demo_company.duplicates import plant_duplicates
from crm.home.demo_company.people import hire_staff
from customers.duplicate_search import search_duplicates
from customers.models import DuplicatePair

pytestmark = pytest.mark.django_db


def measure_planted(customers: int) -> tuple[int, int, int]:
    """Planted, pairs found, and pairs found that were planted, in a base of so many customers."""
    rng = np.random.default_rng(7)
    staff = hire_staff(customers, rng=rng)
    base = CustomerBase(
        customers, staff=staff, worth=np.ones(customers), contracts=set(), today=date(2026, 11, 22), rng=rng
    )
    base.write()
    planted = plant_duplicates(base, rng=rng)
    search_duplicates(at=datetime(2026, 11, 22, tzinfo=UTC), is_whole=True)
    found = list(DuplicatePair.objects.open().values_list("first__number", "second__number"))
    told = {
        case.number for case in CASES
    }  # some of the stories are customers known twice: they are right, and not asked
    found = [pair for pair in found if not told & set(pair)]
    right = sum(one[2:] == other[2:] for one, other in found)
    return planted, len(found), right


@pytest.mark.parametrize(("customers", "recall"), [(3_000, 0.9), (20_000, 0.8)])
def test_most_of_the_planted_are_found_and_most_of_the_found_are_right(customers, recall):
    """Of 20,000 nearly every name is shared by several, and what a dozen share says nothing: fewer are found."""
    planted, found, right = measure_planted(customers)
    assert planted == 60
    assert right / found >= 0.9
    assert right / planted >= recall
