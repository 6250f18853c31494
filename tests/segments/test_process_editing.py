"""An admin changes a process: in a draft, published with a reason; what runs keeps the steps it started with."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from crm.core.models import User
from customers.models import Customer
from interactions.models import ProcessRun, StepRun
from segments.default_configuration import create_defaults
from segments.models import Process, ProcessStep, ProcessVersion, Segment
from segments.process_editing import (
    ProcessEditingError,
    add_step,
    change_promise,
    count_running,
    discard_draft,
    edit_step,
    find_version,
    go_back_to,
    move_step,
    open_draft,
    publish_process,
    remove_step,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def order_process(db: None) -> Process:
    create_defaults()
    return Process.objects.get(segment__key="low-cost", flow=Process.Flow.ORDER)


def titles(version: ProcessVersion) -> list[str]:
    return [step.title for step in version.steps.order_by("position")]


def positions(version: ProcessVersion) -> list[int]:
    return list(version.steps.order_by("position").values_list("position", flat=True))


def test_a_draft_is_a_copy_that_can_be_changed_while_the_old_one_stays_in_force(order_process: Process) -> None:
    published = find_version(order_process, ProcessVersion.State.PUBLISHED)
    draft = open_draft(order_process)
    assert titles(draft) == titles(published)
    assert open_draft(order_process) == draft, "there is one draft"
    step = add_step(order_process, {"title": "Thank them", "doer": "owner", "clock_hours": 4, "channel": "mail"})
    assert step.position == 4
    move_step(step, by_places=-1)
    assert titles(draft)[2] == "Thank them"
    move_step(draft.steps.get(position=1), by_places=-1)
    assert positions(draft) == [1, 2, 3, 4]
    edit_step(step, {"title": "Thank them warmly", "clock_hours": 2})
    remove_step(draft.steps.get(position=1))
    assert positions(draft) == [1, 2, 3]
    assert "Thank them warmly" in titles(draft)
    change_promise(order_process, "answer in 1 day")
    assert titles(published) == titles(find_version(order_process, ProcessVersion.State.PUBLISHED))
    assert len(titles(published)) == 3


def test_what_is_in_force_cannot_be_changed(order_process: Process) -> None:
    step = find_version(order_process, ProcessVersion.State.PUBLISHED).steps.first()
    for change in (
        lambda: edit_step(step, {"title": "x"}),
        lambda: move_step(step, by_places=1),
        lambda: remove_step(step),
    ):
        with pytest.raises(ProcessEditingError, match="in force"):
            change()


def test_publishing_needs_a_draft_a_step_and_a_reason(order_process: Process, admin: User) -> None:
    with pytest.raises(ProcessEditingError, match="no draft"):
        publish_process(order_process, reason="x", by=admin, at=NOW)
    draft = open_draft(order_process)
    with pytest.raises(ProcessEditingError, match="reason"):
        publish_process(order_process, reason=" ", by=admin, at=NOW)
    ProcessStep.objects.filter(version=draft).delete()
    with pytest.raises(ProcessEditingError, match="at least one step"):
        publish_process(order_process, reason="x", by=admin, at=NOW)
    discard_draft(order_process)
    assert find_version(order_process, ProcessVersion.State.DRAFT) is None


def test_running_ones_keep_their_version_and_are_counted(
    order_process: Process, admin: User, customer: Customer
) -> None:
    old = find_version(order_process, ProcessVersion.State.PUBLISHED)
    run = ProcessRun.objects.create(customer=customer, version=old, key="order:1")
    StepRun.objects.create(run=run, step=old.steps.first(), position=1, state=StepRun.State.OPEN)
    ProcessRun.objects.create(customer=customer, version=old, key="order:2", state=ProcessRun.State.DONE)
    add_step(order_process, {"title": "Thank them", "doer": "owner", "clock_hours": 4, "channel": ""})
    new = publish_process(order_process, reason="Be polite", by=admin, at=NOW)
    assert find_version(order_process, ProcessVersion.State.PUBLISHED) == new
    assert (new.version, new.reason, new.published_by) == (2, "Be polite", admin)
    run.refresh_from_db()
    assert run.version == old
    assert count_running(order_process) == {1: 1}
    old.refresh_from_db()
    assert old.state == ProcessVersion.State.RETIRED
    assert len(titles(old)) == 3


def test_an_earlier_version_comes_back_as_a_new_one(order_process: Process, admin: User) -> None:
    old = find_version(order_process, ProcessVersion.State.PUBLISHED)
    add_step(order_process, {"title": "Thank them", "doer": "owner", "clock_hours": 4, "channel": ""})
    publish_process(order_process, reason="Be polite", by=admin, at=NOW)
    add_step(order_process, {"title": "Half-made draft", "doer": "owner", "clock_hours": 4, "channel": ""})
    old.refresh_from_db()
    again = go_back_to(old, reason="Too long", by=admin, at=NOW)
    assert (again.version, titles(again), again.state) == (3, titles(old), ProcessVersion.State.PUBLISHED)
    with pytest.raises(ProcessEditingError):
        go_back_to(again, reason="x", by=admin, at=NOW)


def test_nobody_makes_a_process_of_a_hundred_steps(order_process: Process) -> None:
    values = {"title": "More", "doer": "owner", "clock_hours": 4, "channel": ""}
    for _number in range(27):
        add_step(order_process, values)
    with pytest.raises(ProcessEditingError, match="more than 30"):
        add_step(order_process, values)


def test_on_a_phone_each_cell_of_the_matrix_says_its_flow(order_process: Process, admin: User, signed_in) -> None:
    page = signed_in(admin).get(reverse("segments:process-matrix")).content.decode()
    assert page.count('data-head="Follow a proposal"') == Segment.objects.filter(archived_at=None).count()
