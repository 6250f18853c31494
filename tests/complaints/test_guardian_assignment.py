"""The guardian is never the seller, whichever way somebody tries."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from complaints import complaint_handling
from complaints.complaint_escalation import escalate_complaints
from complaints.guardian_assignment import (
    GuardianRefused,
    assign_guardian,
    list_able_guardians,
    name_guardian,
    release_guardian,
)
from complaints.models import Complaint
from crm.core.models import Absence
from crm.core.role_permissions import assign_role
from customers.models import Customer
from interactions.models import Task


@pytest.fixture
def seller(complaint, rep):
    """Ana, who sells to the customer, has moved to the quality unit meanwhile."""
    assign_role(rep, "guardian")
    return rep


def test_the_seller_is_refused_when_named(complaint, seller, lead, noon):
    with pytest.raises(GuardianRefused, match="Ana Ribeiro sells to this customer"):
        name_guardian(complaint, guardian=seller, by=lead, at=noon)


def test_the_house_never_chooses_the_seller(complaint, seller, guardian, noon):
    release_guardian(complaint, at=noon)
    Absence.objects.create(user=guardian, first_day=noon.date(), last_day=noon.date())
    assert assign_guardian(complaint, at=noon).guardian is None


def test_the_seller_is_not_offered(complaint, seller, guardian, noon):
    assert list_able_guardians(complaint, at=noon) == [guardian]


@pytest.mark.parametrize("how", ["update", "save", "raw", "insert", "reopen"])
def test_the_database_refuses_the_seller_by_every_path(complaint, seller, guardian, noon, how):
    def write():
        if how == "update":
            Complaint.objects.filter(pk=complaint.pk).update(guardian=seller)
        elif how == "save":
            complaint.guardian = seller
            complaint.save()
        elif how == "raw":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE complaints_complaint SET guardian_id = %s", [seller.pk])
        elif how == "insert":
            Complaint.objects.bulk_create(
                [Complaint(customer=complaint.customer, title="x", taken_at=noon, guardian=seller)]
            )
        else:
            Complaint.objects.filter(pk=complaint.pk).update(guardian=seller, closed_at=noon)
            Complaint.objects.filter(pk=complaint.pk).update(closed_at=None)

    with pytest.raises(IntegrityError, match="guard"), transaction.atomic():
        write()
    assert Complaint.objects.get(pk=complaint.pk).guardian_id != seller.pk or how == "reopen"


@pytest.mark.parametrize("in_bulk", [True, False])
def test_who_becomes_the_seller_stops_being_the_guardian(complaint, guardian, second_guardian, noon, in_bulk):
    if in_bulk:
        Customer.objects.filter(pk=complaint.customer_id).update(owner=guardian)
    else:
        complaint.customer.owner = guardian
        complaint.customer.save()
    complaint.refresh_from_db()
    assert complaint.guardian is None
    escalate_complaints(at=noon + timedelta(minutes=5))
    complaint.refresh_from_db()
    assert complaint.guardian == second_guardian


def test_a_rep_an_absent_and_a_departed_colleague_are_refused(complaint, other_rep, admin, second_guardian, lead, noon):
    for colleague in (other_rep, admin):
        with pytest.raises(GuardianRefused, match="quality unit"):
            name_guardian(complaint, guardian=colleague, by=lead, at=noon)
    Absence.objects.create(
        user=second_guardian, first_day=noon.date() - timedelta(days=1), last_day=noon.date() + timedelta(days=1)
    )
    with pytest.raises(GuardianRefused, match="away"):
        name_guardian(complaint, guardian=second_guardian, by=lead, at=noon)
    second_guardian.is_active = False
    second_guardian.save()
    with pytest.raises(GuardianRefused, match="no longer works"):
        name_guardian(complaint, guardian=second_guardian, by=lead, at=noon)


def test_handing_over_gives_the_tasks_to_the_new_guardian(complaint, guardian, second_guardian, lead, noon):
    name_guardian(complaint, guardian=second_guardian, by=lead, at=noon + timedelta(hours=1))
    waiting = Task.objects.open().filter(source__startswith="complaint:")
    assert {task.assignee for task in waiting} == {second_guardian}
    assert "took over from Nurul Aini" in complaint.entries.last().text


def test_naming_the_same_again_says_nothing(complaint, guardian, lead, noon):
    before = complaint.entries.count()
    name_guardian(complaint, guardian=guardian, by=lead, at=noon)
    assert complaint.entries.count() == before


def test_a_closed_complaint_needs_no_guardian(complaint, guardian, second_guardian, lead, noon):
    complaint_handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")
    with pytest.raises(GuardianRefused, match="closed"):
        name_guardian(complaint, guardian=second_guardian, by=lead, at=noon)


def test_the_least_busy_is_chosen(complaint, guardian, second_guardian, premium_customer, rep, noon):
    again = complaint_handling.take_complaint(premium_customer, title="Again", by=rep, at=noon)
    assert (complaint.guardian, again.guardian) == (guardian, second_guardian)
