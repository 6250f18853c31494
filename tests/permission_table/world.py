"""What the rows of the table point at. Add what your rows need; keep it small."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from complaints import complaint_handling
from complaints.guardian_assignment import name_guardian
from complaints.models import Article
from crm.core.models import Absence, JobRun
from customers.models import ContactPoint, CostPool, CostRate, DataImport, Product
from interactions.models import Alert
from interactions.process_running import start_process
from interactions.promise_keeping import PromiseLine, make_promise
from interactions.task_finishing import find_last_change
from interactions.task_handling import snooze_task
from tests import factories


def build_world(world: SimpleNamespace) -> SimpleNamespace:
    """``world`` comes with the cast; everything added here belongs to Ana's customer in team North."""
    world.customer = factories.make_customer(owner=world.rep, team=world.rep.team)
    world.person = factories.make_person(world.customer)
    world.order = factories.make_order(world.customer, date(2026, 3, 2))
    world.point = ContactPoint.objects.create(
        customer=world.customer, kind="email", value="info@kjeldsen.example", value_normal="info@kjeldsen.example"
    )
    world.product = Product.objects.create(number="P-1", name="Shaft seal")
    world.cost_rate = CostRate.objects.create(work=CostRate.Work.CALL, valid_from=date(2026, 1, 1))
    world.cost_pool = CostPool.objects.create(
        work=CostRate.Work.CALL, first_day=date(2026, 1, 1), last_day=date(2026, 3, 31), amount_cents=100
    )
    world.complaint = complaint_handling.take_complaint(
        world.customer, title="Seals failed", by=world.rep, at=datetime(2026, 3, 2, 12, tzinfo=UTC)
    )
    name_guardian(world.complaint, guardian=world.guardian, by=None, at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    world.article = Article.objects.create(title="Seals", answer="Another batch")
    world.data_import = DataImport.objects.create(
        kind="orders", state=DataImport.State.DONE, file_name="orders.csv", created_by=world.lead
    )
    world.job = JobRun.objects.create(
        kind="import-read", key="0", due_at=datetime(2026, 3, 2, tzinfo=UTC), state="done"
    )
    world.absence = Absence.objects.create(
        user=world.rep, first_day=date(2026, 3, 2), last_day=date(2026, 3, 6), stand_in=world.lead
    )
    _add_work(world)
    return world


def _add_work(world: SimpleNamespace) -> None:
    """A task with a change that can be undone, an alert, a promise and a running process."""
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    world.task = factories.make_task(world.customer)
    snooze_task(world.task, until=at + timedelta(days=1), at=at)
    world.task_change = find_last_change(world.task)
    world.alert = Alert.objects.create(
        customer=world.customer, trigger=factories.make_trigger(), period=at.date(), day=at.date()
    )
    line = PromiseLine("ours", "Send the certificates", at.date())
    world.promise = make_promise(world.customer, line=line, by=world.rep, at=at)
    segment = factories.make_segment("hexagon")
    factories.put_in_segment(world.customer, segment)
    factories.make_process(segment, "deliver", [{}, {}])
    world.run = start_process(world.customer, flow="deliver", key="D-1", by=world.rep, at=at)
