"""The lists of ``customers``."""

from typing import Any

from customers.models import DataImport
from tests.query_count_lists import ListPage


def _make_imports(count: int, cast: Any) -> None:
    for number in range(count):
        DataImport.objects.create(kind="orders", state="done", file_name=f"orders-{number}.csv", created_by=cast.lead)


LISTS: list[ListPage] = [ListPage("imports", "/customers/imports/", _make_imports, "lead")]
