"""When an item counts as missed, in the words of a rep."""

from datetime import date, timedelta

import pytest

from customers.rules.item_rhythm import REMEMBERED_DAYS, ItemRhythm, ItemState, judge_item

START = date(2026, 1, 1)


def bought_after(*gaps: int, cents: int = 10_000) -> ItemRhythm:
    """An item bought on 1 January and then after each of ``gaps`` days, for ``cents`` each time."""
    return ItemRhythm(
        purchase_days=len(gaps) + 1,
        first_day=START,
        last_day=START + timedelta(days=sum(gaps)),
        sum_gap_squared=float(sum(gap * gap for gap in gaps)),
        amount_cents=cents * (len(gaps) + 1),
    )


@pytest.mark.parametrize(
    ("gaps", "mean", "spread", "at_risk_after", "lost_after"),
    [
        # Three purchases, both gaps the same: the spread is not nothing, it is drawn toward half the gap.
        ((30, 30), 30, 13.4, 43, 56),
        # Many equal gaps: the rhythm is known well, so the limits come close.
        ((30,) * 40, 30, 4.6, 34, 39),
        # An irregular item is given more time.
        ((10, 50, 10, 50), 30, 18.9, 48, 67),
        # Bought every day: a long weekend is no risk, and a week off no loss.
        ((1, 1), 1, 0.4, 7, 14),
    ],
)
def test_the_limits_follow_the_items_own_gaps(gaps, mean, spread, at_risk_after, lost_after):
    rhythm = bought_after(*gaps)

    assert rhythm.mean_gap_days == mean
    assert rhythm.spread_days == pytest.approx(spread, abs=0.1)
    assert (rhythm.at_risk_from - rhythm.last_day).days == at_risk_after + 1
    assert (rhythm.lost_from - rhythm.last_day).days == lost_after + 1


@pytest.mark.parametrize(
    ("silent_days", "state"),
    [
        (0, ItemState.BOUGHT),
        (43, ItemState.BOUGHT),
        (44, ItemState.AT_RISK),
        (56, ItemState.AT_RISK),
        (57, ItemState.LOST),
        (57 + REMEMBERED_DAYS, ItemState.LOST),
        (58 + REMEMBERED_DAYS, ItemState.FORGOTTEN),
    ],
)
def test_an_item_is_bought_then_at_risk_then_lost_then_history(silent_days, state):
    rhythm = bought_after(30, 30)

    assert judge_item(rhythm, on=rhythm.last_day + timedelta(days=silent_days)) == state


def test_two_purchases_are_no_rhythm():
    with pytest.raises(ValueError, match="third purchase"):
        bought_after(30)


@pytest.mark.parametrize(
    ("gaps", "cents", "weekly"),
    [
        ((7, 7), 10_000, 10_000),  # every week for 100: a hundred a week, not a hundred and fifty
        ((14, 14, 14), 10_000, 5_000),
        ((365, 365), 10_000, 192),
        ((7, 7), -10_000, 0),  # returned more than bought: nothing is lost
    ],
)
def test_what_is_lost_a_week_is_what_it_brought_while_it_was_bought(gaps, cents, weekly):
    assert bought_after(*gaps, cents=cents).weekly_cents == weekly
