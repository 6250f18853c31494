"""Numbers, money and dates as people read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.core import formats

OSLO = ZoneInfo("Europe/Oslo")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # 10:30 in Oslo


@pytest.mark.parametrize(
    ("cents", "whole", "exact"),
    [
        (3_513_840, "€35,138", "€35,138.40"),
        (0, "€0", "€0.00"),
        (-1_850, "−€18", "−€18.50"),
        (-30, "€0", "−€0.30"),
        (None, "–", "–"),
        (99, "€1", "€0.99"),
    ],
)
def test_money(cents, whole, exact):
    assert formats.format_money(cents, currency="EUR") == whole
    assert formats.format_money(cents, currency="EUR", with_cents=True) == exact


@pytest.mark.parametrize(("currency", "text"), [("USD", "$12"), ("NOK", "NOK\u00a012"), ("JPY", "¥12")])
def test_money_of_other_currencies(currency, text):
    assert formats.format_money(1_200, currency=currency) == text


def test_a_currency_without_hundredths_is_told_without_them():
    assert formats.format_money(4_500_000, currency="JPY", with_cents=True) == "¥45,000"


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (50_000, "500"),
        (250_000, "2.5\u202fk"),
        (1_000_000_000, "10\u202fM"),
        (500_000_000_000, "5\u202fbn"),
        (None, "–"),
    ],
)
def test_round_amounts_stand_short_beside_the_lines_of_a_drawing(cents, text):
    assert formats.format_amount_short(cents) == text


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (904_000_000, "€9.04\u202fM"),
        (64_800_000, "€648\u202fk"),
        (1_234_500, "€12.3\u202fk"),
        (950_000, "€9,500"),
        (99_999_999, "€1.00\u202fM"),
        (100_000_000_000, "€1.00\u202fbn"),
        (-64_800_000, "−€648\u202fk"),
        (250_000_000_000_000, "€2,500\u202fbn"),
        (None, "–"),
    ],
)
def test_large_money_in_three_figures(cents, text):
    assert formats.format_money_short(cents, currency="EUR") == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1204, 0, "1,204"), (-3.52, 1, "−3.5"), (0, 0, "0"), (-0.2, 0, "0"), (None, 0, "–"), (1e6, 0, "1,000,000")],
)
def test_numbers(value, decimals, text):
    assert formats.format_number(value, decimals=decimals) == text


@pytest.mark.parametrize(
    ("count", "exact", "text"),
    [(41_234, False, "about 41,000"), (41_234, True, "41,234"), (118, False, "about 118"), (None, True, "–")],
)
def test_counts_and_estimates(count, exact, text):
    assert formats.format_count(count, exact=exact) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.34, "34%"), (0.014, "1.4%"), (0, "0%"), (-0.4, "−40%"), (1, "100%"), (0.0199, "2.0%"), (None, "–")],
)
def test_percent_is_whole_unless_under_two(share, text):
    assert formats.format_percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.9943, "99%"),
        (0.9954, "99.5%"),
        (0.99999, "99.9%"),
        (-0.9999, "−99.9%"),
        (1, "100%"),
        (1.004, "100%"),
        (0.0005, "0.1%"),
        (0.0004, "<0.1%"),
    ],
)
def test_only_all_of_them_are_a_hundred_percent_and_only_none_are_none(share, text):
    assert formats.format_percent(share) == text


@pytest.mark.parametrize(
    ("chance", "text"),
    [(0.856, "86"), (0.005, "<1"), (0.006, "1"), (0, "<1"), (0.994, "99"), (0.996, ">99"), (1, ">99"), (None, "–")],
)
def test_of_a_hundred_nobody_is_sure(chance, text):
    assert formats.format_chance(chance) == text


@pytest.mark.parametrize(("value", "text"), [(3.42, "3.4×"), (12.4, "12×"), (None, "–")])
def test_multiples(value, text):
    assert formats.format_multiple(value) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 23), "yesterday"),
        (date(2026, 11, 26), "Thu 26 Nov"),
        (date(2026, 1, 1), "Thu 1 Jan"),
        (date(2025, 3, 14), "14 Mar 2025"),
        (date(2027, 1, 2), "2 Jan 2027"),
        (None, "–"),
    ],
)
def test_days(day, text):
    assert formats.format_day(day, today=TODAY) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 24, 14, 0, tzinfo=UTC), "today 15:00"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "tomorrow 00:30"),
        (datetime(2026, 11, 26, 13, 0, tzinfo=UTC), "Thu 26 Nov 14:00"),
        (datetime(2025, 3, 14, 13, 0, tzinfo=UTC), "14 Mar 2025"),
        (None, "–"),
    ],
)
def test_moments_stand_in_the_readers_zone(moment, text):
    assert formats.format_moment(moment, now=NOW, zone=OSLO) == text


def test_the_whole_moment_names_its_zone():
    moment = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
    assert formats.format_full_moment(moment, zone=OSLO) == "Thursday 26 November 2026, 15:00 CET"


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (NOW + timedelta(minutes=1), ""),
        (NOW - timedelta(minutes=5), "just late"),
        (NOW - timedelta(hours=3), "3 h late"),
        (NOW - timedelta(days=4), "4 d late"),
        (date(2026, 11, 24), ""),
        (date(2026, 11, 20), "4 d late"),
    ],
)
def test_lateness(due, text):
    assert formats.format_lateness(due, now=NOW, zone=OSLO) == text


@pytest.mark.parametrize(
    ("days", "text"), [(0, "0 days"), (1, "1 day"), (1.4, "1 day"), (4.6, "5 days"), (1_062, "1,062 days"), (None, "–")]
)
def test_so_many_days_as_the_reader_says_it(days, text):
    assert formats.format_days(days) == text


@pytest.mark.parametrize(("days", "usual", "text"), [(62, 18, "62 d / 18"), (62, None, "62 d"), (None, 18, "–")])
def test_silence_against_the_own_rhythm(days, usual, text):
    assert formats.format_silence(days, usual) == text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Ribeiro", "AR"),
        ("Nurul", "NU"),
        ("rep@rapport.example", "RE"),
        ("Éva de Świć", "ÉŚ"),
        ("", "?"),
        ("…", "?"),
    ],
)
def test_initials(name, letters):
    assert formats.format_initials(name) == letters


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Mobile Safari/604.1", "Safari on iPhone"),
        ("curl/8", "curl/8"),
        ("", "–"),
    ],
)
def test_browsers_in_two_words(header, text):
    assert formats.format_browser(header) == text


def test_titles_of_library_pages_in_sentence_case():
    assert formats.format_sentence_case("  Sign Out\n Other IP Sessions ") == "Sign out other IP sessions"
    assert formats.format_sentence_case("Two-Factor Authentication") == "Two-factor authentication"
    assert formats.format_sentence_case("") == ""
