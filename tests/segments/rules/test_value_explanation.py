"""The sentence that says why, word by word."""

import pytest

from segments.rules.value_explanation import Relation, ValueFacts, explain_value, round_money

KJELDSEN = {"purchases": 9, "silence_days": 61, "mean_gap_days": 18.0, "surprise": 0.0209, "at_stake_cents": 342_10}


def say(**facts):
    return explain_value(ValueFacts(**facts)).render()


def test_the_whole_sentence():
    assert say(**KJELDSEN) == (
        "Usually buys every 18 days (9 purchases); last bought 61 days ago, 3.4× the usual gap; "
        "an active customer like this is silent so long about 2 times in 100; "
        "about €340 of margin a quarter at stake."
    )


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"silence_days": 0}, "; last bought today; about €340"),
        (
            {"silence_days": 1, "mean_gap_days": 0.5},
            "usually buys every day (9 purchases); last bought 1 day ago, 2.0×",
        ),
        ({"silence_days": 10}, "; last bought 10 days ago, within the usual gap; about €340"),
        ({"silence_days": 1}, "; last bought 1 day ago, within the usual gap; about"),
        ({"mean_gap_days": None}, "9 purchases; last bought 61 days ago; about €340"),
        ({"mean_gap_days": float("nan"), "silence_days": 1}, "9 purchases; last bought 1 day ago; about €340"),
        ({"mean_gap_days": 0.2, "silence_days": 61}, "305× the usual gap"),
        ({"mean_gap_days": 0.2, "silence_days": 610}, "last bought 610 days ago, 3,050× the usual gap"),
        ({"purchases": 2500, "silence_days": 9333, "mean_gap_days": 5e3}, "(2,500 purchases); last bought 9,333 days"),
        ({"surprise": 0.012}, "silent so long about once in 100 times;"),
        ({"surprise": 0.0004}, "silent so long less than once in 100 times;"),
        ({"surprise": 0.998}, "active customers like this are often silent so long;"),
        ({"surprise": None}, "3.4× the usual gap; about €340"),
        ({"at_stake_cents": None}, "2 times in 100."),
        ({"at_stake_cents": 20}, "2 times in 100."),
        ({"at_stake_cents": -90_00}, "2 times in 100."),
        ({"at_stake_cents": 6_418_59}, "about €6,420 of margin a quarter at stake."),
        (
            {"purchases": 2},
            "Bought twice, 18 days apart; last bought 61 days ago; two purchases are too few to call it a rhythm;",
        ),
        ({"purchases": 2, "mean_gap_days": None, "silence_days": 0}, "bought twice; last bought today; two purchases"),
        (
            {"purchases": 2, "silence_days": 993},
            "Bought twice, 18 days apart; last bought 993 days ago, and not again;",
        ),
        (
            {"too_little_data": True},
            "usual gap; too little data for more: under 100 customers or under 12 months; about",
        ),
    ],
)
def test_parts_of_the_sentence(changed, part):
    assert part.lower() in say(**(KJELDSEN | changed)).lower()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"purchases": 0}, "No purchase yet."),
        ({"purchases": 1, "silence_days": 0}, "Bought for the first time today, too early to know a rhythm."),
        ({"purchases": 1, "silence_days": 1}, "Bought once, 1 day ago: too early to know a rhythm."),
        ({"purchases": 1, "silence_days": 61}, "Bought once, 61 days ago: too early to know a rhythm."),
        (
            {
                "purchases": 1,
                "silence_days": 61,
                "segment_repeat_rate": 0.337,
                "surprise": 0.01,
                "at_stake_cents": 99_00,
            },
            "Bought once, 61 days ago: too early to know a rhythm; of customers like this 34 in 100 buy again.",
        ),
        (
            {"purchases": 1, "silence_days": 364, "segment_repeat_rate": 0.83},
            "Bought once, 364 days ago: too early to know a rhythm; of customers like this 83 in 100 buy again.",
        ),
        (
            {"purchases": 1, "silence_days": 365, "segment_repeat_rate": 0.83},
            "Bought once, 365 days ago, and not again.",
        ),
    ],
)
def test_special_cases(facts, sentence):
    assert say(**facts) == sentence


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "Under contract, not yet come to a renewal."),
        ({"contract_known": False}, "Under contract; nobody has entered when it began."),
        (
            {"renewals": 1, "renewal_chance": 0.871},
            "Under contract, renewed 1 time; about 87 in 100 like this renew the next time.",
        ),
        (
            {"renewals": 3, "renewal_chance": 0.9, "usage_fall_percent": 29.6, "at_stake_cents": 5_000_00},
            (
                "Under contract, renewed 3 times; about 90 in 100 like this renew the next time; "
                "uses 30% less than before; about €5,000 of margin a quarter at stake."
            ),
        ),
        ({"renewals": 3, "renewal_chance": 0.9, "too_little_data": True}, "Under contract, renewed 3 times."),
        ({"renewals": 2, "usage_fall_percent": -12.0}, "Under contract, renewed 2 times."),
    ],
)
def test_contracts_are_told_by_renewals_and_never_by_gaps(facts, sentence):
    assert say(purchases=40, silence_days=99, mean_gap_days=9, relation=Relation.CONTRACT, **facts) == sentence


def test_the_sentence_is_kept_as_messages_and_numbers_and_read_in_another_language():
    german = {
        "last bought %(count)d days ago, %(ratio)s× the usual gap": "kauft seit %(count)d Tagen nicht",
        "about %(money)s of margin a quarter at stake": "rund %(money)s im Quartal",
    }
    facts = ValueFacts(**(KJELDSEN | {"surprise": None}))
    sentence = explain_value(facts).render(
        translate=lambda message: german.get(message, message),
        translate_plural=lambda message, plural, number: german.get(plural, plural) if number != 1 else message,
        format_money=lambda cents: f"{cents // 100} EUR",
    )
    assert "; kauft seit 61 Tagen nicht; rund 340 EUR im Quartal" in sentence


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (0, 0), (49, 0), (50, 1), (99_49, 99), (342_10, 340), (345_00, 350), (6_418_59, 6_420), (12_345_00, 12_300),
        (123_456_00, 123_000), (-342_10, -340),
    ],
)  # fmt: skip
def test_money_is_rounded_as_one_says_it(cents, said):
    assert round_money(cents) == said * 100


def test_a_contract_that_ends_or_has_ended_says_so_and_no_chance_of_renewal():
    ends = {"relation": Relation.CONTRACT, "purchases": 9, "renewals": 2, "contract_ends": "31 Dec 2026"}
    assert say(**ends) == "Under contract until 31 Dec 2026, when it ends; renewed 2 times before."
    gone = "The contract ended on 31 Dec 2026, renewed 1 time before; uses 100% less than before."
    assert say(**{**ends, "renewals": 1}, contract_ended=True, usage_fall_percent=100) == gone


def test_a_contract_says_what_it_is_worth():
    worth = {"relation": Relation.CONTRACT, "purchases": 9, "renewals": 2, "value_3y_cents": 4_371_234}
    told = "worth about €43,700 in three years, each renewal weighed with its chance."
    assert say(**worth, contract_ends="31 Dec 2026").endswith("; worth about €43,700 until then.")
    assert say(**worth) == f"Under contract, renewed 2 times; {told}"
