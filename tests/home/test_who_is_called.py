"""One press calls the main contact, else the customer's own number, else a colleague; nobody who has left."""

from datetime import date

import pytest
from django.utils import timezone

from crm.home.audience_members import load_channels
from crm.home.customer_state import load_state, with_segment
from crm.home.my_day import build_day
from crm.home.search import find_everything
from customers.models import ContactPoint, Customer
from interactions.models import Task
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_page_calls_and_writes_to_the_same_person(customer, rep, rf):
    gone = factories.make_person(customer, name="Ole Gone", left_on=date(2026, 1, 1))
    colleague = factories.make_person(customer, name="Anne Bak")
    main = factories.make_person(customer, name="Zoe Main", is_main=True)
    points = {}
    for nth, person in enumerate((gone, colleague, None, main)):
        for kind, value in (("phone", f"+458612345{nth}"), ("email", f"mail{nth}@k.example")):
            points.setdefault(person, []).append(
                ContactPoint.objects.create(
                    customer=customer, person=person, kind=kind, value=value, value_normal=value
                )
            )
    Task.objects.create(customer=customer, assignee=rep, kind="follow_up", title="Ring", due_at=timezone.now())

    def asked():
        now = timezone.now()
        state = load_state(with_segment(Customer.objects.filter(pk=customer.pk)).get(), now=now)
        row = build_day(rep, at=now).tasks[0]
        member = Task(customer=customer)
        load_channels([member], rf.get("/"))
        hit = find_everything(customer.name, user=rep)[0].hits[0]
        assert (state.phone.value, state.mail.value) == (row.phone, row.email) == (member.phone, member.email)
        assert hit.phone.value == row.phone
        return state.phone

    for whose, name in ((main, "Zoe Main"), (None, customer.name), (colleague, "Anne Bak")):
        assert asked() == points[whose][0]
        assert asked().whose == name
        for point in points[whose]:
            point.is_valid = False
            point.save()
    state = load_state(with_segment(Customer.objects.filter(pk=customer.pk)).get(), now=timezone.now())
    assert (state.phone, state.mail) == (None, None), "whoever has left is not rung at his old desk"
