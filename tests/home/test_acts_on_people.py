"""Acts on many people, tasks and complaints: done, told, and taken back as far as nobody changed anything since."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints import complaint_handling
from complaints.guardian_assignment import name_guardian
from crm.core.models import BulkAct, Role, User
from customers.models import Person
from interactions.models import Audience, AudienceMember, Task
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = "2026-11-20"


@pytest.fixture
def people(rep):
    """Two people of one customer of Ana's, the first the main contact, and one of another."""
    one, other = (factories.make_customer(name=name, owner=rep, team=rep.team) for name in ("Alfa", "Beta"))
    return [
        factories.make_person(one, name="Mette Skov", job_title="Buyer", is_main=True),
        factories.make_person(one, name="Lars Dahl"),
        factories.make_person(other, name="Bodil Thorup"),
    ]


def do(client, name, action, rows, /, **said):
    data = {"action": action, "row": [row.pk for row in rows], "sure": "1", "query": "?view=all", **said}
    answer = client.post(reverse("home:list-act", args=[name]), data)
    assert answer.status_code == 302, answer.content.decode()
    return BulkAct.objects.latest("pk")


def undo(client, act):
    client.post(reverse("home:list-undo", args=[act.pk]))
    act.refresh_from_db()
    return act


def test_people_who_left_leave_the_list_their_posts_become_tasks_and_undo_brings_both_back(rep, people, signed_in):
    client = signed_in(rep)
    act = do(client, "people", "left", people[:2], left_on=TODAY)
    assert [row.name for row in client.get("/people/").context["list"].rows] == ["Bodil Thorup"]
    assert Task.objects.filter(state="open", title__contains="Mette Skov").exists()
    assert undo(client, act).restored == 2
    assert Person.objects.current().count() == 3
    assert Person.objects.get(is_main=True) == people[0]
    assert not Task.objects.filter(state="open").exists()
    do(client, "people", "left", people[:1], left_on=TODAY)
    assert Task.objects.filter(state="open", title__contains="Mette Skov").exists()


def test_who_was_written_down_as_gone_on_another_day_since_stays_gone(rep, people, signed_in):
    client = signed_in(rep)
    act = do(client, "people", "left", people, left_on=TODAY)
    Person.objects.filter(pk=people[2].pk).update(left_on="2026-11-01")
    act = undo(client, act)
    assert (act.restored, act.kept) == (2, 1)


def test_nobody_leaves_on_a_day_to_come(rep, people, signed_in):
    data = {"action": "left", "row": people[0].pk, "sure": "1", "left_on": "2099-01-01"}
    assert signed_in(rep).post(reverse("home:list-act", args=["people"]), data).status_code == 422


def test_a_contact_is_planned_with_each_person_for_the_owner_of_the_customer(rep, people, signed_in):
    client = signed_in(rep)
    act = do(client, "people", "task", people, title="Invite to the fair", due_on="2026-12-01")
    tasks = Task.objects.order_by("pk")
    assert [(task.assignee, task.why) for task in tasks] == [
        (rep, "Mette Skov, Buyer"),
        (rep, "Lars Dahl"),
        (rep, "Bodil Thorup"),
    ]
    undo(client, act)
    assert not Task.objects.filter(state="open").exists()


def test_influence_and_language_of_many_are_set_and_put_back_where_nobody_changed_them(rep, people, signed_in):
    client = signed_in(rep)
    spoken = do(client, "people", "language", people, language="da")
    decides = do(client, "people", "influence", people, influence="decides")
    Person.objects.filter(pk=people[1].pk).update(language="de")
    assert undo(client, spoken).kept == 1
    undo(client, decides)
    assert list(Person.objects.order_by("pk").values_list("language", "influence")) == [("", ""), ("de", ""), ("", "")]


def test_the_customers_of_people_become_an_audience_each_once(rep, people, signed_in):
    client = signed_in(rep)
    act = do(client, "people", "audience", people, name="Fair", purpose="Invite", channel="call")
    assert (act.changed, act.same) == (2, 1)
    assert AudienceMember.objects.count() == 2
    undo(client, act)
    assert not Audience.objects.exists()


def test_tasks_are_done_many_at_once_and_open_again(rep, people, signed_in):
    tasks = [factories.make_task(person.customer) for person in people]
    client = signed_in(rep)
    act = do(client, "tasks", "done", tasks)
    assert set(Task.objects.values_list("state", flat=True)) == {"done"}
    Task.objects.filter(pk=tasks[0].pk).update(closed_reason="It rang")
    act = undo(client, act)
    assert (act.restored, act.kept) == (2, 1)
    assert Task.objects.filter(state="open").count() == 2


def test_a_guardian_is_named_for_many_complaints_and_the_one_before_comes_back(rep, admin, guardian, people, signed_in):
    second = User.objects.create_user("second@rapport.test", name="Second Guardian", role=Role.GUARDIAN)
    cases = []
    for person in people[1:]:
        cases.append(complaint_handling.take_complaint(person.customer, title="Late", by=rep, at=NOON))
    name_guardian(cases[0], guardian=guardian, by=admin, at=NOON)
    client = signed_in(admin)
    act = do(client, "complaints", "guardian", cases, guardian=second.pk)
    assert set(type(cases[0]).objects.values_list("guardian", flat=True)) == {second.pk}
    undo(client, act)
    assert list(type(cases[0]).objects.order_by("pk").values_list("guardian", flat=True)) == [guardian.pk, None]


def test_a_seller_among_the_guardians_customers_is_left_out_with_the_reason(rep, admin, guardian, people, signed_in):
    case = complaint_handling.take_complaint(people[0].customer, title="Late", by=rep, at=timezone.now())
    people[0].customer.owner = guardian
    people[0].customer.save()
    client = signed_in(admin)
    act = do(client, "complaints", "guardian", [case], guardian=guardian.pk)
    assert (act.changed, act.refused) == (0, 1)
    data = {"action": "guardian", "row": [case.pk], "sure": "1", "query": "", "guardian": guardian.pk}
    answer = client.post(reverse("home:list-act", args=["complaints"]), data)
    assert answer.url == reverse("home:list-work", args=[BulkAct.objects.latest("pk").pk])  # few rows, and yet told why
    assert "sells to this customer" in client.get(reverse("home:list-work", args=[act.pk])).content.decode()
