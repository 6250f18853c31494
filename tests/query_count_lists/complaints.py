"""The lists of ``complaints``."""

from datetime import UTC, datetime
from typing import Any

from complaints import complaint_handling
from complaints.models import Article
from tests import factories
from tests.query_count_lists import ListPage

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)


LIVED_THROUGH = 3  # of the complaints; the others are copies of them


def take(n: int, cast: Any, *, is_closed: bool = False) -> None:
    """``n`` complaints of ``n`` customers of Ana's."""
    customers = [factories.make_customer(owner=cast.rep, team=cast.rep.team) for _number in range(n)]
    taken = []
    for customer in customers[:LIVED_THROUGH]:
        complaint = complaint_handling.take_complaint(customer, title="Seals failed", by=cast.rep, at=NOON)
        if is_closed:
            complaint_handling.close_complaint(complaint, by=cast.guardian, at=NOON, word="Fine", mended="yes")
        taken.append(complaint)
    factories.copy_complaints(taken, customers=customers[LIVED_THROUGH:])


def take_and_close(n: int, cast: Any) -> None:
    take(n, cast, is_closed=True)


def publish(n: int, cast: Any) -> None:
    Article.objects.bulk_create([Article(title=f"Answer {number}", answer="…") for number in range(n)])


LISTS: list[ListPage] = [
    ListPage("complaints as a table", "/complaints/all/", take),
    ListPage("open complaints", "/complaints/", take),
    ListPage("open complaints, to an admin", "/complaints/", take, "admin"),
    ListPage("complaints nobody guards", "/complaints/?who=unguarded", take),
    ListPage("closed complaints", "/complaints/?state=closed", take_and_close, "lead"),
    ListPage("answers", "/complaints/answers/", publish),
]
