"""The customers of the large company: names hardly anybody shares, people, numbers, addresses; some entered twice.

Drawn with numpy and written by COPY, a million in under a minute. Of every 500 customers one is the copy of the
customer three before him, entered again in one of six ways, so that what a search for duplicates finds can be counted.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from crm.core.text_folding import fold_text
from crm.home.demo_company.customer_base import copy_rows
from crm.home.demo_company.places import INDUSTRIES, JOB_TITLES, PLACE_WEIGHTS, PLACES, Place
from customers.rules.duplicate_keys import core_of_name

SEED = 7_303
FIRST_PERSON = 10_000_000
MOST_PEOPLE = 3
COPY_EACH, COPY_OF = 500, 3
WAYS = 6
STREETS = ("Hafenstraße", "Main Street", "Rue du Port", "Industriveien", "Calle Mayor", "Park Road", "ul. Polna")
CUSTOMER_FIELDS = """id number kind name name_folded city country language industry domain source lawful_basis since
    owner_id team_id street postcode tax_id changed_at"""
PERSON_FIELDS = "id customer_id name name_folded job_title influence language is_main left_on changed_at"
POINT_FIELDS = "customer_id person_id kind value value_normal proven_on is_valid"
DRAWS = 12


def is_copy(index: int) -> bool:
    """Whether the customer with this id was entered a second time."""
    return index % COPY_EACH == COPY_OF


class CompanyBase:
    """Customers ``first`` to ``last`` (ids); the writers below go over one draw."""

    def __init__(self, first: int, last: int, *, reps: list[tuple[int, int]], today: date) -> None:
        """``reps`` are id and team of those who own customers: 45 in 100 have an owner, all have a team."""
        rng = np.random.default_rng(SEED)
        self.first, self.last, self.reps, self.today = first, last, reps, today
        weights = np.array(PLACE_WEIGHTS) / sum(PLACE_WEIGHTS)
        self.place = rng.choice(len(PLACES), last - first + 1, p=weights).astype(np.int8)
        self.draw = rng.integers(0, 1 << 30, (last - first + 1, DRAWS), dtype=np.int32)

    def write(self) -> None:
        """Customers, their people and how to reach them."""
        copy_rows("customers_customer", CUSTOMER_FIELDS, self.customers())
        copy_rows("customers_person", PERSON_FIELDS, self.people())
        copy_rows("customers_contactpoint", POINT_FIELDS, self.contact_points())

    def _each(self) -> Iterator[tuple[int, int, list[int], Place]]:
        """Id, way of being entered again (−1 for once only), draws and place; a copy has those of whom it copies."""
        for pk in range(self.first, self.last + 1):
            again = is_copy(pk) and pk - COPY_OF >= self.first
            place = pk - COPY_OF * again - self.first
            yield pk, pk // COPY_EACH % WAYS if again else -1, self.draw[place].tolist(), PLACES[self.place[place]]

    def customers(self) -> Iterator[tuple[Any, ...]]:
        for pk, way, draw, place in self._each():
            rep, team = self.reps[draw[0] % len(self.reps)]
            city = _pick(place.cities, draw[1])
            name, domain = name_of(draw, place), domain_of(pk - COPY_OF * (way >= 0), draw, place)
            own = pk - COPY_OF * (way >= 0)
            street = f"{_pick(STREETS, draw[2])} {1 + draw[2] // 8 % 240}" if draw[2] % 10 < 7 else ""
            tax_id = f"{place.country}{100_000_000 + own * 7919 % 899_999_963}" if draw[3] % 10 < 6 else ""
            if way >= 0:
                name = _enter_again(name, way=way, draw=draw[4])
                domain, tax_id = (domain if way == 2 else "", tax_id.lower() if way in {0, 3} else "")
                city, street = (city if way in {1, 4, 5} else "", street if way == 5 else "")
            yield (
                *(pk, f"K-{10000 + pk}", "organisation", name, fold_text(name), city, place.country, place.language),
                "" if draw[5] % 17 == 0 else _pick(INDUSTRIES, draw[5]),
                *(domain, "order desk" if way < 0 else "trade fair", "contract"),
                self.today - timedelta(days=1100 + draw[6] % 4000),
                *(rep if draw[7] % 100 < 45 else None, team),
                *(street, f"{10_000 + draw[1] // 64 % 80_000}" if city else "", tax_id, "now"),
            )

    def people(self) -> Iterator[tuple[Any, ...]]:
        for pk, _way, draw, place in self._each():
            for nth in range(_people_of(draw)):
                name, left = person_of(draw, place, nth), None
                if nth and draw[8] % 29 == 0:
                    left = self.today - timedelta(days=draw[9] % 300)
                title = _pick(JOB_TITLES, draw[9] + 3 * nth)
                person = FIRST_PERSON + pk * MOST_PEOPLE + nth
                row = (person, pk, name, fold_text(name), title, "" if nth else "decides", place.language)
                yield *row, nth == 0, left, "now"

    def contact_points(self) -> Iterator[tuple[Any, ...]]:
        for pk, way, draw, place in self._each():
            own = pk - COPY_OF * (way >= 0)
            domain = domain_of(own, draw, place) or f"at{own}.mail{draw[10] % 5}.example"
            proven = self.today - timedelta(days=draw[10] % 900) if draw[10] % 4 else None
            for nth in range(_people_of(draw)):
                person, told = FIRST_PERSON + pk * MOST_PEOPLE + nth, draw[9 + nth]
                number = f"{place.phone}{(own * MOST_PEOPLE + nth) * 7919 % 9_999_991:07d}"
                if way in {0, 3, 5} or (way in {1, 2, 4} and nth):
                    continue  # the second entry knows nothing but the name, or one number, or one address
                if told % 10 and way != 1:
                    email = f"{_slug(person_of(draw, place, nth)).replace('-', '.') or 'office'}.{nth}@{domain}"
                    yield pk, person, "email", email, email, proven, draw[8] % 23 != nth
                if told % 3 and way != 2:
                    yield pk, person, "phone", number, number.replace(" ", ""), None, True


def name_of(draw: list[int], place: Place) -> str:
    """A company of two families, mostly with the founder's whole name: some millions are possible."""
    family, other = _pick(place.surnames, draw[4] // 4), _pick(place.surnames, draw[5] // 3)
    link = "-" if draw[4] % 4 else " & "
    founder = f"{_pick(place.given, draw[6] // 5)} " if draw[4] % 4 > 1 else ""
    family, pattern = f"{founder}{family}{link}{other}", _pick(place.company, draw[8] // 7)
    if "{s}" not in pattern:
        pattern = f"{{s}} {pattern}"
    return pattern.format(s=family, w=_pick(place.words, draw[8] // 31), c=_pick(place.cities, draw[1]))


def person_of(draw: list[int], place: Place, nth: int) -> str:
    """The name of the nth person there."""
    given, family = _pick(place.given, draw[9 + nth] // 3), _pick(place.surnames, draw[9 + nth] // 101)
    return f"{family} {given}" if place.country in {"JP", "VN"} else f"{given} {family}"


def domain_of(pk: int, draw: list[int], place: Place) -> str:
    """The web domain; one in twelve has none, and one in 400 shares that of a group."""
    if draw[11] % 12 == 0:
        return ""
    if draw[11] % 400 == 1:
        return f"group{draw[11] // 400 % 300}.example"
    return f"{_slug(name_of(draw, place))[:40].strip('-') or 'kk'}-{pk}.example"


def _pick(stock: tuple[str, ...], draw: int) -> str:
    return stock[draw % len(stock)]


def _people_of(draw: list[int]) -> int:
    """One; two where there is an owner; three with few."""
    return 1 + (draw[7] % 100 < 45) + (draw[7] % 100 < 5)


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold_text(text)).split())


def _enter_again(name: str, *, way: int, draw: int) -> str:
    """Without accents and legal form, or with a letter wrong."""
    core = core_of_name(fold_text(name)).title()
    if way in {1, 5} and len(core) > 6:
        at = 3 + draw % (len(core) - 5)
        core = core[:at] + "aeionrst"[draw % 8] + core[at + 1 :]
    return core
