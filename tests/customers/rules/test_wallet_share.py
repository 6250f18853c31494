"""Share of wallet: our part, its range, and estimates that cannot be."""

import pytest

from customers.rules.wallet_share import find_wallet_fault, measure_share


@pytest.mark.parametrize(
    ("sales", "share", "low", "high"),
    [
        (147_000_00, 0.35, 0.25, 0.5),
        (0, 0, 0, 0),
        (-5_000, 0, 0, 0),
        (500_000_00, 1, 500_000 / 588_000, 1),
    ],
)
def test_the_share_is_low_where_the_whole_spend_is_high(sales, share, low, high):
    found = measure_share(sales, total_cents=420_000_00, low_cents=294_000_00, high_cents=588_000_00)
    assert (found.share, found.low, found.high) == pytest.approx((share, low, high))


@pytest.mark.parametrize(
    ("sales", "total", "low", "high", "percents", "fault"),
    [
        (40_00, 100_00, 80_00, 120_00, [30, 30], ""),
        (40_00, 100_00, 80_00, 120_00, [30, 31], "over_all"),
        (40_00, 100_00, 80_00, 120_00, [30, None, 30], ""),
        (40_00, 100_00, 110_00, 120_00, [], "range"),
        (40_00, 100_00, 80_00, 90_00, [], "range"),
        (0, 0, 0, 0, [], "range"),
        (100_01, 100_00, 80_00, 120_00, [], "less_than_ours"),
        (-40_00, 100_00, 80_00, 120_00, [100], ""),
        (0, 100_00, 80_00, 120_00, [60, 41], "over_all"),
    ],
)
def test_all_suppliers_together_stay_within_the_whole_spend(sales, total, low, high, percents, fault):
    found = find_wallet_fault(sales, total_cents=total, low_cents=low, high_cents=high, percents=percents)
    assert found == fault
