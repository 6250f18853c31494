"""Contacts and opportunities of another system come in by number or name, once, and go again when undone."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.complaint_handling import take_complaint
from crm.core.local_time import company_day
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import ContactPoint, Customer, Person
from interactions.models import Interaction, ProcessRun, StepRun, Task
from interactions.process_running import complete_step, start_process
from segments.default_configuration import create_defaults
from segments.models import ProcessStep
from tests.customers.import_files import AT, counts, import_file, problems
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db
CONTACTS = (
    "Company,Type,Date,Notes,Duration,Contact,Owner\n"
    'Kjeldsen A/S,Call,2026-03-02 09:30,"Wants a quote,\nsoon",15,Ana Lund,{owner}\n'
    "K-2,Meeting,2026-03-03,Saw the plant,,,\n"
    "Nobody & Co,Call,2026-03-03,x,,,\n"
    "Kjeldsen A/S,Telepathy,2026-03-03,x,,,\n"
    "Kjeldsen A/S,Email,2026-13-03,x,,,\n"
)


@pytest.fixture
def base(admin):
    kjeldsen = Customer.objects.create(number="K-1", name="Kjeldsen A/S", owner=admin)
    brandt = Customer.objects.create(number="K-2", name="Brandt GmbH")
    Person.objects.create(customer=kjeldsen, name="Ana Lund")
    return kjeldsen, brandt


def _undo(data_import, admin):
    started = start_undo(data_import, by=admin, at=AT)
    return undo_import(started, lease=NoLease(), total=started.job.params["total"])


def test_contacts_of_the_past(base, rep, admin):
    kjeldsen, _brandt = base
    text = CONTACTS.replace("{owner}", rep.name).replace("K-2,", "Brandt GmbH,")
    data_import = import_file(text, kind="interactions")
    assert counts(data_import) == (2, 0, 0, 3)
    assert {code for _row, _field, code in problems(data_import)} == {"no_such_customer", "no_choice", "no_such_day"}
    call = Interaction.objects.get(customer=kjeldsen)
    assert (call.channel, call.minutes, call.note) == ("call", 15, "Wants a quote,\nsoon")
    assert (call.person.name, call.logged_by) == ("Ana Lund", rep)
    assert call.happened_at.astimezone(UTC).date() == date(2026, 3, 2)
    assert counts(import_file(text, kind="interactions")) == (0, 0, 2, 3)
    _undo(data_import, admin)
    assert not Interaction.objects.exists()


def test_a_person_is_found_by_email(base):
    kjeldsen, _brandt = base
    ana = Person.objects.get()
    ContactPoint.objects.create(
        customer=kjeldsen, person=ana, kind="email", value="ana@k.example", value_normal="ana@k.example"
    )
    import_file("customer number,channel,date,contact email\nK-1,chat,2026-03-02,ANA@k.example\n", kind="interactions")
    assert Interaction.objects.get().person == ana


def test_contacts_of_customers_of_another_team_are_refused(base, lead):
    data_import = import_file("customer number,channel,date\nK-2,call,2026-03-02\n", kind="interactions", by=lead)
    assert problems(data_import) == [(2, "customer_number", "customer_not_yours")]
    assert not Interaction.objects.exists()


PIPELINE = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,{seller},GTX Basic,Kjeldsen A/S,Won,2025-10-20,2026-03-01,1054.0\n"
    "A2,{seller},GTX Pro,Kjeldsen A/S,Lost,2025-10-25,2026-03-11,0\n"
    "A3,,MG Special,Brandt GmbH,Engaging,2025-11-01,,\n"
    "A4,,MG Special,Brandt GmbH,Prospecting,,,\n"
    "A5,,MG Special,,Engaging,2025-11-01,,\n"
)


def test_opportunities_become_proposals_at_their_stage(base, rep, admin):
    create_defaults()
    _kjeldsen, brandt = base
    text = PIPELINE.replace("{seller}", rep.name)
    data_import = import_file(text, kind="opportunities")
    assert counts(data_import) == (4, 0, 0, 1)
    won = ProcessRun.objects.get(key="import:A1")
    assert (won.state, won.amount_cents, won.subject, won.started_by) == ("done", 105_400, "GTX Basic", rep)
    assert won.version.process.flow == "propose"
    assert set(won.steps.values_list("state", flat=True)) == {"done"}
    assert ProcessRun.objects.get(key="import:A2").state == "lost"
    engaging = ProcessRun.objects.get(key="import:A3")
    assert list(engaging.steps.values_list("position", "state"))[:2] == [(1, "done"), (2, "open")]
    assert Task.objects.filter(customer=brandt, kind="step", state="open").count() == 2
    assert StepRun.objects.get(run__key="import:A4", state="open").position == 1
    assert counts(import_file(text, kind="opportunities")) == (0, 0, 4, 1)
    assert _undo(data_import, admin)["refused"] == 0
    assert not ProcessRun.objects.exists()
    assert not Task.objects.exists()


def test_stages_are_read_as_other_systems_and_languages_write_them(base):
    create_defaults()
    title = ProcessStep.objects.filter(version__process__flow="propose").last().title
    stages = {"Closed Lost (Sales Pipeline)": "lost", "Gagnée": "done", f"{title} (Sales Pipeline)": "running"}
    rows = "".join(f"{n},Brandt GmbH,GTX,{stage}\n" for n, stage in enumerate(stages))
    assert counts(import_file(f"deal id,company name,deal name,deal stage\n{rows}", kind="opportunities"))[0] == 3
    assert list(ProcessRun.objects.order_by("key").values_list("state", flat=True)) == list(stages.values())
    assert StepRun.objects.get(state="open").step.title == title


def test_a_deal_ends_on_the_day_it_was_closed_not_on_the_one_it_was_expected(base):
    create_defaults()
    import_file(
        "deal - id,deal - organization,deal - title,deal - status,deal - deal created,deal - expected close date,"
        "deal - deal closed on\n"
        "1,Brandt GmbH,GTX,Won,2026-03-02 15:00,2026-12-31,2026-03-02\n2,Brandt GmbH,GTX,Lost,2026-03-02,2026-12-31,\n"
        "3,Brandt GmbH,GTX,Lost,2026-03-02,2026-04-05,\n4,Brandt GmbH,GTX,Open,2026-03-02,2026-12-31,\n",
        kind="opportunities",
    )
    kept = list(ProcessRun.objects.order_by("key"))
    assert [row.expected_on.isoformat() for row in kept] == ["2026-12-31", "2026-12-31", "2026-04-05", "2026-12-31"]
    assert [row.ended_at and company_day(row.ended_at) for row in kept] == [
        date(2026, 3, 2),
        company_day(timezone.now()),  # no day that is still to come
        date(2026, 4, 5),
        None,
    ]
    assert all(row.ended_at is None or row.ended_at > row.started_at for row in kept)


def test_why_another_system_lost_a_deal_comes_along(base):
    create_defaults()
    import_file(
        "deal id,company name,deal name,deal stage,closed lost reason\n"
        "1,Brandt GmbH,GTX,Closed lost,Zu teuer\n2,Brandt GmbH,GTX,Closed won,Price\n3,Brandt GmbH,GTX,Closed lost,\n",
        kind="opportunities",
    )
    kept = ProcessRun.objects.order_by("key").values_list("state", "lost_because", "end_reason")
    assert list(kept) == [("lost", "price", "Zu teuer"), ("done", "", ""), ("lost", "", "")]


def test_a_proposal_that_was_worked_on_since_stays(base, admin):
    create_defaults()
    data_import = import_file(PIPELINE.replace("{seller}", ""), kind="opportunities")
    complete_step(
        StepRun.objects.get(run__key="import:A4", state="open"), by=admin, at=datetime(2026, 11, 21, 14, tzinfo=UTC)
    )
    undo = _undo(data_import, admin)
    assert list(ProcessRun.objects.values_list("key", flat=True)) == ["import:A4"]
    assert undo["refused"] == len(undo["rows"]) == 2


def test_without_a_process_for_proposals_the_rows_say_so(base):
    data_import = import_file(PIPELINE.replace("{seller}", ""), kind="opportunities")
    assert {code for _row, _field, code in problems(data_import)} == {"no_process", "empty"}


def test_the_tasks_of_proposals_say_what_they_would_say_if_each_were_started_here(base, rep, lead, north):
    """Whose they are, how much is at stake, and that nothing is sold to whoever has a complaint open."""
    create_defaults()
    kjeldsen, brandt = base
    Customer.objects.filter(pk=kjeldsen.pk).update(owner=rep, team=north)
    Customer.objects.filter(pk=brandt.pk).update(owner=None, team=north)
    make_score(kjeldsen, risk_rank=0.7, at_stake_cents=1_234_500)
    take_complaint(brandt, title="Seals failed", by=rep, at=AT)
    file = "opportunity_id,product,account,deal_stage\nA1,GTX,Kjeldsen A/S,Prospecting\nA2,MG,Brandt GmbH,Prospecting\n"
    import_file(file, kind="opportunities", by=lead)
    ours, theirs = (Task.objects.get(customer=customer, kind="step") for customer in base)
    assert (ours.assignee, ours.state, ours.rank, ours.at_stake_cents) == (rep, "open", 0.7, 1_234_500)
    assert (theirs.state, theirs.rank, theirs.created_by) == ("paused", 0, lead)
    for task in (ours, theirs):
        run = ProcessRun.objects.get(customer=task.customer, key__startswith="import:")
        started = start_process(task.customer, flow="propose", key="by hand", by=lead, at=AT, subject=run.subject)
        by_hand = Task.objects.get(step_run__run=started)
        same = ("title", "why", "assignee", "due_at", "is_selling", "state", "rank", "at_stake_cents", "created_by")
        assert [getattr(task, name) for name in same] == [getattr(by_hand, name) for name in same]


def test_many_proposals_cost_no_more_statements_than_few(base):
    create_defaults()
    cost = []
    for count in (3, 60):
        rows = "".join(f"{count}-{nth},GTX,Kjeldsen A/S,Prospecting\n" for nth in range(count))
        with CaptureQueriesContext(connection) as asked:
            import_file(f"opportunity_id,product,account,deal_stage\n{rows}", kind="opportunities")
        cost.append(len(asked))
    assert Task.objects.filter(kind="step").count() == 63
    assert cost[1] <= cost[0]
