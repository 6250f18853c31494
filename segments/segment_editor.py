"""What the pages of segments show, put together."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from crm.core.metric_catalogue import Metric
from segments.criteria_form import (
    RuleForm,
    RuleTooDeep,
    build_rule_form,
    change_rule_form,
    list_metrics,
    read_rule_form,
)
from segments.criteria_reading import list_changes, name_lost_metrics, read_aloud
from segments.models import Segment, SegmentRule
from segments.rule_builder import RuleShown, show_rule
from segments.rules.criteria_wording import Difference
from segments.segment_choice import NoFallbackSegment
from segments.segment_dry_run import DryRun, DryRunTooSlow, try_segment_rule
from segments.segment_editing import find_draft, find_published
from segments.segment_figures import count_members


@dataclass
class SegmentShown:
    """A segment in the list: its members, its rule in words, and whether a draft waits."""

    segment: Segment
    members: int | None
    reading: str
    version: int | None
    has_draft: bool
    lost: list[str]


@dataclass
class Editor:
    """The editor of one segment."""

    segment: Segment
    draft: SegmentRule | None
    published: SegmentRule | None
    rule: RuleShown | None
    dry_run: DryRun | None
    too_slow: bool
    metrics: list[tuple[str, list[Metric]]]
    changes: list[Difference]
    versions: QuerySet[SegmentRule]
    show: str
    act: str

    @property
    def has_lost_row(self) -> bool:
        """A row was just taken out, so the focus needs a new place."""
        return self.act.startswith("remove-")

    @property
    def is_changed(self) -> bool:
        """The form says something else than the rule in force."""
        in_force = self.published.criteria if self.published else {}
        return self.rule is not None and self.rule.criteria != in_force


@dataclass
class VersionShown:
    """A version of a rule beside the one in force."""

    rule: SegmentRule
    reading: str
    changes: list[Difference]
    may_come_back: bool


def list_segments() -> list[SegmentShown]:
    """Every segment, those in use first, in the order in which they are asked."""
    members = count_members()
    rules: dict[int, dict[str, SegmentRule]] = {}
    for rule in SegmentRule.objects.exclude(state=SegmentRule.State.RETIRED):
        rules.setdefault(rule.segment_id, {})[rule.state] = rule
    shown = []
    for segment in Segment.objects.order_by("archived_at", "priority", "id"):
        published = rules.get(segment.pk, {}).get(SegmentRule.State.PUBLISHED)
        criteria = published.criteria if published else {}
        shown.append(
            SegmentShown(
                segment,
                members.get(segment.pk, 0),
                read_aloud(criteria),
                published.version if published else None,
                SegmentRule.State.DRAFT in rules.get(segment.pk, {}),
                name_lost_metrics(criteria),
            )
        )
    return sorted(shown, key=lambda one: (one.segment.archived_at is not None, one.segment.priority, one.segment.pk))


def build_editor(
    segment: Segment, *, on: date, data: Any = None, act: str = "look", show: str = "all", with_dry_run: bool = True
) -> Editor:
    """The editor as the sent form says (``data``), else with the draft, else with the rule in force."""
    draft, published = find_draft(segment), find_published(segment)
    kept = draft or published
    in_force = published.criteria if published else {}
    form = _read_form(data, act, kept.criteria if kept else {})
    rule = show_rule(form, before=in_force, for_segment=True) if form and not segment.is_fallback else None
    show = show if show in {"in", "out"} else "all"
    dry_run, too_slow = None, False
    if rule is not None and rule.is_usable and with_dry_run:
        dry_run, too_slow = _try(segment, rule.criteria, on=on, show=show)
    changes = list_changes(in_force, rule.criteria) if rule is not None and rule.is_usable else []
    versions = segment.rules.select_related("published_by").exclude(state=SegmentRule.State.DRAFT)[:20]
    return Editor(
        segment, draft, published, rule, dry_run, too_slow, list_metrics(for_segment=True), changes, versions, show, act
    )


def _read_form(data: Any, act: str, criteria: dict[str, Any]) -> RuleForm | None:
    """The form that was sent, changed as its button says; else the kept rule as rows, where rows can show it."""
    if data is not None:
        return change_rule_form(read_rule_form(data), act)
    try:
        return build_rule_form(criteria)
    except RuleTooDeep:
        return None


def _try(segment: Segment, criteria: dict[str, Any], *, on: date, show: str) -> tuple[DryRun | None, bool]:
    try:
        return try_segment_rule(segment, criteria, on=on, show=show), False
    except DryRunTooSlow:
        return None, True
    except NoFallbackSegment:
        return None, False


def build_version(rule: SegmentRule) -> VersionShown:
    """An earlier version and what it would change now."""
    published = find_published(rule.segment)
    changes = list_changes(published.criteria, rule.criteria) if published else []
    return VersionShown(rule, read_aloud(rule.criteria), changes, rule.state == SegmentRule.State.RETIRED)
