"""The lists that programs read."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from crm.core.access_token_issuing import issue_token
from customers.custom_field_defining import FieldWish, add_field
from customers.custom_value_keeping import set_custom_values
from customers.models import ContactPoint, CustomField, ProfileFact
from customers.tagging import tag_customers
from interactions.models import Interaction
from tests import factories
from tests.query_count_lists import ListPage


def _show_token(cast: Any) -> dict[str, str]:
    now = timezone.now()
    _token, secret = issue_token(cast.rep, name="Shop", may_write=False, expires_at=now + timedelta(days=1), at=now)
    return {"authorization": f"Bearer {secret}"}


def _make_rows(rows: int, cast: Any) -> None:
    """Customers of Ana's with everything that a list tells of them."""
    now, rep = timezone.now(), cast.rep
    field = CustomField.objects.first() or add_field(FieldWish("Own"), kind="text", by=cast.admin)
    for _nth in range(rows):
        customer = factories.make_customer(owner=rep, team=rep.team)
        person = factories.make_person(customer)
        for one in (None, person):
            ContactPoint.objects.create(customer=customer, person=one, kind="phone", value="1", value_normal="1")
        factories.make_order(customer, date(2026, 3, 2))
        Interaction.objects.create(customer=customer, channel="call", happened_at=now, logged_by=rep)
        ProfileFact.objects.create(customer=customer, label="Fleet", value="12", told_on=now.date())
        set_custom_values(customer, {str(field.pk): "x"}, by=rep)
        tag_customers([customer.pk], name="Fair", by=rep, at=now)


LISTS: list[ListPage] = [
    ListPage(f"programs: {path}", f"/api/v1/{path}", _make_rows, headers=_show_token)
    for path in (
        "customers",
        "customers?changed_since=2020-01-01T00:00:00Z",
        "customers?q=cust&stage=customer&owner=me",
        "people",
        "orders",
        "interactions",
        "facts",
        "colleagues",
    )
]
