"""Write what a new company starts with; safe to repeat, and never over what an admin has changed."""

from datetime import date

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from customers.default_questions import create_default_questions
from customers.models import CostRate
from segments.default_segments import SEGMENTS, DefaultSegment, DefaultStep
from segments.default_triggers import COST_RATES, TRIGGERS
from segments.models import Process, ProcessStep, ProcessVersion, Segment, SegmentRule, Trigger

_LOCK = 7_302_001
VALID_FROM = date(2000, 1, 1)


@transaction.atomic
def create_defaults() -> None:
    """Segments with their first rule, processes, triggers, questions and cost rates: where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    segments = _create_segments()
    _create_processes([(segments[default.key], default) for default in SEGMENTS])
    _create_triggers(segments)
    create_default_questions()
    _create_cost_rates()


def _create_segments() -> dict[str, Segment]:
    """All segments by key, after those that are missing were written with their first rule, in a statement a table."""
    segments = {segment.key: segment for segment in Segment.objects.all()}
    missing = [default for default in SEGMENTS if default.key not in segments]
    taken = {segment.name for segment in segments.values()}
    has_fallback = any(segment.is_fallback for segment in segments.values())
    made = Segment.objects.bulk_create(
        Segment(
            key=default.key,
            name=_take_free_name(gettext(default.name), taken),
            mark=default.mark,
            priority=default.priority,
            is_fallback=default.is_fallback and not has_fallback,
            target_definition=gettext(default.target),
            counter_examples=gettext(default.counter),
            value_proposition=gettext(default.proposition),
            cadence_days=default.cadence_days,
            goodwill_limit_cents=default.goodwill_cents,
            is_passing=default.is_passing,
            needs_owner=default.needs_owner,
            answer_hours=default.answer_hours,
        )
        for default in missing
    )
    SegmentRule.objects.bulk_create(
        SegmentRule(
            segment=segment,
            version=1,
            criteria=default.criteria,
            state=SegmentRule.State.PUBLISHED,
            reason=gettext("As delivered"),
            published_at=Now(),
        )
        for segment, default in zip(made, missing, strict=True)
        if default.criteria
    )
    return segments | {segment.key: segment for segment in made}


def _take_free_name(name: str, taken: set[str]) -> str:
    """The name, or the name with a number where somebody already uses it; it is taken then."""
    number = 2
    free = name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    taken.add(free)
    return free


def _create_processes(segments: list[tuple[Segment, DefaultSegment]]) -> None:
    """Those that are missing, all in a statement a table: a company waits for them when it first opens."""
    known = set(Process.objects.values_list("segment_id", "flow"))
    missing = [
        (Process(segment=segment, flow=flow), promise, steps)
        for segment, default in segments
        for flow, (promise, steps) in default.processes.items()
        if (segment.pk, flow) not in known
    ]
    Process.objects.bulk_create(process for process, _promise, _steps in missing)
    versions = ProcessVersion.objects.bulk_create(
        ProcessVersion(
            process=process,
            version=1,
            state=ProcessVersion.State.PUBLISHED,
            promise=gettext(promise),
            reason=gettext("As delivered"),
            published_at=Now(),
        )
        for process, promise, _steps in missing
    )
    ProcessStep.objects.bulk_create(
        step
        for version, (_process, _promise, steps) in zip(versions, missing, strict=True)
        for step in _make_steps(version, steps)
    )


def _make_steps(version: ProcessVersion, steps: list[DefaultStep]) -> list[ProcessStep]:
    return [
        ProcessStep(
            version=version,
            position=position,
            title=gettext(title),
            doer=doer,
            clock_hours=hours,
            channel=channel,
            instruction=gettext(how) if how else "",
        )
        for position, (title, doer, hours, channel, how) in enumerate(steps, start=1)
    ]


def _create_triggers(segments: dict[str, Segment]) -> None:
    known = set(Trigger.objects.values_list("key", flat=True))
    missing = [default for default in TRIGGERS if default.key not in known]
    triggers = Trigger.objects.bulk_create(
        Trigger(
            key=default.key,
            name=gettext(default.name),
            explanation=gettext(default.explanation),
            task_title=gettext(default.task_title),
            origin=gettext(default.origin),
            due_hours=default.due_hours,
            cooldown_days=default.cooldown_days,
            holdout_percent=default.holdout_percent,
            tell_manager=default.tell_manager,
            criteria=default.criteria,
        )
        for default in missing
    )
    narrowed = Trigger.segments.through
    narrowed.objects.bulk_create(
        narrowed(trigger=trigger, segment=segments[key])
        for trigger, default in zip(triggers, missing, strict=True)
        for key in default.segments
        if key in segments
    )


def _create_cost_rates() -> None:
    known = set(CostRate.objects.values_list("work", flat=True))
    CostRate.objects.bulk_create(
        CostRate(work=work, cents_per_minute=minute, cents_each=each, valid_from=VALID_FROM)
        for work, minute, each in COST_RATES
        if work not in known
    )
