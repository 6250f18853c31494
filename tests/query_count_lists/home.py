"""The lists of ``home``."""

from typing import Any

from tests import factories
from tests.query_count_lists import ListPage


def _make_holms(rows: int, cast: Any) -> None:
    for number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team, name=f"Bruder Holm {number}")
        factories.make_person(customer, name=f"Søren Holm {number}")


LISTS: list[ListPage] = [
    ListPage("search", "/search/?q=holm", _make_holms),
]
