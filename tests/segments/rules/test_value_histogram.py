"""Where a rule's line falls among the customers."""

from hypothesis import given
from hypothesis import strategies as st

from segments.rules.figure_spread import Spread, merge_spreads
from segments.rules.value_histogram import RuleLine, draw_histogram, find_line

SPREAD = merge_spreads([[[-3, 5, -900], [1, 10, 10_000], [50, 6, 600_000], [90, 4, 40_000_000]]])


def line(metric, operator, value):
    return {"metric": metric, "operator": operator, "value": value}


def test_the_line_is_the_first_bound_on_money_that_is_not_turned_round():
    rule = {"all": [line("city", "is", "Oslo"), {"any": [line("sales", "at_most", 5)]}, line("sales", "at_least", 9)]}
    assert find_line(rule, ["sales"]) == RuleLine("sales", 5, keeps_above=False)
    assert find_line({"not": line("sales", "at_least", 9)}, ["sales"]) is None
    assert find_line(line("sales", "between", [1, 2]), ["sales"]) is None
    assert find_line(line("sales", "more_than", 7), ["sales"]) == RuleLine("sales", 7, keeps_above=True)
    assert find_line({}, ["sales"]) is None


def test_bars_count_everybody_with_a_positive_value_and_the_line_keeps_its_side():
    drawn = draw_histogram(SPREAD, new=RuleLine("sales", 90_000, keeps_above=True), old=RuleLine("sales", 2_000, True))
    assert (drawn.customers, drawn.kept) == (20, 10)
    assert sum(bar.customers for bar in drawn.bars) == 20
    told = [(bar.from_cents, bar.to_cents) for bar in drawn.bars]
    assert [low for low, _high in told][1:] == [high for _low, high in told][:-1], "each begins where the last ended"
    for value, customers in ((100_000, 6), (10_000_000, 4)):
        assert [bar.customers for bar in drawn.bars if bar.from_cents <= value < bar.to_cents] == [customers]
    assert float(drawn.old_x) < float(drawn.new_x)
    below = draw_histogram(SPREAD, new=RuleLine("sales", 90_000, keeps_above=False), old=None)
    assert (below.kept, below.old_x) == (10, "")


def test_nothing_is_drawn_for_too_few_or_a_line_below_zero():
    assert draw_histogram(Spread(), new=RuleLine("sales", 5, keeps_above=True), old=None) is None
    assert draw_histogram(SPREAD, new=RuleLine("sales", -5, keeps_above=True), old=None) is None


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(-(10**6), 10**13)), max_size=20),
    st.integers(1, 10**15),
    st.integers(-10, 10**15),
)
def test_every_bar_and_line_stays_in_the_picture(steps, new, old):
    spread = merge_spreads([[[number, n, cents] for number, (n, cents) in enumerate(sorted(steps, key=sum))]])
    ordered = sorted(zip(spread.counts, spread.sums, strict=True), key=lambda pair: pair[1] / pair[0])
    spread = Spread(tuple(n for n, _c in ordered), tuple(c for _n, c in ordered))
    drawn = draw_histogram(spread, new=RuleLine("x", new, keeps_above=True), old=RuleLine("x", old, keeps_above=True))
    if drawn is None:
        return
    places = [float(bar.x) for bar in drawn.bars] + [float(drawn.new_x), *(float(x) for x, _c in drawn.ticks)]
    assert all(7.9 <= place <= 612.1 for place in places)
    assert all(0 <= float(bar.height) <= 84.1 for bar in drawn.bars)
    assert 0 <= drawn.kept <= drawn.customers
