"""What is suggested to whom, and what never is."""

import pytest

from customers.rules.bought_together import Pair
from customers.rules.white_space import (
    SIZE_EDGES,
    FamilyAmongPeers,
    PeerKey,
    find_owned,
    find_size_band,
    find_white_space,
    list_peer_keys,
)


def family(name="Filters", buyers=31, peers=38, median=620_000):
    return FamilyAmongPeers(name, buyers, peers, median)


def test_the_most_promising_family_stands_first():
    found = find_white_space([family("Filters"), family("Guides", 24, 38, 940_000)], excluded=())

    assert [one.family for one in found] == ["Guides", "Filters"]
    assert found[0].expected_cents == round(940_000 * 24 / 38)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (family(buyers=4, peers=38), "hardly anybody alike buys it"),
        (family(buyers=9, peers=38), "fewer than a quarter of those alike buy it"),
        (family(buyers=15, peers=19), "too few are alike"),
        (family(median=0), "it is worth nothing"),
        (family(name=""), "it has no name"),
        (family(name="Seals"), "he has bought it here"),
    ],
)
def test_what_is_never_suggested(one, why):
    assert find_white_space([one], excluded={"Seals"}) == [], why


@pytest.mark.parametrize(
    ("one", "is_weak"),
    [(family(), False), (family(buyers=9, peers=20), True), (family(buyers=12, peers=38), True)],
)
def test_thin_evidence_is_called_so(one, is_weak):
    assert one.is_weak is is_weak


@pytest.mark.parametrize(
    ("cents", "band"),
    [(-1, -1), (0, -1), (99_999, 0), (100_000, 1), (999_999, 2), (1_000_000, 3), (10**12, len(SIZE_EDGES))],
)
def test_the_size_of_a_year(cents, band):
    assert find_size_band(cents) == band


@pytest.mark.parametrize(
    ("who", "keys"),
    [
        (
            {"industry": "mining", "band": 3, "main_family": "Seals"},
            [
                PeerKey("mining", 3, "Seals"),
                PeerKey("mining", 3),
                PeerKey("", 3, "Seals"),
                PeerKey("", 3),
                # Nobody is as large: the next smaller ones.
                PeerKey("mining", 2, "Seals"),
                PeerKey("mining", 2),
                PeerKey("", 2, "Seals"),
                PeerKey("", 2),
            ],
        ),
        ({"industry": "", "band": 0, "main_family": "Seals"}, [PeerKey("", 0, "Seals"), PeerKey("", 0)]),
        ({"industry": "", "band": 0, "main_family": ""}, [PeerKey("", 0)]),
        ({"industry": "mining", "band": -1, "main_family": ""}, []),
    ],
)
def test_whom_somebody_is_compared_with_the_most_alike_first(who, keys):
    assert list_peer_keys(**who) == keys


@pytest.mark.parametrize(
    ("label", "value", "owned"),
    [
        ("Owns", "Linear guides of THK", {"Linear guides"}),
        ("buys elsewhere", "filters, at a web shop", {"Filters"}),
        ("Does not need", "Linear guides and filters", {"Linear guides", "Filters"}),
        ("Needs", "Linear guides", set()),
        ("Owns", "A filterspresse", set()),
    ],
)
def test_what_a_fact_says_he_has(label, value, owned):
    assert find_owned(["Linear guides", "Filters"], [(label, value)]) == owned


@pytest.mark.parametrize(
    ("pair", "support", "confidence", "lift", "told"),
    [
        (Pair(400, 500, 800, 10_000), 0.04, 0.8, 10.0, True),
        (Pair(40, 500, 800, 10_000), 0.004, 0.08, 1.0, False),  # no more than chance
        (Pair(10, 10, 20, 10_000), 0.001, 1.0, 500.0, False),  # too few orders
        (Pair(50, 500, 80, 10_000), 0.005, 0.1, 12.5, False),  # too seldom to speak of
        (Pair(0, 0, 0, 0), 0, 0, 0, False),
    ],
)
def test_what_is_bought_together(pair, support, confidence, lift, told):
    assert (pair.support, pair.confidence, pair.lift) == pytest.approx((support, confidence, lift))
    assert pair.is_worth_telling is told
