"""What is known of customers on an evening, counted from a log, against counting by hand."""

import numpy as np
import pytest

from segments.rules import naive_risk_rules as naive
from segments.rules.purchase_log import PurchaseLog, build_log, look_ahead, look_back

# One customer a row: days of purchase with what was paid.
BOUGHT = {
    "steady": [(0, 10), (100, 10), (200, 10), (300, 10), (400, 10)],
    "fell": [(10, 100), (110, 100), (210, 100), (330, 10)],
    "silent": [(0, 30), (20, 30), (60, 30)],
    "gave all back": [(5, 50), (6, -80)],
    "comes later": [(450, 70)],
}


def make_log():
    rows = [(name, day, amount) for name, days in BOUGHT.items() for day, amount in days]
    return build_log(*zip(*rows, strict=True))


def look(on=400):
    """By name in the order of names, as the log numbers them."""
    names, evening = sorted(BOUGHT), look_back(make_log(), on=on)
    return evening, {names[number]: place for place, number in enumerate(evening.customer)}


def test_an_evening_counts_what_was_known():
    evening, place = look()
    assert set(place) == {"steady", "fell", "silent", "gave all back"}
    one = place["steady"]
    assert evening.purchase_days[one] == 5
    assert evening.silence[one] == 0
    assert evening.last_gap[one] == 100
    assert evening.gap_sd[one] == 0
    assert evening.year_days[one] == 4
    assert evening.quarter[one] == 10
    assert evening.baseline[one] == 40
    assert evening.baseline_days[one] == 309
    assert evening.margin_rate[one] == pytest.approx(50 / 400)
    assert evening.histories.log_gaps[one] == pytest.approx(4 * np.log(100))


def test_a_return_is_money_but_no_purchase():
    evening, place = look()
    assert evening.purchase_days[place["gave all back"]] == 1
    assert evening.spend[place["gave all back"]] == -30
    assert evening.margin_rate[place["gave all back"]] < 0


def test_what_came_later_is_seen_only_by_looking_ahead():
    evening, place = look(on=200)
    assert evening.purchase_days[place["steady"]] == 3
    coming = look_ahead(make_log(), evening, days=130)
    assert coming.purchases[place["steady"]] == 1
    assert coming.margin[place["fell"]] == 110
    assert coming.silent[place["silent"]]


def test_several_orders_of_a_day_are_one_and_the_order_of_rows_does_not_matter():
    log = build_log([2, 1, 2, 2], [5, 9, 5, 3], [10, 20, 5, 1], [4, 8, 2, 1])
    assert log.customer.tolist() == [0, 1, 1]
    assert log.day.tolist() == [9, 3, 5]
    assert log.spend.tolist() == [20, 1, 15]
    assert log.margin.tolist() == [8, 1, 6]
    with pytest.raises(ValueError, match="each day once"):
        PurchaseLog(np.array([0, 0]), np.array([5, 5]), np.ones(2), np.ones(2))


def test_nobody_has_bought():
    evening = look_back(build_log([], [], []), on=10)
    assert len(evening) == 0
    assert len(look_ahead(build_log([], [], []), evening, days=91).purchases) == 0


def test_the_rules_of_thumb_flag_whom_they_say():
    evening, place = look(on=400)
    falls = naive.measure_deepest_falls(evening)
    assert falls[place["fell"]] == pytest.approx(1 - 10 / (300 * 91 / 299))
    assert falls[place["silent"]] == 1
    assert np.isnan(falls[place["steady"]])
    earlier, _place = look(on=380)
    assert naive.measure_spend_down(earlier)[place["fell"]] == pytest.approx(0.9)
    assert np.isnan(naive.measure_spend_down(earlier)[place["silent"]])
    assert naive.measure_gap_over_last(evening)[place["silent"]] == 340 - 40
    assert np.isnan(naive.measure_gap_over_last(evening)[place["fell"]])
    over = naive.measure_gap_over_deviations(evening, deviations=2)
    assert over[place["silent"]] == pytest.approx(340 - 30 - 2 * 10)
    assert np.isnan(over[place["steady"]])
    rfm = naive.sum_rfm(evening)
    assert rfm[place["steady"]] == max(rfm)
    by_size = naive.measure_deepest_falls_by_size(evening)
    assert by_size[place["silent"]] > by_size[place["fell"]]


def test_arrays_of_different_length_are_refused():
    with pytest.raises(ValueError, match="same length"):
        PurchaseLog(np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(2), np.zeros(2))
