"""A customer's place among all, from a few kept rungs."""

import numpy as np

from segments.rules.rank_ladder import build_ladder, find_rung


def test_the_place_is_the_rung_and_who_stands_between():
    revenue = np.array([500, 900, 900, 100, 0, 700, 300, -50, 200, 650])
    ids = np.arange(1, 11)
    ladder = build_ladder(ids, revenue, rungs=3)
    order = sorted(range(10), key=lambda i: (-revenue[i], ids[i]))
    for place, i in enumerate(order, start=1):
        rung = find_rung(ladder, revenue_cents=int(revenue[i]), customer_id=int(ids[i]))
        above = (-(10**9), 0) if rung is None else (-rung[1], rung[2])
        between = sum(1 for j in range(10) if above < (-revenue[j], ids[j]) < (-revenue[i], ids[i]))
        assert (rung[0] + between + 1 if rung else between + 1) == place


def test_nobody_has_no_ladder():
    assert build_ladder(np.array([], dtype=np.int64), np.array([], dtype=np.int64)) == []
    assert find_rung([], revenue_cents=5, customer_id=1) is None
