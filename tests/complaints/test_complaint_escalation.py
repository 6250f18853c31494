"""The clock runs whoever looks: guardians in time, louder voices with the days."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from complaints import complaint_handling
from complaints.complaint_escalation import escalate_complaints
from complaints.models import Complaint, Escalation
from crm.core.job_ledger import perform_job, request_job
from crm.core.models import JobRun, Role, User
from crm.core.models.business_setting import change_setting
from interactions.models import Task
from tests import factories


@pytest.fixture
def told(complaint):
    def names():
        return list(complaint.escalations.order_by("clock_day").values_list("clock_day", "told__name"))

    return names


@pytest.fixture
def run_clock(db):
    """The job of the ledger, at a frozen moment."""

    def run(at):
        with time_machine.travel(at, tick=False):
            job = request_job("escalate-complaints", key="clock", due_at=at)
            assert perform_job(job.pk)
        return JobRun.objects.get(pk=job.pk)

    return run


def test_days_1_7_14_21_and_30_tell_guardian_manager_and_admin(complaint, guardian, lead, admin, told, run_clock, noon):
    for day in range(33):
        job = run_clock(noon + timedelta(days=day))
        assert job.state == JobRun.State.DONE, job.error
        assert job.result["told"] == (1 if day in (1, 7, 14, 21, 30) else 0), day
    assert told() == [
        (1, "Nurul Aini"),
        (7, "Marit Haugen"),
        (14, "Marit Haugen"),
        (21, "Thomas Okafor"),
        (30, "Thomas Okafor"),
    ]
    tasks = Task.objects.filter(source__startswith=f"complaint:{complaint.pk}:day-")
    assert sorted(task.source.rsplit("-")[-1] for task in tasks) == ["1", "14", "21", "30", "7"]
    assert complaint.entries.filter(kind="escalated").count() == 5


def test_the_same_moment_twice_tells_nobody_twice(complaint, lead, noon):
    at = noon + timedelta(days=8)
    assert (escalate_complaints(at=at).told, escalate_complaints(at=at).told) == (1, 0)
    assert Escalation.objects.count() == 2


def test_after_an_outage_every_day_is_written_and_one_person_told(complaint, lead, admin, told, noon):
    escalate_complaints(at=noon + timedelta(days=22))
    assert [day for day, _name in told()] == [1, 7, 14, 21]
    assert Task.objects.filter(source__contains=":day-").get().assignee == admin


def test_a_closed_complaint_is_left_alone(complaint, guardian, noon):
    complaint_handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")
    assert escalate_complaints(at=noon + timedelta(days=30)).told == 0


@pytest.fixture
def set_setting(django_capture_on_commit_callbacks):
    def change(key, value):
        with django_capture_on_commit_callbacks(execute=True):
            change_setting(key, value)

    return change


def test_day_1_begins_at_local_midnight(complaint, guardian, set_setting, noon):
    set_setting("company.time_zone", "Asia/Tokyo")  # noon in London is nine in the evening there
    assert escalate_complaints(at=datetime(2026, 11, 11, 14, 59, tzinfo=UTC)).told == 0
    assert escalate_complaints(at=datetime(2026, 11, 11, 15, 1, tzinfo=UTC)).told == 1


def test_an_admin_may_set_other_days(complaint, guardian, admin, lead, told, set_setting, noon):
    set_setting("complaints.escalation_days", [2, 5, 9])
    for day in range(12):
        escalate_complaints(at=noon + timedelta(days=day))
    assert told() == [(2, "Nurul Aini"), (5, "Marit Haugen"), (9, "Thomas Okafor")]


def test_where_a_rung_is_empty_the_next_one_hears(complaint, guardian, admin, told, noon):
    User.objects.filter(pk=guardian.pk).update(is_active=False)
    escalate_complaints(at=noon + timedelta(days=1))
    assert told() == [(1, "Thomas Okafor")]


def test_with_nobody_left_it_is_still_written_down(complaint, guardian, told, noon):
    User.objects.exclude(role=Role.REP).update(is_active=False)
    escalate_complaints(at=noon + timedelta(days=1))
    assert told() == [(1, None)]


class TestGuardianInTime:
    def test_no_valued_complaint_is_without_guardian_after_an_hour(self, premium_customer, rep, lead, noon, run_clock):
        complaint = complaint_handling.take_complaint(premium_customer, title="Leaks", by=rep, at=noon)
        assert complaint.guardian is None  # nobody of the quality unit was there
        asked = Task.objects.get(source=f"complaint:{complaint.pk}:name-guardian")
        assert (asked.assignee, asked.due_at) == (lead, noon + timedelta(hours=1))
        run_clock(noon + timedelta(minutes=5))
        assert Task.objects.filter(source=asked.source).count() == 1
        User.objects.create_user("late@rapport.test", factories.PASSWORD, name="Late Guardian", role=Role.GUARDIAN)
        assert run_clock(noon + timedelta(minutes=10)).result["guardians_named"] == 1
        complaint.refresh_from_db()
        asked.refresh_from_db()
        assert complaint.guardian.name == "Late Guardian"
        assert complaint.guardian_named_at - complaint.taken_at <= timedelta(hours=1)
        assert asked.state == Task.State.DONE

    def test_others_get_one_within_the_hour_when_nobody_volunteers(self, customer, rep, guardian, noon):
        complaint = complaint_handling.take_complaint(customer, title="Leaks", by=rep, at=noon)
        for minutes in (5, 25):
            assert escalate_complaints(at=noon + timedelta(minutes=minutes)).guardians_named == 0
        assert escalate_complaints(at=noon + timedelta(minutes=30)).guardians_named == 1
        complaint.refresh_from_db()
        assert complaint.guardian == guardian

    def test_a_guardian_who_left_or_changed_role_is_replaced(self, complaint, guardian, second_guardian, noon):
        User.objects.filter(pk=guardian.pk).update(role=Role.REP)
        assert escalate_complaints(at=noon + timedelta(hours=2)).guardians_named == 1
        complaint.refresh_from_db()
        assert complaint.guardian == second_guardian
        waiting = Task.objects.open().filter(source__startswith=f"complaint:{complaint.pk}:")
        assert {task.assignee for task in waiting} == {second_guardian}


def test_the_number_of_queries_does_not_grow_with_complaints_nobody_is_told_of(
    premium_customer, guardian, rep, noon, django_assert_max_num_queries
):
    for _ in range(12):
        complaint_handling.take_complaint(premium_customer, title="x", by=rep, at=noon)
    with django_assert_max_num_queries(6):
        escalate_complaints(at=noon + timedelta(hours=2))
    assert Complaint.objects.open().count() == 12
