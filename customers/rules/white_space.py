"""What customers alike buy and this one does not.

Alike: the same industry, a year's sales of the same size, and most of it spent on the same family. Where fewer than 20
are so alike, one of the three is let go, and at last those of the next smaller size are taken. Never suggested: what he
ever bought here, what a fact says he owns or buys elsewhere, and what was answered before.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crm.core.text_folding import fold_text

LEAST_PEERS = 20
LEAST_BUYERS = 5
LEAST_SHARE = 0.25
WEAK_SHARE = 0.35
WEAK_BUYERS = 10
# Sales of 12 months in whole units of the company's currency: each band is about three times the one before.
SIZE_EDGES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
OWNING_LABELS = frozenset({"owns", "has", "buys from", "buys elsewhere", "does not need", "makes", "has already"})


@dataclass(frozen=True)
class PeerKey:
    """Whom somebody is compared with; "" and ``None`` are any."""

    industry: str = ""
    band: int | None = None
    main_family: str = ""


@dataclass(frozen=True)
class FamilyAmongPeers:
    """How many of the customers alike bought the family within a year, and the median of what they spent on it."""

    family: str
    buyers: int
    peers: int
    median_cents: int

    @property
    def share(self) -> float:
        return self.buyers / self.peers if self.peers else 0.0

    @property
    def is_weak(self) -> bool:
        """The evidence is thin: few buyers, or a small share."""
        return self.buyers < WEAK_BUYERS or self.share < WEAK_SHARE

    @property
    def expected_cents(self) -> int:
        """What it may be worth a year: the median, weighed by how many buy it."""
        return round(self.median_cents * self.share)


def find_size_band(year_cents: int) -> int:
    """The band of a year's sales, 0 for the smallest; -1 for no sales."""
    return -1 if year_cents <= 0 else bisect_right(SIZE_EDGES, year_cents / 100)


def list_peer_keys(*, industry: str, band: int, main_family: str) -> list[PeerKey]:
    """Whom to compare with, the most alike first; empty for who bought nothing within a year."""
    keys = []
    for size in range(band, max(-1, band - 2), -1):
        if industry:
            keys += [PeerKey(industry, size, main_family), PeerKey(industry, size)]
        keys += [PeerKey("", size, main_family), PeerKey("", size)]
    return list(dict.fromkeys(keys))


def find_owned(families: Iterable[str], facts: Iterable[tuple[str, str]]) -> set[str]:
    """Those of the families that a fact (label, value) says he owns, makes or buys elsewhere."""
    told = [f" {fold_text(value)} " for label, value in facts if fold_text(label) in OWNING_LABELS]
    return {family for family in families if any(f" {fold_text(family)} " in value.replace(",", " ") for value in told)}


def find_white_space(among_peers: Iterable[FamilyAmongPeers], *, excluded: Collection[str]) -> list[FamilyAmongPeers]:
    """The families worth talking about, the most promising first; those of ``excluded`` never."""
    found = [
        one
        for one in among_peers
        if one.family
        and one.family not in excluded
        and one.peers >= LEAST_PEERS
        and one.buyers >= LEAST_BUYERS
        and one.share >= LEAST_SHARE
        and one.median_cents > 0
    ]
    return sorted(found, key=lambda one: (-one.expected_cents, one.family))
