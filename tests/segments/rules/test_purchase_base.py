"""What is known of everybody is the same, however the customers were cut into parts."""

from fractions import Fraction
from itertools import pairwise
from math import fsum

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segments.rules.abc_classes import RevenueOrder, find_class_cuts, find_cuts_in_order, order_by_revenue
from segments.rules.purchase_base import (
    EXACT_BITS,
    SAMPLE_FIELDS,
    add_exactly,
    draw_fit_sample,
    join_base,
    measure_part,
)
from segments.rules.rank_ladder import build_ladder, place_rungs

AS_OF = 20_600


def make_customers(number, *, seed=5):
    rng = np.random.default_rng(seed)
    return {
        "customer_id": np.sort(rng.choice(4 * number, number, replace=False)),
        "contract": (rng.random(number) < 0.1).astype("i4"),
        "purchase_days": rng.integers(0, 9, number).astype("i4"),
        "first_day": rng.integers(19_000, 20_000, number).astype("i4"),
        "last_day": rng.integers(20_000, AS_OF, number).astype("i4"),
        "amount": rng.integers(-1_000, 10**7, number),
        "cost": rng.integers(0, 10**6, number),
        "sales_12m": rng.integers(-5, 40, number) * 100,  # many are equal
        "purchase_days_12m": rng.integers(0, 6, number).astype("i4"),
        "service_12m": rng.integers(0, 10**4, number),
    }


def cut(customers, parts):
    edges = np.linspace(0, len(customers["customer_id"]), parts + 1).astype(int)
    for start, end in pairwise(edges):
        yield measure_part({name: values[start:end] for name, values in customers.items()}, as_of_day=AS_OF)


def test_the_base_is_the_same_in_one_part_and_in_many():
    customers = make_customers(500)
    bought = customers["purchase_days"] > 0
    whole, joined = (join_base(cut(customers, parts)) for parts in (1, 37))
    for base in (whole, joined):
        assert base.sales_12m.revenue.tolist() == sorted(customers["sales_12m"][bought], reverse=True)
        assert base.silence.tolist() == sorted(AS_OF - customers["last_day"][bought])
        assert base.purchase_days_12m.tolist() == sorted(customers["purchase_days_12m"][bought])
    for name in ("customers", "first_day", "most_purchase_days", "mean_rate", "margin_share", "repeat_rate"):
        assert getattr(whole, name) == getattr(joined, name)
    ids, sales = customers["customer_id"][bought], customers["sales_12m"][bought]
    assert find_cuts_in_order(joined.sales_12m) == find_class_cuts(ids, sales)
    assert place_rungs(joined.sales_12m) == build_ladder(ids, sales)


def test_models_are_fitted_on_the_same_share_of_buyers_without_a_contract_however_they_were_cut():
    customers = make_customers(4_000) | {"log_gaps": np.zeros(4_000), "positive_amount": np.arange(4_000)}
    parts = [{name: values[half] for name, values in customers.items()} for half in (slice(0, 900), slice(900, None))]
    free = (customers["purchase_days"] > 0) & (customers["contract"] == 0)
    everybody, some = draw_fit_sample([customers], share=1.0), draw_fit_sample([customers], share=0.25)
    assert everybody.dtype.names == SAMPLE_FIELDS
    assert everybody["positive_amount"].tolist() == customers["positive_amount"][free].tolist()
    assert 0.22 < len(some) / len(everybody) < 0.28
    assert draw_fit_sample(parts, share=0.25).tolist() == some.tolist()


def test_nobody_has_bought_anything():
    customers = make_customers(6) | {"purchase_days": np.zeros(6, dtype="i4")}
    base = join_base(cut(customers, 2))
    assert (base.customers, base.mean_rate, base.repeat_rate, len(base.silence)) == (0, 0.0, 0.0, 0)
    assert find_cuts_in_order(base.sales_12m).cuts == (None,) * 5


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 4)), max_size=30))
def test_everybody_is_found_at_his_place(rows):
    revenue = np.array([one for one, _part in rows], dtype=np.int64)
    edges = np.cumsum([0, *np.bincount([part for _one, part in rows], minlength=5)])
    ids = np.arange(len(rows)) * 3 + 1
    parts = []
    for start, end in pairwise(edges):
        order = start + order_by_revenue(ids[start:end], revenue[start:end])
        parts.append((ids[order], revenue[order]))
    whole = order_by_revenue(ids, revenue)
    found = RevenueOrder.of_parts(parts)
    assert found.revenue.tolist() == revenue[whole].tolist()
    assert found.find_ids(range(len(rows))) == ids[whole].tolist()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e290, max_value=1e290), max_size=40))
def test_a_sum_loses_nothing_on_the_way(values):
    parts = [np.array(part, dtype=np.float64) for part in (values[:7], values[7:])]
    whole = Fraction(sum(add_exactly(part) for part in parts), 1 << EXACT_BITS)
    assert whole == sum(map(Fraction, values))
    assert float(whole) == fsum(values)
