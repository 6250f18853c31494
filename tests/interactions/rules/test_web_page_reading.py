"""What of an address and a page may be kept, and where a visit ends."""

from datetime import UTC, datetime, timedelta

import pytest

from interactions.rules.web_page_reading import count_events_of_visit, read_page_path, read_page_text

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "https://shop.example/seals/fkm-seal-ring-40mm-din-3760-type-a?ref=mail#top",
            "/seals/fkm-seal-ring-40mm-din-3760-type-a",
        ),
        ("/cart", "/cart"),
        ("https://shop.example", ""),
        ("", ""),
        ("https://lene:secret@shop.example/orders", "/orders"),
        ("/reset/f3a9c1d2e4b5f6a7c8d9/new", "/reset/…/new"),
        ("/in/123e4567-e89b-12d3-a456-426614174000", "/in/…"),
        ("/unsubscribe/lene@kjeldsen.example", "/unsubscribe/…"),
        ("/unsubscribe/lene%40kjeldsen.example", "/unsubscribe/…"),
        ("/ordrebekraeftelsesoversigt/12345678901234567890123", "/ordrebekraeftelsesoversigt/12345678901234567890123"),
        ("http://[broken", ""),
        ("/a\x00b", "/ab"),
        ("/" + "a/" * 400, ("/" + "a/" * 400)[:300]),
    ],
)
def test_an_address_is_kept_without_what_opens_a_door(url, kept):
    assert read_page_path(url) == kept


def test_words_are_kept_on_one_line():
    assert read_page_text("  Seals\n\tand\x00rings ", longest=200) == "Seals and rings"
    assert read_page_text("Seals and rings", longest=5) == "Seals"


@pytest.mark.parametrize(
    ("minutes", "events"), [([], 0), ([0], 1), ([0, 30, 60], 3), ([0, 31, 32], 1), ([0, 5, 40], 2)]
)
def test_half_an_hour_without_anything_ends_a_visit(minutes, events):
    assert count_events_of_visit(NOON + timedelta(minutes=one) for one in minutes) == events
