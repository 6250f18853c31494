"""What the pages of processes show: the matrix, one process in its draft, and another segment's beside it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from segments.models import Process, ProcessStep, ProcessVersion, Segment
from segments.process_editing import count_running, find_version
from segments.segment_figures import count_members

HOURS_A_DAY = 8
VERSIONS_SHOWN = 10


@dataclass
class Cell:
    """One process in the matrix: what is in force, whether a draft waits, how many run."""

    process: Process | None
    flow: str
    version: ProcessVersion | None = None
    steps: int = 0
    has_draft: bool = False
    running: int = 0

    @property
    def label(self) -> str:
        """The flow in words, where no head of a column says it."""
        return str(Process.Flow(self.flow).label)


@dataclass
class MatrixRow:
    segment: Segment
    members: int
    cells: list[Cell]


@dataclass
class ProcessShown:
    """One version of a process with its steps and what they amount to."""

    process: Process
    version: ProcessVersion
    steps: list[ProcessStep]

    @property
    def roles(self) -> int:
        return len({step.doer for step in self.steps})

    @property
    def talks(self) -> int:
        """Steps by voice: calls and visits."""
        return sum(step.channel in {ProcessStep.Channel.CALL, ProcessStep.Channel.VISIT} for step in self.steps)

    @property
    def hours(self) -> int:
        return sum(step.clock_hours for step in self.steps)


@dataclass
class ProcessEditor:
    """The process that is edited, the other beside it, and who still runs on which version."""

    shown: ProcessShown
    published: ProcessVersion | None
    draft: ProcessVersion | None
    running: dict[int, int]
    other: ProcessShown | None
    only_here: list[str]
    only_there: list[str]
    others: list[Process]
    versions: list[ProcessVersion]

    @property
    def running_total(self) -> int:
        return sum(self.running.values())


def format_clock(hours: int) -> str:
    """Working hours as people say them: ``4 h``, ``2 d``, ``7 d 3 h`` (a day has eight); zero is ``at once``."""
    days, rest = divmod(hours, HOURS_A_DAY)
    if hours == 0:
        return _("at once")
    if days == 0:
        return _("%(hours)s h") % {"hours": rest}
    return _("%(days)s d %(hours)s h") % {"days": days, "hours": rest} if rest else _("%(days)s d") % {"days": days}


def build_matrix() -> list[MatrixRow]:
    """Segments in use by flows; as many queries, however many segments there are."""
    members = count_members()
    processes = {(process.segment_id, process.flow): process for process in Process.objects.all()}
    versions: dict[int, dict[str, Any]] = {}
    counted = ProcessVersion.objects.annotate(steps_count=Count("steps")).order_by()
    for version in counted.exclude(state=ProcessVersion.State.RETIRED):
        versions.setdefault(version.process_id, {})[version.state] = version
    started = ProcessVersion.objects.filter(runs__state="running").order_by("process_id")
    running = dict(started.values_list("process_id").annotate(Count("runs")))
    rows = []
    for segment in Segment.objects.filter(archived_at=None):
        cells = [
            _build_cell(processes.get((segment.pk, flow)), flow, versions, running) for flow in Process.Flow.values
        ]
        rows.append(MatrixRow(segment, members.get(segment.pk, 0), cells))
    return rows


def _build_cell(
    process: Process | None, flow: str, versions: dict[int, dict[str, Any]], running: dict[int, int]
) -> Cell:
    if process is None:
        return Cell(None, flow)
    states = versions.get(process.pk, {})
    published = states.get(ProcessVersion.State.PUBLISHED)
    steps = published.steps_count if published else 0
    has_draft = ProcessVersion.State.DRAFT in states
    return Cell(process, flow, published, steps, has_draft=has_draft, running=running.get(process.pk, 0))


def build_process_editor(process: Process, *, beside: str = "") -> ProcessEditor | None:
    """The draft, else what is in force, with the same flow of the segment ``beside`` (a key) next to it."""
    last = list(process.versions.select_related("published_by")[: 1 + VERSIONS_SHOWN])  # whatever is in force is newest
    by_state = {version.state: version for version in reversed(last)}
    draft, published = by_state.get(ProcessVersion.State.DRAFT), by_state.get(ProcessVersion.State.PUBLISHED)
    version = draft or published
    if version is None:
        return None
    others = list(
        Process.objects.filter(flow=process.flow, segment__archived_at=None)
        .exclude(pk=process.pk)
        .select_related("segment")
        .order_by("segment__priority")
    )
    shown, other = _show_both(process, version, _choose_other(others, beside))
    here, there = [step.title for step in shown.steps], [step.title for step in other.steps] if other else []
    return ProcessEditor(
        shown=shown,
        published=published,
        draft=draft,
        running=count_running(process),
        other=other,
        only_here=[title for title in here if title not in there],
        only_there=[title for title in there if title not in here],
        others=others,
        versions=[one for one in last if one.state != ProcessVersion.State.DRAFT][:VERSIONS_SHOWN],
    )


def _choose_other(others: list[Process], beside: str) -> Process | None:
    """The process to compare with: the one asked for, else that of the segment that takes the rest, else the last."""
    wanted = next((one for one in others if one.segment.key == beside), None)
    return wanted or next((one for one in others if one.segment.is_fallback), others[-1] if others else None)


def _show_both(
    process: Process, version: ProcessVersion, wanted: Process | None
) -> tuple[ProcessShown, ProcessShown | None]:
    """``version`` and what is in force of ``wanted``, with the steps of both read at once."""
    theirs = find_version(wanted, ProcessVersion.State.PUBLISHED) if wanted else None
    steps: dict[int, list[ProcessStep]] = {}
    for step in ProcessStep.objects.filter(version__in=[one.pk for one in (version, theirs) if one]):
        steps.setdefault(step.version_id, []).append(step)
    shown = ProcessShown(process, version, steps.get(version.pk, []))
    if wanted is None or theirs is None:
        return shown, None
    return shown, ProcessShown(wanted, theirs, steps.get(theirs.pk, []))


def find_draft_step(step: ProcessStep, draft: ProcessVersion) -> ProcessStep | None:
    """The step of the draft that was copied from ``step``, or the step itself when it is the draft's."""
    return step if step.version_id == draft.pk else draft.steps.filter(position=step.position).first()


def list_flows() -> list[tuple[str, Any]]:
    """Flows in the order of the columns."""
    return list(Process.Flow.choices)
