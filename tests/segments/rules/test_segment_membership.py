"""Which segment a customer is in: pins, then rules by priority, then the default."""

from datetime import date

import pytest

from segments.rules.segment_membership import (
    MembershipChoice,
    MembershipReason,
    NoDefaultSegmentError,
    Pin,
    SegmentTruth,
    choose_segment,
)

PREMIUM, STANDARD, LOW_COST, AT_RISK = 1, 2, 3, 4
DAY = date(2026, 11, 21)


def segments(*holding):
    """At risk is asked first, then premium, then low-cost; standard is the default."""
    return [
        SegmentTruth(STANDARD, 99, holds=False, default=True),
        SegmentTruth(PREMIUM, 20, holds=PREMIUM in holding),
        SegmentTruth(LOW_COST, 30, holds=LOW_COST in holding),
        SegmentTruth(AT_RISK, 10, holds=AT_RISK in holding),
    ]


@pytest.mark.parametrize(
    ("holding", "segment", "reason"),
    [
        ([], STANDARD, MembershipReason.DEFAULT),
        ([PREMIUM], PREMIUM, MembershipReason.RULE),
        ([LOW_COST], LOW_COST, MembershipReason.RULE),
        ([LOW_COST, PREMIUM], PREMIUM, MembershipReason.RULE),
        ([LOW_COST, PREMIUM, AT_RISK], AT_RISK, MembershipReason.RULE),
    ],
)
def test_the_first_rule_that_holds_decides(holding, segment, reason):
    assert choose_segment(segments(*holding), on=DAY) == MembershipChoice(segment, reason, segment)


@pytest.mark.parametrize(
    ("expires_on", "segment", "reason"),
    [
        (None, PREMIUM, MembershipReason.PIN),
        (date(2026, 11, 21), PREMIUM, MembershipReason.PIN),
        (date(2026, 11, 20), LOW_COST, MembershipReason.RULE),
        (date(2020, 1, 1), LOW_COST, MembershipReason.RULE),
    ],
    ids=["no end", "last day today", "ended yesterday", "ended long ago"],
)
def test_a_pin_outranks_the_rules_until_it_expires(expires_on, segment, reason):
    choice = choose_segment(segments(LOW_COST), pin=Pin(PREMIUM, expires_on), on=DAY)
    assert choice == MembershipChoice(segment, reason, LOW_COST)


def test_a_pin_into_a_segment_that_is_gone_counts_for_nothing():
    assert choose_segment(segments(PREMIUM), pin=Pin(77), on=DAY).segment_id == PREMIUM


def test_equal_priorities_are_decided_by_the_older_segment():
    equal = [SegmentTruth(8, 5, holds=True), SegmentTruth(7, 5, holds=True)]
    assert choose_segment(equal, on=DAY).segment_id == 7
    assert choose_segment(equal[::-1], on=DAY).segment_id == 7


def test_the_default_is_never_chosen_by_its_rule():
    asked_first = [SegmentTruth(1, 1, holds=True, default=True), SegmentTruth(2, 2, holds=True)]
    assert choose_segment(asked_first, on=DAY).segment_id == 2


def test_without_a_default_nobody_may_fall_through():
    with pytest.raises(NoDefaultSegmentError, match="no segment is marked"):
        choose_segment([SegmentTruth(1, 1, holds=False)], on=DAY)
