"""Story: a complaint, from the phone call to the customer's own word, on the desk and on the phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from complaints import complaint_handling
from complaints.complaint_escalation import escalate_complaints
from complaints.models import Complaint
from interactions.models import Task
from segments.models import Membership, Segment
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def premium(customer):
    segment = Segment.objects.create(
        key="premium-story", name="Premium story", mark="premium", priority=90, goodwill_limit_cents=150_000
    )
    Membership.objects.create(customer=customer, segment=segment, since=timezone.localdate())
    return segment


def test_a_rep_takes_a_complaint_with_the_keyboard(open_page, rep, guardian, customer):
    offer = Task.objects.create(
        customer=customer, kind="step", title="Offer", assignee=rep, due_at=timezone.now(), is_selling=True
    )
    page = open_page(rep, "/complaints/new/")
    page.keyboard.type("kjeldsen")
    page.get_by_text("Kjeldsen Maskinfabrik A/S").wait_for()
    page.keyboard.press("Enter")  # chosen, and on to the next field
    page.keyboard.type("Shaft seals failed after six weeks")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Shaft seals failed after six weeks").wait_for()
    page.get_by_text("1 selling task waits until this is closed.").wait_for()
    complaint = Complaint.objects.get()
    offer.refresh_from_db()
    assert (complaint.customer, complaint.taken_by, offer.state) == (customer, rep, Task.State.PAUSED)
    page.get_by_text("Ana Ribeiro sells to this customer and cannot be guardian.").wait_for()


def test_a_guardian_mends_it_and_closes_it_with_the_customers_own_word(open_page, rep, guardian, customer, premium):
    factories.make_person(customer, name="Lars Bak", job_title="maintenance")
    taken = timezone.now() - timedelta(days=13)
    complaint = complaint_handling.take_complaint(customer, title="Seals went soft", by=rep, at=taken)
    escalate_complaints(at=taken + timedelta(minutes=40))
    complaint.refresh_from_db()
    assert complaint.guardian == guardian != customer.owner
    page = open_page(guardian, "/complaints/")
    case = page.locator("#case")
    page.get_by_text("17 days left", exact=True).wait_for()
    page.get_by_label("What happened").fill("It is mine now.")
    page.get_by_role("button", name="Answer given").click()
    page.get_by_text("It is mine now.").wait_for()
    page.get_by_label("What happened").fill("New rings by courier")
    page.get_by_role("button", name="Remedy agreed").click()
    page.get_by_text("Remedy agreed: New rings by courier").wait_for()
    page.get_by_label("What", exact=True).fill("A car")
    page.get_by_label(re.compile("^Amount")).fill("9000")
    page.get_by_role("button", name="Grant at once").click()
    page.get_by_text("Beyond it decides").wait_for()
    page.get_by_label(re.compile("^Amount")).fill("268.00")
    page.get_by_role("button", name="Grant at once").click()
    page.get_by_text("1,232.00").wait_for()
    case.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("alert").get_by_text("Opens with their own word").wait_for()
    page.get_by_label("Who said it").select_option(label="Lars Bak, maintenance")
    page.get_by_label("In their words").fill("It runs again")
    page.get_by_text("yes, they say so").click()
    case.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("Closed after 13 days").wait_for()
    page.get_by_text("Nobody is waiting for us to mend something").wait_for()
    complaint.refresh_from_db()
    assert (complaint.closed_by, complaint.mended, complaint.customers_word) == (guardian, "yes", "It runs again")


def test_on_the_phone_the_queue_leads_to_the_case_and_back(open_page, rep, guardian, customer, foreign_customer):
    at = timezone.now() - timedelta(days=2)
    complaint_handling.take_complaint(customer, title="Seals went soft", by=rep, at=at)
    complaint_handling.take_complaint(foreign_customer, title="Late again", by=rep, at=at)
    page = open_page(guardian, "/complaints/", width=390)
    page.locator("#queue").get_by_text("Late again").click()
    page.get_by_role("heading", name="Late again").wait_for()
    page.get_by_text("28 days left", exact=True).wait_for()
    page.get_by_role("link", name="Complaints", exact=True).first.click()
    page.locator("#queue").get_by_text("Seals went soft").wait_for()
