"""Running processes to look at: a lane for each segment with its own steps, the list, and those of one customer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext

from crm.core.models import User
from crm.core.row_visibility import customer_scope
from customers.models import Customer
from interactions.models import ProcessRun, StepRun, Task
from segments.models import Process, ProcessStep, ProcessVersion, Segment

CARDS_A_STEP = 5
MOST_URGENT = 240
COLUMNS = 6
WHY_LOST = "subject,customer,segment,amount,because,reason,ended,owner"  # columns of the list of processes


@dataclass
class Column:
    """A step of a lane: its cards (open steps of runs), and how many more there are."""

    position: int
    title: str
    count: int = 0
    cards: list[StepRun] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass
class Lane:
    """A segment's runs of one flow along its own steps."""

    segment: Segment
    promise: str
    columns: list[Column]
    count: int = 0
    amount_cents: int = 0

    @property
    def rest(self) -> int:
        """Columns of the board that this segment's shorter process leaves free, in its last row."""
        return -len(self.columns) % COLUMNS


@dataclass(frozen=True)
class PipelineFigures:
    """How many run, their amounts (cents), and those past their clock."""

    count: int
    amount_cents: int
    late: int
    late_cents: int


def find_open_steps(user: User, *, flow: str, is_own: bool) -> QuerySet[StepRun]:
    """The open step of every running run that ``user`` may see; his own customers' alone with ``is_own``."""
    steps = StepRun.objects.filter(
        state=StepRun.State.OPEN, run__state=ProcessRun.State.RUNNING, run__version__process__flow=flow
    )
    if is_own:
        return steps.filter(run__customer__owner=user)
    return steps.filter(customer_scope(user, prefix="run__customer__"))


def measure_pipeline(steps: QuerySet[StepRun], *, at: datetime) -> PipelineFigures:
    """The figures of the head, in one query."""
    late = Q(due_at__lt=at)
    found = steps.aggregate(
        count=Count("pk"),
        amount=Sum("run__amount_cents"),
        late=Count("pk", filter=late),
        late_amount=Sum("run__amount_cents", filter=late),
    )
    return PipelineFigures(found["count"], found["amount"] or 0, found["late"], found["late_amount"] or 0)


def list_lanes(steps: QuerySet[StepRun], *, flow: str) -> list[Lane]:
    """A lane for each segment that has a process in force for ``flow``, whether or not something runs in it.

    A run of an older version stands at the step of the same number, or at the last one; at most a few cards a step.
    """
    versions = ProcessVersion.objects.filter(
        state=ProcessVersion.State.PUBLISHED, process__flow=flow, process__segment__archived_at=None
    ).select_related("process__segment")
    lanes: dict[int, Lane] = {}
    columns = _list_columns(versions)
    for version in sorted(versions, key=lambda one: one.process.segment.priority):
        segment = version.process.segment
        lanes[segment.pk] = Lane(segment, version.promise, columns.get(version.pk, []))
    counted = steps.order_by().values("run__version__process__segment", "position")
    for row in counted.annotate(count=Count("pk"), amount=Sum("run__amount_cents")):
        lane = lanes.get(row["run__version__process__segment"])
        if lane is not None and lane.columns:
            lane.count += row["count"]
            lane.amount_cents += row["amount"] or 0
            _find_column(lane, row["position"]).count += row["count"]
    _deal_cards(steps, lanes)
    return [lane for lane in lanes.values() if lane.columns]


def with_run(steps: QuerySet[StepRun]) -> QuerySet[StepRun]:
    """What a card or a row shows, fetched along."""
    return steps.select_related(
        "step", "task__assignee", "run__customer__owner", "run__customer__score", "run__version__process__segment"
    )


def list_running(customer: Customer) -> list[ProcessRun]:
    """The running processes of one customer with their steps, for his page; two queries."""
    runs = ProcessRun.objects.filter(customer=customer, state=ProcessRun.State.RUNNING)
    return list(runs.select_related("version__process__segment").prefetch_related("steps__step").order_by("pk")[:5])


def list_flows(customer: Customer, segment: Segment | None) -> list[tuple[str, str]]:
    """The processes that can be started for a customer of ``segment``: those in force."""
    flows = Process.objects.filter(segment=segment, versions__state=ProcessVersion.State.PUBLISHED)
    known = set(flows.values_list("flow", flat=True))
    return [(value, str(label)) for value, label in Process.Flow.choices if value in known]


def count_running(user: User, *, is_own: bool) -> dict[str, int]:
    """How many run of each flow."""
    runs = ProcessRun.objects.filter(state=ProcessRun.State.RUNNING)
    runs = runs.filter(customer__owner=user) if is_own else runs.visible_to(user)
    rows = runs.order_by().values_list("version__process__flow").annotate(count=Count("pk"))
    return dict(rows)


def name_state(run: ProcessRun) -> str:
    """Where a run is, in a word; a proposal that came to its end was won."""
    is_won = run.state == ProcessRun.State.DONE and run.version.process.flow == Process.Flow.PROPOSE
    return gettext("won") if is_won else run.get_state_display()


def is_held(step: StepRun) -> bool:
    """Its task waits, because a complaint of the customer is open."""
    task = getattr(step, "task", None)
    return task is not None and task.state == Task.State.PAUSED


def _list_columns(versions: Iterable[ProcessVersion]) -> dict[int, list[Column]]:
    columns: dict[int, list[Column]] = {}
    for step in ProcessStep.objects.filter(version__in=[one.pk for one in versions]).order_by("position"):
        columns.setdefault(step.version_id, []).append(Column(step.position, step.title))
    return columns


def _find_column(lane: Lane, position: int) -> Column:
    return next((column for column in lane.columns if column.position == position), lane.columns[-1])


def _deal_cards(steps: QuerySet[StepRun], lanes: dict[int, Lane]) -> None:
    """The most urgent steps to their columns, a few each; only those that are shown are read whole."""
    urgent = steps.order_by("due_at", "pk").values_list("pk", "run__version__process__segment", "position")
    chosen: dict[int, Column] = {}
    taken: Counter[int] = Counter()
    for pk, segment, position in urgent[:MOST_URGENT]:
        lane = lanes.get(segment)
        if lane is not None and lane.columns:
            column = _find_column(lane, position)
            if taken[id(column)] < CARDS_A_STEP:
                chosen[pk] = column
                taken[id(column)] += 1
    cards = StepRun.objects.select_related("task__assignee", "run__customer__score").in_bulk(list(chosen))
    for pk, column in chosen.items():
        if pk in cards:
            column.cards.append(cards[pk])
