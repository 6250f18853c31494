"""Changing what a segment's customers can expect, step by step: always in a draft, published with a reason.

Running ones keep the version they started with; whatever starts after publishing takes the new one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max
from django.utils.translation import gettext as _

from crm.core.models import User
from segments.models import Process, ProcessStep, ProcessVersion

STEP_FIELDS = ("title", "instruction", "doer", "clock_hours", "channel")
MOST_STEPS = 30


class ProcessEditingError(Exception):
    """It cannot be done; the message says why."""


def find_version(process: Process, state: str) -> ProcessVersion | None:
    """The version in that state (one draft, one published), if any."""
    return process.versions.filter(state=state).first()


def count_running(process: Process) -> dict[int, int]:
    """How many of this process are being carried out, by version number."""
    running = ProcessVersion.objects.filter(process=process, runs__state="running")
    return dict(running.values_list("version").annotate(Count("runs")).order_by("version"))


@transaction.atomic
def open_draft(process: Process) -> ProcessVersion:
    """The draft of a process: the one that is there, else a copy of what is in force."""
    process = _lock(process)
    draft = find_version(process, ProcessVersion.State.DRAFT)
    if draft is not None:
        return draft
    published = find_version(process, ProcessVersion.State.PUBLISHED)
    last = process.versions.aggregate(last=Max("version"))["last"] or 0
    draft = ProcessVersion.objects.create(
        process=process, version=last + 1, promise=published.promise if published else ""
    )
    if published is not None:
        _copy_steps(published, draft)
    return draft


@transaction.atomic
def add_step(process: Process, values: Mapping[str, Any]) -> ProcessStep:
    """A new last step in the draft. Raises ``ProcessEditingError`` where there are too many."""
    draft = open_draft(process)
    last = draft.steps.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_STEPS:
        raise ProcessEditingError(_("A process with more than %(most)s steps helps nobody.") % {"most": MOST_STEPS})
    return ProcessStep.objects.create(version=draft, position=last + 1, **_step_values(values))


@transaction.atomic
def edit_step(step: ProcessStep, values: Mapping[str, Any]) -> ProcessStep:
    """Change a step of a draft. Raises ``ProcessEditingError`` for a version that is or was in force."""
    _refuse_unless_draft(step)
    for name, value in _step_values(values).items():
        setattr(step, name, value)
    step.save()
    return step


@transaction.atomic
def move_step(step: ProcessStep, *, by_places: int) -> ProcessStep:
    """One place up (-1) or down (+1); at the end it stays where it is. Raises ``ProcessEditingError``."""
    _refuse_unless_draft(step)
    step.refresh_from_db()
    other = step.version.steps.filter(position=step.position + by_places).first()
    if other is not None:
        here, there = step.position, other.position
        ProcessStep.objects.filter(pk=step.pk).update(position=there)
        ProcessStep.objects.filter(pk=other.pk).update(position=here)
        step.refresh_from_db()
    return step


@transaction.atomic
def remove_step(step: ProcessStep) -> None:
    """Take a step out of a draft; those after it move up. Raises ``ProcessEditingError``."""
    _refuse_unless_draft(step)
    step.refresh_from_db()
    version, position = step.version, step.position
    step.delete()
    version.steps.filter(position__gt=position).update(position=F("position") - 1)


@transaction.atomic
def change_promise(process: Process, promise: str) -> ProcessVersion:
    """What the draft promises the customer, in a few words."""
    draft = open_draft(process)
    draft.promise = promise.strip()[:100]
    draft.save(update_fields=["promise"])
    return draft


@transaction.atomic
def discard_draft(process: Process) -> None:
    """Throw the draft away; without one nothing happens."""
    _lock(process).versions.filter(state=ProcessVersion.State.DRAFT).delete()


@transaction.atomic
def publish_process(process: Process, *, reason: str, by: User, at: datetime) -> ProcessVersion:
    """Put the draft in force for whatever starts from now on. Raises ``ProcessEditingError``."""
    process = _lock(process)
    draft = find_version(process, ProcessVersion.State.DRAFT)
    if draft is None:
        raise ProcessEditingError(_("There is no draft to publish."))
    if not draft.steps.exists():
        raise ProcessEditingError(_("A process needs at least one step."))
    if not reason.strip():
        raise ProcessEditingError(_("Publishing needs a reason: the others will ask for it."))
    process.versions.filter(state=ProcessVersion.State.PUBLISHED).update(state=ProcessVersion.State.RETIRED)
    draft.state, draft.reason = ProcessVersion.State.PUBLISHED, reason.strip()[:300]
    draft.published_at, draft.published_by = at, by
    draft.save()
    return draft


@transaction.atomic
def go_back_to(version: ProcessVersion, *, reason: str, by: User, at: datetime) -> ProcessVersion:
    """Publish an earlier version again as a new one, in place of a waiting draft. Raises ``ProcessEditingError``."""
    if version.state != ProcessVersion.State.RETIRED:
        raise ProcessEditingError(_("Only a version that was replaced can come back."))
    process = _lock(version.process)
    discard_draft(process)
    draft = open_draft(process)
    draft.steps.all().delete()
    draft.promise = version.promise
    draft.save(update_fields=["promise"])
    _copy_steps(version, draft)
    return publish_process(process, reason=reason, by=by, at=at)


def _lock(process: Process) -> Process:
    return Process.objects.select_for_update().get(pk=process.pk)


def _copy_steps(version: ProcessVersion, draft: ProcessVersion) -> None:
    ProcessStep.objects.bulk_create(
        ProcessStep(version=draft, position=step.position, **{name: getattr(step, name) for name in STEP_FIELDS})
        for step in version.steps.all()
    )


def _step_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in STEP_FIELDS if name in values}


def _refuse_unless_draft(step: ProcessStep) -> None:
    version = ProcessVersion.objects.select_for_update().get(pk=step.version_id)
    if version.state != ProcessVersion.State.DRAFT:
        raise ProcessEditingError(_("What is or was in force is not changed: change the draft and publish it."))
