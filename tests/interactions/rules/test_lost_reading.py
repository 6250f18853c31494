"""What decided a lost proposal, as other systems word it."""

import pytest

from interactions.rules.lost_reading import read_lost_reason


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("", ""),
        ("   ", ""),
        ("price", "price"),
        ("too expensive", "price"),
        ("zu teuer", "price"),
        ("lost to competitor", "rival"),
        ("konkurrenz", "rival"),
        ("went with another supplier", "rival"),
        ("no budget", "budget"),
        ("lost funding", "budget"),
        ("no budget lost momentum", "budget"),
        ("lieferzeit", "time"),
        ("missing features", "fit"),
        ("project cancelled", "need"),
        ("no response", "silence"),
        ("other", "other"),
        ("reason 17", "other"),
    ],
)
def test_the_reason_of_another_system_is_put_with_ours(words, cause):
    assert read_lost_reason(words) == cause
