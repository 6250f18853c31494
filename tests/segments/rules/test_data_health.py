"""How much is known of some customers, added up from what each evening kept."""

import pytest

from segments.rules.data_health import GAPS, MEND_FIRST, UNREACHABLE, add_health

#        customers, reached, then the gaps: no e-mail, no phone, stale, bounced, post empty, incomplete
A_CLASS = (10, 8, 2, 1, 3, 1, 0, 4)
B_CLASS = (30, 15, 10, 9, 6, 2, 1, 0)


def test_the_gaps_are_kept_in_the_order_in_which_they_are_read():
    assert list(GAPS) == ["no_email", "no_phone", "stale", "bounced", "vacant", "incomplete"]


def test_classes_and_teams_add_up():
    health = add_health([A_CLASS, B_CLASS])
    assert (health.customers, health.reached, health.unreached) == (40, 23, 17)
    assert health.gaps == {
        "no_email": 12,
        "no_phone": 10,
        "stale": 9,
        "bounced": 3,
        "vacant": 1,
        "incomplete": 4,
    }


@pytest.mark.parametrize(
    ("counts", "reached", "email", "phone"),
    [
        ([A_CLASS], 0.8, 0.8, 0.9),
        ([A_CLASS, B_CLASS], 23 / 40, 0.7, 0.75),
        ([], None, None, None),
        ([(10, 8)], 0.8, None, None),
        ([A_CLASS, (10, 8)], 0.8, None, None),
    ],
    ids=["one class", "two", "nobody", "an evening before gaps were counted", "half of it before"],
)
def test_shares_are_of_all_customers_and_unknown_where_nothing_was_counted(counts, reached, email, phone):
    health = add_health(counts)
    assert (health.reached_share, health.email_share, health.phone_share) == pytest.approx((reached, email, phone))


def test_who_is_out_of_reach_is_mended_before_who_is_merely_incomplete():
    assert UNREACHABLE in MEND_FIRST["any"]
    assert GAPS["incomplete"] not in MEND_FIRST["any"]
