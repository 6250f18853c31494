"""Customers, their people and how to reach them, written by COPY."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection

from crm.core.text_folding import fold_text
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.people import Staff
from crm.home.demo_company.places import INDUSTRIES, JOB_TITLES, PLACE_WEIGHTS, PLACES, Place

CUSTOMER_COLUMNS = (
    "id number kind name name_folded city country language industry domain source lawful_basis since owner_id team_id"
    " relation"
)
PERSON_COLUMNS = "id customer_id name name_folded job_title influence language is_main left_on"
CONTACT_POINT_COLUMNS = "customer_id person_id kind value value_normal proven_on is_valid"
# What is wrong in every base: of so many customers one has the second person gone, mail that came back, no industry.
ONE_LEFT_OF, ONE_BOUNCED_OF, ONE_INCOMPLETE_OF = 29, 23, 17


def copy_rows(table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Write rows of Python values; ``columns`` are names with spaces between."""
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


class CustomerBase:
    """Draws the customers once; the writers below go over the same draw."""

    def __init__(
        self,
        customers: int,
        *,
        staff: Staff,
        worth: np.ndarray,
        contracts: set[int],
        today: date,
        rng: np.random.Generator,
    ) -> None:
        """``worth`` is a figure per customer by which the upper 45% get an owner of their own; ``contracts`` are the
        indices of those who buy under one."""
        self.count, self.staff, self.today, self.contracts = customers, staff, today, contracts
        weights = np.array(PLACE_WEIGHTS) / sum(PLACE_WEIGHTS)
        self.place = rng.choice(len(PLACES), customers, p=weights)
        self.draw = rng.integers(0, 1 << 30, (customers, 6))
        self.owned = worth >= np.quantile(worth, 0.55)
        self.since = rng.integers(0, 4000, customers)
        self.first_id = self._next_id("customers_customer")
        self.first_person = self._next_id("customers_person")

    @staticmethod
    def _next_id(table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")  # noqa: S608 - a name of ours
            return int(cursor.fetchone()[0])

    def owner_of(self, index: int) -> tuple[int | None, int]:
        """Owner's id, or nobody for a small customer, and team's id."""
        if index < len(CASES):
            account = self.staff.accounts[CASES[index].owner]
            return account.pk, account.team_id or self.staff.teams[0].pk
        draw = self.draw[index]
        team = int(draw[0] % len(self.staff.teams))
        reps = self.staff.reps[team]
        return (reps[int(draw[1] % len(reps))] if self.owned[index] else None), self.staff.teams[team].pk

    def name_of(self, index: int) -> tuple[str, Place, str]:
        """Name, place and town."""
        if index < len(CASES):
            case = CASES[index]
            return case.name, next(p for p in PLACES if p.country == case.place), case.city
        place, draw = PLACES[self.place[index]], self.draw[index]
        city = place.cities[int(draw[2] % len(place.cities))]
        name = place.company[int(draw[3] % len(place.company))].format(
            s=place.surnames[int(draw[4] % len(place.surnames))], w=place.words[int(draw[5] % len(place.words))], c=city
        )
        return name, place, city

    def _industry_of(self, index: int) -> str:
        return INDUSTRIES[int(self.draw[index][1] % len(INDUSTRIES))]

    def _happens(self, index: int, one_of: int) -> bool:
        """Whether it happened to this customer; never to those whose story is told."""
        return index >= len(CASES) and int(self.draw[index][5] // 7) % one_of == 0

    def number_of(self, index: int) -> str:
        return f"K-{10001 + index}"

    def customers(self) -> Iterator[tuple[Any, ...]]:
        for index in range(self.count):
            name, place, city = self.name_of(index)
            owner, team = self.owner_of(index)
            yield (
                self.first_id + index,
                self.number_of(index),
                "organisation",
                name,
                fold_text(name),
                city,
                place.country,
                place.language,
                "" if self._happens(index, ONE_INCOMPLETE_OF) else self._industry_of(index),
                f"k{10001 + index}.example",
                "order desk",
                "contract",
                self.today - timedelta(days=1100 + int(self.since[index])),
                owner,
                team,
                "contract" if index in self.contracts else "orders",
            )

    def people_of(self, index: int) -> int:
        """One or two."""
        return 1 + int(self.owned[index])

    def people(self) -> Iterator[tuple[Any, ...]]:
        person = self.first_person
        for index in range(self.count):
            _name, place, _city = self.name_of(index)
            for nth in range(self.people_of(index)):
                draw = int(self.draw[index][nth] >> 3)
                given, family = place.given[draw % len(place.given)], place.surnames[draw // 7 % len(place.surnames)]
                name = f"{family} {given}" if place.country in {"JP", "VN"} else f"{given} {family}"
                title = JOB_TITLES[draw // 11 % len(JOB_TITLES)]
                influence = "decides" if nth == 0 else ""
                left = self.today - timedelta(days=draw % 300) if nth and self._happens(index, ONE_LEFT_OF) else None
                row = (person, self.first_id + index, name, fold_text(name), title, influence, place.language)
                yield *row, nth == 0, left
                person += 1

    def contact_points(self) -> Iterator[tuple[Any, ...]]:
        person = self.first_person
        for index in range(self.count):
            _name, place, _city = self.name_of(index)
            customer, main = self.first_id + index, person
            person += self.people_of(index)
            email = CASES[index].email if index < len(CASES) else f"office@k{10001 + index}.example"
            proven = self.today - timedelta(days=int(self.draw[index][0] % 900))
            if index < len(CASES) or self.draw[index][2] % 10:
                yield customer, main, "email", email, email, proven, not self._happens(index, ONE_BOUNCED_OF)
            if self.owned[index] or self.draw[index][3] % 3:
                digits = f"{place.phone}{10001 + index:06d}"
                yield customer, main, "phone", digits, digits.replace(" ", ""), None, True

    def write(self) -> None:
        """Everything above, and the sequences moved behind it."""
        copy_rows("customers_customer", CUSTOMER_COLUMNS + " changed_at", ((*row, "now") for row in self.customers()))
        copy_rows("customers_person", PERSON_COLUMNS + " changed_at", ((*row, "now") for row in self.people()))
        copy_rows("customers_contactpoint", CONTACT_POINT_COLUMNS, self.contact_points())
        move_sequences("customers_customer", "customers_person", "customers_contactpoint")


def move_sequences(*tables: str) -> None:
    """So that the next insert gets a free id after rows were written with ids of their own."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            )
