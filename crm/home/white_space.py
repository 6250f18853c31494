"""Families to talk about: what customers alike buy and these do not, with what is known against it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.core.formats import format_currency_sign, format_number
from crm.core.id_arrays import one_of_many
from customers.models import ProfileFact
from customers.peer_groups import choose_peers, read_peer_families
from customers.rules.sales_bridge import Ints
from customers.rules.sales_table import SalesTable
from customers.rules.white_space import (
    OWNING_LABELS,
    SIZE_EDGES,
    WEAK_SHARE,
    FamilyAmongPeers,
    PeerKey,
    find_owned,
    find_size_band,
    find_white_space,
    list_peer_keys,
)
from interactions.models import ProductSuggestion


@dataclass(frozen=True)
class CustomerWhiteSpace:
    """Whom one customer is compared with, and the families worth talking about."""

    key: PeerKey | None = None
    families: list[FamilyAmongPeers] = field(default_factory=list)

    @property
    def peers(self) -> int:
        return self.families[0].peers if self.families else 0


@dataclass(frozen=True)
class FamilyGap:
    """One family that several customers lack: who, what those alike spend on it in a year (medians added up), and the
    share of those alike who buy it."""

    family: str
    customer_ids: list[int]
    year_cents: int
    buyers: int
    peers: int

    @property
    def share(self) -> float:
        return self.buyers / self.peers if self.peers else 0.0

    @property
    def is_weak(self) -> bool:
        return self.share < WEAK_SHARE


def find_customers_white_space(table: SalesTable, *, industries: Mapping[int, str]) -> dict[int, CustomerWhiteSpace]:
    """The white space of every customer of ``table``; three queries however many there are.

    ``industries`` by customer; whoever bought nothing within the last 12 months is compared with nobody.
    """
    year, ever = table.year_by_family()
    customers = table.customers.tolist()
    lists = [
        _list_keys(industries.get(customer, ""), band, main)
        for customer, (band, main) in zip(customers, _find_kinds(table, year), strict=True)
    ]
    known = read_peer_families(lists)
    answered, owned = _read_answers(customers), _read_owned(customers, table.families, known)
    worth = {key: find_white_space(among, excluded=()) for key, among in known.items()}
    number = {name: n for n, name in enumerate(table.families)}
    found = {}
    for place, (customer, keys) in enumerate(zip(customers, lists, strict=True)):
        key = choose_peers(keys, known)
        if key is not None:
            bought, told = ever[place], answered.get(customer, set()) | owned.get(customer, set())
            families = [
                one
                for one in worth[key]
                if one.family not in told and not (one.family in number and bought[number[one.family]])
            ]
            found[customer] = CustomerWhiteSpace(key, families)
    return found


@lru_cache(maxsize=4096)
def _list_keys(industry: str, band: int, main_family: str) -> tuple[PeerKey, ...]:
    return tuple(list_peer_keys(industry=industry, band=band, main_family=main_family))


def _find_kinds(table: SalesTable, year: Ints) -> list[tuple[int, str]]:
    """Of each customer the size of his year and the family he spends most on; of equal ones the first by name."""
    spent = np.maximum(year, 0)
    bands = [find_size_band(cents) for cents in spent.sum(axis=1).tolist()]
    named = np.where(np.array([bool(name) for name in table.families] or [False]), spent, 0)
    main, most = named.argmax(axis=1).tolist(), named.max(axis=1).tolist()
    return [
        (band, table.families[place] if cents > 0 else "") for band, place, cents in zip(bands, main, most, strict=True)
    ]


def _read_answers(customers: Collection[int]) -> dict[int, set[str]]:
    answered: dict[int, set[str]] = defaultdict(set)
    rows = ProductSuggestion.objects.filter(customer__in=one_of_many(customers)).order_by()
    for customer, family in rows.values_list("customer", "family"):
        answered[customer].add(family)
    return answered


def _read_owned(
    customers: Collection[int], families: list[str], known: Mapping[PeerKey, list[FamilyAmongPeers]]
) -> dict[int, set[str]]:
    """By customer, the families that facts say he owns, makes or buys elsewhere."""
    names = {one.family for among in known.values() for one in among} | {name for name in families if name}
    facts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = ProfileFact.objects.filter(customer__in=one_of_many(customers)).alias(said=Lower("label")).order_by()
    for customer, label, value in rows.filter(said__in=OWNING_LABELS).values_list("customer", "label", "value"):
        facts[customer].append((label, value))
    owned: dict[int, set[str]] = defaultdict(set)
    owned.update({customer: find_owned(names, told) for customer, told in facts.items()})
    return owned


@dataclass(frozen=True)
class Gaps:
    """The families that customers lack, a row for each of each: customer, number of the family in ``families``, median
    of a year in cents, buyers and customers among those alike. Small enough to be put away for thousands."""

    rows: Ints
    families: list[str]

    def replace(self, customers: Collection[int], *, newer: "Gaps") -> "Gaps":
        """The same, where those of ``customers`` are taken from ``newer``."""
        families = sorted({*self.families, *newer.families})
        kept = self._renumber(families)
        kept = kept[~np.isin(kept[:, 0], list(customers))]
        rows = np.concatenate([kept, newer._renumber(families)])
        return Gaps(rows[np.argsort(rows[:, 0], kind="stable")], families)

    def _renumber(self, families: list[str]) -> Ints:
        rows = self.rows.copy()
        if len(rows):
            rows[:, 1] = np.array([families.index(name) for name in self.families])[rows[:, 1]]
        return rows

    def add_up(self) -> list[FamilyGap]:
        """By family, the largest sum first."""
        found = []
        for number in np.unique(self.rows[:, 1]).tolist():
            rows = self.rows[self.rows[:, 1] == number]
            year, buyers, peers = rows[:, 2:].sum(axis=0).tolist()
            found.append(FamilyGap(self.families[number], rows[:, 0].tolist(), year, buyers, peers))
        return sorted(found, key=lambda gap: (-gap.year_cents, gap.family))


def list_gaps(found: Mapping[int, CustomerWhiteSpace]) -> Gaps:
    """What each customer lacks, as it can be put away and added up."""
    families = sorted({one.family for space in found.values() for one in space.families})
    number = {name: n for n, name in enumerate(families)}
    rows = [
        (customer, number[one.family], one.median_cents, one.buyers, one.peers)
        for customer, space in found.items()
        for one in space.families
    ]
    return Gaps(np.array(rows, dtype=np.int64).reshape(-1, 5), families)


def say_peers(key: PeerKey, *, currency: str) -> str:
    """Who is alike, in words: ``shipbuilding, €100–300 k a year, mostly seals``."""
    parts: Iterable[str] = [key.industry, _say_band(key.band or 0, currency=currency)]
    if key.main_family:
        parts = [*parts, _("most of it %(family)s") % {"family": key.main_family}]
    return ", ".join(part for part in parts if part)


def _say_band(band: int, *, currency: str) -> str:
    sign = format_currency_sign(currency)
    if band == 0:
        return _("under %(high)s a year") % {"high": f"{sign}{format_number(SIZE_EDGES[0])}"}
    low = f"{sign}{format_number(SIZE_EDGES[band - 1])}"
    if band == len(SIZE_EDGES):
        return _("over %(low)s a year") % {"low": low}
    return _("%(low)s – %(high)s a year") % {"low": low, "high": format_number(SIZE_EDGES[band])}
