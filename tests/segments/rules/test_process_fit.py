"""Whose process does not fit: lines between segments that bring more and are served with more."""

from hypothesis import given
from hypothesis import strategies as st

from segments.rules.process_fit import HEAVY, SIMPLE, FitLine, SegmentCare, find_fit_lines, find_misfit

PREMIUM = SegmentCare(key=1, steps=29, lowest_tenth=50_000, median=200_000)
STANDARD = SegmentCare(key=2, steps=19, lowest_tenth=9_000, median=30_000)
LOW = SegmentCare(key=3, steps=10, lowest_tenth=-5_000, median=1_000)
LINES = find_fit_lines([PREMIUM, STANDARD, LOW])


def misfit(segment, euro):
    line = find_misfit(LINES, segment=segment.key, contribution=euro * 100)
    return line and (line.kind, line.fits)


def test_a_standard_customer_who_brings_as_much_as_half_of_premium_is_served_too_simply():
    assert misfit(STANDARD, 2_000) == (SIMPLE, PREMIUM.key)
    assert misfit(STANDARD, 1_999) is None


def test_who_brings_less_than_nine_in_ten_of_his_own_is_served_with_too_much():
    assert misfit(PREMIUM, 9) == (HEAVY, LOW.key), "the segment with the fewest steps that he fits"
    assert misfit(PREMIUM, 299) == (HEAVY, STANDARD.key)
    assert misfit(PREMIUM, 501) is None
    assert misfit(STANDARD, 9) == (HEAVY, LOW.key)


def test_from_low_cost_the_farthest_segment_that_fits_is_named():
    assert misfit(LOW, 2_500) == (SIMPLE, PREMIUM.key)
    assert misfit(LOW, 400) == (SIMPLE, STANDARD.key)
    assert misfit(LOW, -900) is None


def test_segments_served_alike_or_empty_have_no_line():
    twin = SegmentCare(4, steps=19, lowest_tenth=0, median=90_000)
    nobody = SegmentCare(5, steps=2, lowest_tenth=None, median=None)
    assert find_fit_lines([STANDARD, twin, nobody]) == []
    assert find_fit_lines([]) == []


def test_more_steps_for_less_value_is_no_line():
    odd = SegmentCare(6, steps=40, lowest_tenth=0, median=500)
    assert [line for line in find_fit_lines([STANDARD, odd]) if line.kind == SIMPLE] == []


CARES = st.builds(
    SegmentCare,
    key=st.integers(1, 6),
    steps=st.integers(0, 40),
    lowest_tenth=st.integers(-(10**6), 10**6),
    median=st.integers(-(10**6), 10**6),
)


@given(st.lists(CARES, max_size=6, unique_by=lambda care: care.key), st.integers(-(10**7), 10**7))
def test_nobody_is_served_too_simply_and_with_too_much_at_once(cares, contribution):
    lines = find_fit_lines(cares)
    for care in cares:
        if care.lowest_tenth <= care.median:
            kinds = {
                line.kind
                for line in lines
                if line.segment == care.key
                and isinstance(line, FitLine)
                and (contribution >= line.cents if line.kind == SIMPLE else contribution < line.cents)
            }
            assert len(kinds) <= 1


def test_a_segment_that_nobody_is_in_draws_no_line():
    empty = SegmentCare(key=4, steps=40, lowest_tenth=None, median=None)
    assert find_fit_lines([PREMIUM, STANDARD, LOW, empty]) == LINES
    one_sided = SegmentCare(key=4, steps=40, lowest_tenth=None, median=900_000)
    assert all(line.segment != 4 for line in find_fit_lines([PREMIUM, one_sided]))
