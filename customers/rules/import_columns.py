"""Which column of somebody's file is which of our fields.

Guessed from the header, as the exports of HubSpot, Salesforce, Pipedrive, Odoo, Zoho and of common back offices name
it in several languages, and where a header says nothing, from the look of the values.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from statistics import median_high

from customers.rules.import_addresses import looks_like_email
from customers.rules.import_headers import CUSTOMER_HEADERS, ORDER_HEADERS, PERSON_HEADERS, PRODUCT_HEADERS
from customers.rules.import_values import (
    fold_word,
    looks_like_country,
    looks_like_day,
    looks_like_money,
)

ORDERS = "orders"
CUSTOMERS = "customers"
PRODUCTS = "products"
PEOPLE = "people"
LEAST_UNDER_TITLE = 3  # cells: over fewer columns a title cannot be told from a header


class Reading(Enum):
    """How the text of a cell becomes a value."""

    TEXT = "text"
    DAY = "day"
    MONEY = "money"
    NUMBER = "number"
    MINUTES = "minutes"
    CURRENCY = "currency"
    COUNTRY = "country"
    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_KIND = "customer_kind"
    OWNER = "owner"
    TEAM = "team"
    DOMAIN = "domain"
    YES_NO = "yes_no"
    CHOICE = "choice"
    WORDS = "words"
    LINK = "link"


@dataclass(frozen=True)
class ImportField:
    """One of our fields: how it is read, how long it may be, the headers it is known by (folded, no spaces),
    and for a choice what its words mean (folded; ``*`` is any other word). ``WORDS`` keep their line breaks."""

    name: str
    reading: Reading = Reading.TEXT
    length: int = 300
    headers: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)


_F = ImportField
ORDER_FIELDS = (
    _F("customer_number", length=40, headers=ORDER_HEADERS["customer_number"]),
    _F("customer_name", headers=ORDER_HEADERS["customer_name"]),
    _F("number", length=60, headers=ORDER_HEADERS["number"]),
    _F("day", Reading.DAY, headers=ORDER_HEADERS["day"]),
    _F("amount", Reading.MONEY, headers=ORDER_HEADERS["amount"]),
    _F("cost", Reading.MONEY, headers=ORDER_HEADERS["cost"]),
    _F("freight", Reading.MONEY, headers=ORDER_HEADERS["freight"]),
    _F("currency", Reading.CURRENCY, length=3, headers=ORDER_HEADERS["currency"]),
    _F("product_number", length=40, headers=ORDER_HEADERS["product_number"]),
    _F("product_name", length=200, headers=ORDER_HEADERS["product_name"]),
    _F("description", length=200, headers=ORDER_HEADERS["description"]),
    _F("quantity", Reading.NUMBER, headers=ORDER_HEADERS["quantity"]),
    _F("position", Reading.NUMBER, headers=ORDER_HEADERS["position"]),
    _F("returns", length=60, headers=ORDER_HEADERS["returns"]),
)
_BY_CONTRACT = """contract hasacontract undercontract contractual subscription subscriber yes true 1 y x vertrag abo
    abonnement contrato contrat contratto"""
_BY_ORDERS = """orders order buyswhenneeded ondemand transactional nocontract no false 0 n none bestellung pedidos
    commandes ordini"""
RELATION_WORDS = {
    **dict.fromkeys(_BY_CONTRACT.split(), "contract"),
    **dict.fromkeys(_BY_ORDERS.split(), "orders"),
}
CUSTOMER_FIELDS = (
    _F("number", length=40, headers=CUSTOMER_HEADERS["number"]),
    _F("name", headers=CUSTOMER_HEADERS["name"]),
    _F("trading_name", headers=CUSTOMER_HEADERS["trading_name"]),
    _F("kind", Reading.CUSTOMER_KIND, length=12, headers=CUSTOMER_HEADERS["kind"]),
    _F("street", length=200, headers=CUSTOMER_HEADERS["street"]),
    _F("postcode", length=20, headers=CUSTOMER_HEADERS["postcode"]),
    _F("city", length=100, headers=CUSTOMER_HEADERS["city"]),
    _F("country", Reading.COUNTRY, length=2, headers=CUSTOMER_HEADERS["country"]),
    _F("language", length=10, headers=CUSTOMER_HEADERS["language"]),
    _F("industry", length=100, headers=CUSTOMER_HEADERS["industry"]),
    _F("tax_id", length=40, headers=CUSTOMER_HEADERS["tax_id"]),
    _F("domain", Reading.DOMAIN, length=200, headers=CUSTOMER_HEADERS["domain"]),
    _F("email", Reading.EMAIL, length=254, headers=CUSTOMER_HEADERS["email"]),
    _F("phone", Reading.PHONE, length=40, headers=CUSTOMER_HEADERS["phone"]),
    _F("owner_email", Reading.OWNER, length=254, headers=CUSTOMER_HEADERS["owner_email"]),
    _F("team", Reading.TEAM, length=100, headers=CUSTOMER_HEADERS["team"]),
    _F("source", length=100, headers=CUSTOMER_HEADERS["source"]),
    _F("lawful_basis", length=100, headers=CUSTOMER_HEADERS["lawful_basis"]),
    _F("since", Reading.DAY, headers=CUSTOMER_HEADERS["since"]),
    _F("relation", Reading.CHOICE, headers=CUSTOMER_HEADERS["relation"], choices=RELATION_WORDS),
    _F("renews_on", Reading.DAY, headers=CUSTOMER_HEADERS["renews_on"]),
    _F("renewal_months", Reading.NUMBER, headers=CUSTOMER_HEADERS["renewal_months"]),
    _F("parent_number", headers=CUSTOMER_HEADERS["parent_number"]),
    _F("parent_name", headers=CUSTOMER_HEADERS["parent_name"]),
)
INFLUENCE_WORDS = {
    "decides": "decides", "decisionmaker": "decides", "decider": "decides", "executivesponsor": "decides",
    "influences": "influences", "influencer": "influences", "champion": "influences", "uses": "uses", "user": "uses",
    "enduser": "uses", "pays": "pays", "budgetholder": "pays", "buyer": "pays", "purchasing": "pays",
}  # fmt: skip
PRODUCT_FIELDS = (
    _F("number", length=40, headers=PRODUCT_HEADERS["number"]),
    _F("name", length=200, headers=PRODUCT_HEADERS["name"]),
    _F("family", length=100, headers=PRODUCT_HEADERS["family"]),
    _F("price", Reading.MONEY, headers=PRODUCT_HEADERS["price"]),
    _F("cost", Reading.MONEY, headers=PRODUCT_HEADERS["cost"]),
    _F("sold", Reading.YES_NO, headers=PRODUCT_HEADERS["sold"]),
)
PERSON_FIELDS = (
    _F("customer_number", length=40, headers=PERSON_HEADERS["customer_number"]),
    _F("customer_name", headers=PERSON_HEADERS["customer_name"]),
    _F("name", length=200, headers=PERSON_HEADERS["name"]),
    _F("first_name", length=100, headers=PERSON_HEADERS["first_name"]),
    _F("last_name", length=100, headers=PERSON_HEADERS["last_name"]),
    _F("job_title", length=150, headers=PERSON_HEADERS["job_title"]),
    _F("influence", Reading.CHOICE, headers=PERSON_HEADERS["influence"], choices=INFLUENCE_WORDS),
    _F("language", length=10, headers=PERSON_HEADERS["language"]),
    _F("email", Reading.EMAIL, length=254, headers=PERSON_HEADERS["email"]),
    _F("phone", Reading.PHONE, length=40, headers=PERSON_HEADERS["phone"]),
    _F("mobile", Reading.PHONE, length=40, headers=PERSON_HEADERS["mobile"]),
    _F("left_on", Reading.DAY, headers=PERSON_HEADERS["left_on"]),
)

FIELDS: dict[str, tuple[ImportField, ...]] = {
    ORDERS: ORDER_FIELDS,
    CUSTOMERS: CUSTOMER_FIELDS,
    PRODUCTS: PRODUCT_FIELDS,
    PEOPLE: PERSON_FIELDS,
}
CUSTOMER_KEYS = ("number", "name", "tax_id", "domain")
LINE_FIELDS = frozenset({"product_number", "product_name", "description", "quantity", "position"})
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    ORDERS: (("customer_number", "customer_name"), ("day",), ("amount",)),
    CUSTOMERS: (("name",),),
    PRODUCTS: (("name", "number"),),
    PEOPLE: (("customer_number", "customer_name"), ("name", "first_name", "last_name")),
}
"""For each kind, groups of fields of which one must have a column. The apps above add kinds of theirs."""


def fold_header(header: str) -> str:
    """``"Order Date (UTC)"`` becomes ``"orderdate"``: no case, accents, brackets or signs."""
    return fold_word(re.sub(r"[(\[].*?[)\]]", "", header))


def guess_columns(kind: str, headers: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Our field name → the file's header, each header once; what cannot be told is left out.

    ``samples`` are the first rows. Required fields that no header names are looked for among the values.
    """
    guess = _columns_by_header(kind, headers)
    if kind in {ORDERS, CUSTOMERS}:
        _tell_customers_from_our_company(guess, headers, samples)
    if kind == ORDERS:
        _keep_names_out_of_numbers(guess, headers, samples)
        _tell_codes_from_names(guess, headers, samples)
        _find_numbers_of_orders(guess, headers, samples)
    elif kind == CUSTOMERS:
        _tell_countries_from_cities(guess, headers, samples)
    for one in FIELDS[kind]:
        if one.name in {"day", "amount", "email"} and one.name not in guess and one.reading in _LOOKS:
            column = _column_by_values(one, headers, samples, taken=set(guess.values()))
            if column is not None:
                guess[one.name] = column
    return guess


_SMALL_WORDS = re.compile(r"\b(?:de|do|da|dos|das|del|della|di|du|des|van|of|the)\b", re.IGNORECASE)


def _columns_by_header(kind: str, headers: Sequence[str]) -> dict[str, str]:
    """By the place of the header in each field's list: the earlier it stands there, the surer."""
    candidates = sorted(
        (field.headers.index(short) + late, place, order, field.name, header)
        for order, field in enumerate(FIELDS[kind])
        for place, header in enumerate(headers)
        for short, late in _short_forms(header)
        if short in field.headers
    )
    guess: dict[str, str] = {}
    taken: set[str] = set()
    for _rank, _place, _order, name, header in candidates:
        if name not in guess and header not in taken:
            guess[name] = header
            taken.add(header)
    return guess


def _short_forms(header: str) -> list[tuple[str, int]]:
    """The folded header, and with less weight what is left of "Data da Fatura" without small words, and of "Deal -
    Owner" without the record's name."""
    _record, _dash, rest = header.partition(" - ")
    plain = _SMALL_WORDS.sub(" ", header)
    return [
        (fold_header(header), 0),
        *([(fold_header(plain), 1)] if plain != header else []),
        *([(fold_header(rest), 1_000)] if rest else []),
    ]


def _values_of(header: str, headers: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str]:
    place = headers.index(header)
    return [row[place] for row in samples if len(row) > place and row[place].strip()]


def _tell_customers_from_our_company(
    guess: dict[str, str], headers: Sequence[str], samples: Sequence[Sequence[str]]
) -> None:
    """Odoo writes which company of ours a record is of under "Company", beside the customer: one for all of them."""
    name = "customer_name" if "customer_number" in guess else "name"
    ours = guess.get(name)
    others = [h for h in headers if fold_header(h) in {"customer", "displayname", "completename"}]
    if ours is None or fold_header(ours) != "company" or not others:
        return
    if len(set(_values_of(ours, headers, samples))) == 1 and not _are_codes(_values_of(others[0], headers, samples)):
        del guess[name]
        if others[0] not in guess.values():
            guess[name] = others[0]


def _keep_names_out_of_numbers(guess: dict[str, str], headers: Sequence[str], samples: Sequence[Sequence[str]]) -> None:
    """A column headed just "Customer" holds names as often as numbers: most values without a digit are names."""
    header = guess.get("customer_number")
    if header is None or "customer_name" in guess or fold_header(header) not in {"customer", "debitor", "partnerid"}:
        return
    values = _values_of(header, headers, samples)
    if values and sum(1 for v in values if re.search(r"\d", v)) * 2 < len(values):
        guess["customer_name"] = guess.pop("customer_number")


def _tell_codes_from_names(guess: dict[str, str], headers: Sequence[str], samples: Sequence[Sequence[str]]) -> None:
    """A column headed just "Artigo" or "Item" that holds codes is the item's number; the text beside it is its name."""
    header = guess.get("product_name")
    if header is None or "product_number" in guess:
        return
    if _are_codes(_values_of(header, headers, samples)):
        guess["product_number"] = guess.pop("product_name")
        if "description" in guess:
            guess["product_name"] = guess.pop("description")


def _find_numbers_of_orders(guess: dict[str, str], headers: Sequence[str], samples: Sequence[Sequence[str]]) -> None:
    """Beside its customer a column headed just "name" or "id" that holds codes says which order it is, as in Odoo."""
    if "number" in guess or {"customer_number", "customer_name"}.isdisjoint(guess):
        return
    for short in ("name", "id"):
        for header in headers:
            if fold_header(header) == short and _are_codes(_values_of(header, headers, samples)):
                guess["number"] = header
                return


def _are_codes(values: Sequence[str]) -> bool:
    return bool(values) and sum(bool(re.fullmatch(r"\S*\d\S*", v.strip())) for v in values) >= 0.8 * len(values)


def _tell_countries_from_cities(
    guess: dict[str, str], headers: Sequence[str], samples: Sequence[Sequence[str]]
) -> None:
    """A column headed "location" is a city or a country; the values say which."""
    header = guess.get("city")
    if header is None or "country" in guess:
        return
    values = _values_of(header, headers, samples)
    if values and sum(map(looks_like_country, values)) >= 0.8 * len(values):
        guess["country"] = guess.pop("city")


_LOOKS = {Reading.DAY: looks_like_day, Reading.MONEY: looks_like_money, Reading.EMAIL: looks_like_email}


def _column_by_values(
    field: ImportField, headers: Sequence[str], samples: Sequence[Sequence[str]], *, taken: set[str]
) -> str | None:
    look = _LOOKS[field.reading]
    for header in headers:
        if header in taken:
            continue
        values = _values_of(header, headers, samples)
        if values and sum(map(look, values)) >= 0.8 * len(values):
            return header
    return None


def required_fields(kind: str, columns: Collection[str], *, only_known: bool = False) -> tuple[tuple[str, ...], ...]:
    """Groups of fields of which every row says at least one.

    Where rows only change customers who are here, whatever finds them is enough; a trading name is kept together with
    the name, so it needs that.
    """
    if kind == CUSTOMERS and only_known and {"name", "trading_name"}.isdisjoint(columns):
        return (CUSTOMER_KEYS,)
    return REQUIRED[kind]


def missing_fields(kind: str, columns: Collection[str], *, only_known: bool = False) -> list[tuple[str, ...]]:
    """Groups of fields of which at least one still needs a column."""
    groups = required_fields(kind, columns, only_known=only_known)
    return [group for group in groups if not any(name in columns for name in group)]


def find_fitting_kinds(headers: Sequence[str], samples: Sequence[Sequence[str]], *, but: str) -> list[str]:
    """Other kinds of file of which these headers name all that is needed and something more; the best first."""
    named = {kind: guess_columns(kind, headers, samples) for kind in FIELDS if kind != but}
    fits = [
        kind for kind, guess in named.items() if len(guess) * 3 >= len(headers) > 1 and not missing_fields(kind, guess)
    ]
    return sorted(fits, key=lambda kind: -len(named[kind]))


def has_lines(columns: Mapping[str, str]) -> bool:
    """Whether the rows of an order file are lines, several of which make one order."""
    return not LINE_FIELDS.isdisjoint(columns)


def looks_headless(first_row: Sequence[str]) -> bool:
    """Whether the first row is data already: a header is never a day, an amount or an e-mail address."""
    return any(looks_like_day(cell) or looks_like_money(cell) or looks_like_email(cell) for cell in first_row)


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The place of the headers among the first rows that hold text: the first, or the one under its titles.

    A title ("Customers, October", a word over several columns) fills at most half as many cells as rows commonly do.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    common = median_high(filled)
    if common < LEAST_UNDER_TITLE or filled[0] * 2 > common:
        return 0
    under = next(place for place, count in enumerate(filled) if count * 2 > common)
    return 0 if looks_headless(rows[under]) else under
