"""Families to talk about: what customers alike buy and these do not, with what is known against it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.core.formats import format_currency_sign, format_number
from customers.models import ProfileFact
from customers.peer_groups import choose_peers, read_peer_families
from customers.rules.sales_table import SalesTable
from customers.rules.white_space import (
    OWNING_LABELS,
    SIZE_EDGES,
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
        return self.share < 0.35


def find_customers_white_space(table: SalesTable, *, industries: Mapping[int, str]) -> dict[int, CustomerWhiteSpace]:
    """The white space of every customer of ``table``; three queries however many there are.

    ``industries`` by customer; whoever bought nothing within the last 12 months is compared with nobody.
    """
    year, ever = table.year_by_family()
    keys: dict[int, list[PeerKey]] = {}
    for place, customer in enumerate(table.customers.tolist()):
        spent = {name: int(cents) for name, cents in zip(table.families, year[place], strict=True) if cents > 0}
        named = sorted((name for name in spent if name), key=lambda name: (-spent[name], name))
        keys[customer] = list_peer_keys(
            industry=industries.get(customer, ""),
            band=find_size_band(sum(spent.values())),
            main_family=named[0] if named else "",
        )
    known = read_peer_families(keys.values())
    answered, owned = _read_answers(keys), _read_owned(keys, table.families, known)
    found = {}
    for place, customer in enumerate(table.customers.tolist()):
        key = choose_peers(keys[customer], known)
        if key is not None:
            bought = {name for name, times in zip(table.families, ever[place], strict=True) if times}
            excluded = bought | answered[customer] | owned[customer]
            found[customer] = CustomerWhiteSpace(key, find_white_space(known[key], excluded=excluded))
    return found


def _read_answers(customers: Collection[int]) -> dict[int, set[str]]:
    answered: dict[int, set[str]] = defaultdict(set)
    rows = ProductSuggestion.objects.filter(customer__in=customers).order_by()
    for customer, family in rows.values_list("customer", "family"):
        answered[customer].add(family)
    return answered


def _read_owned(
    customers: Collection[int], families: list[str], known: Mapping[PeerKey, list[FamilyAmongPeers]]
) -> dict[int, set[str]]:
    """By customer, the families that facts say he owns, makes or buys elsewhere."""
    names = {one.family for among in known.values() for one in among} | {name for name in families if name}
    facts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = ProfileFact.objects.filter(customer__in=customers).alias(said=Lower("label")).order_by()
    for customer, label, value in rows.filter(said__in=OWNING_LABELS).values_list("customer", "label", "value"):
        facts[customer].append((label, value))
    owned: dict[int, set[str]] = defaultdict(set)
    owned.update({customer: find_owned(names, told) for customer, told in facts.items()})
    return owned


def add_up_gaps(found: Mapping[int, CustomerWhiteSpace]) -> list[FamilyGap]:
    """The same by family, the largest sum first."""
    gaps: dict[str, FamilyGap] = {}
    for customer, space in found.items():
        for one in space.families:
            old = gaps.get(one.family, FamilyGap(one.family, [], 0, 0, 0))
            gaps[one.family] = FamilyGap(
                one.family,
                [*old.customer_ids, customer],
                old.year_cents + one.median_cents,
                old.buyers + one.buyers,
                old.peers + one.peers,
            )
    return sorted(gaps.values(), key=lambda gap: (-gap.year_cents, gap.family))


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
