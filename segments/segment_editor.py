"""What the pages of segments show, put together."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.core.metric_catalogue import METRICS, Metric
from segments.criteria_form import (
    RuleForm,
    RuleTooDeep,
    build_rule_form,
    change_rule_form,
    list_metrics,
    read_rule_form,
)
from segments.criteria_reading import list_changes, name_lost_metrics, read_aloud
from segments.models import Process, Segment, SegmentDay, SegmentProduct, SegmentRule
from segments.rule_builder import RuleShown, show_rule
from segments.rules.criteria_wording import Difference
from segments.rules.figure_spread import merge_spreads
from segments.rules.value_histogram import Histogram, draw_histogram, find_line
from segments.segment_choice import NoFallbackSegment
from segments.segment_dry_run import DryRun, DryRunTooSlow, try_segment_rule
from segments.segment_editing import find_draft_and_published
from segments.segment_figures import count_members
from segments.segment_movers import MoverShown, show_movers


@dataclass
class SegmentShown:
    """A segment in the list: its members, its rule in words, and the draft that waits, if any."""

    segment: Segment
    members: int | None
    reading: str
    version: int | None
    draft: SegmentRule | None
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
    movers: list[MoverShown] = field(default_factory=list)
    histogram: Histogram | None = None
    histogram_of: Metric | None = None
    offerings: int = 0
    flows: int = 0
    today: date | None = None
    is_counting: bool = False

    @property
    def is_past_its_day(self) -> bool:
        """The draft was to come into force and could not."""
        day = self.draft.publish_on if self.draft else None
        return day is not None and self.today is not None and day < self.today

    @property
    def care_change_cents(self) -> int | None:
        """What the customers who come and leave change in the yearly cost of care; None where it is not known."""
        if self.dry_run is None or self.segment.care_cents is None:
            return None
        return (self.dry_run.after - self.dry_run.before) * self.segment.care_cents

    @property
    def listed(self) -> int:
        """How many the list of movers stands for: all, or those who come in or leave, as it was asked to show."""
        run = self.dry_run
        return 0 if run is None else {"in": run.comes, "out": run.leaves}.get(self.show, run.moving)

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
    """A version of a rule beside the one in force; ``lost`` is the draft that going back to it would replace.

    ``is_in_force_again``: a later version, the one in force, says the same.
    """

    rule: SegmentRule
    reading: str
    changes: list[Difference]
    may_come_back: bool
    dry_run: DryRun | None
    too_slow: bool
    is_counting: bool
    lost: SegmentRule | None
    is_in_force_again: bool


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
                rules.get(segment.pk, {}).get(SegmentRule.State.DRAFT),
                name_lost_metrics(criteria),
            )
        )
    return sorted(shown, key=lambda one: (one.segment.archived_at is not None, *one.segment.place))


def build_editor(
    segment: Segment, *, on: date, data: Any = None, act: str = "look", show: str = "all", with_dry_run: bool = True
) -> Editor:
    """The editor as the sent form says (``data``), else with the draft, else with the rule in force.

    Without the dry run, which reads everybody, ``is_counting`` says that there is something to ask for."""
    draft, published = find_draft_and_published(segment)
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
    editor = Editor(
        segment, draft, published, rule, dry_run, too_slow, list_metrics(for_segment=True), changes, versions, show, act
    )
    editor.today = on
    editor.is_counting = rule is not None and rule.is_usable and not with_dry_run
    editor.offerings, editor.flows = _count_kept(segment)
    if dry_run is not None and rule is not None:
        editor.movers = show_movers(dry_run.movers, segment, rule.criteria, on=on)
        editor.histogram, editor.histogram_of = _draw_line(rule.criteria, in_force)
    return editor


def _count_kept(segment: Segment) -> tuple[int, int]:
    """How many products and how many processes are set for the segment; one query."""
    counts = [
        Coalesce(Subquery(rows.order_by().values("segment").annotate(n=Count("pk")).values("n"), IntegerField()), 0)
        for rows in (
            SegmentProduct.objects.filter(segment=OuterRef("pk")),
            Process.objects.filter(segment=OuterRef("pk")),
        )
    ]
    found: tuple[int, int] = Segment.objects.filter(pk=segment.pk).values_list(*counts).get()
    return found


DRAWN = {"sales_12m": "sales_spread", "contribution_12m": "contribution_spread"}


def _draw_line(criteria: dict[str, Any], in_force: dict[str, Any]) -> tuple[Histogram | None, Metric | None]:
    """Where the rule's line falls among all customers of the last evening, where it draws one in money; one query."""
    new = find_line(criteria, tuple(DRAWN))
    if new is None:
        return None, None
    old = find_line(in_force, (new.metric,)) if in_force else None
    rows = SegmentDay.objects.filter(team=None).order_by("-day")
    last = rows.values("day")[:1]
    spread = merge_spreads(rows.filter(day=last).values_list(DRAWN[new.metric], flat=True))
    return draw_histogram(spread, new=new, old=old), METRICS.get(new.metric)


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


def build_version(rule: SegmentRule, *, on: date, with_dry_run: bool = True) -> VersionShown:
    """An earlier version, what differs from the one in force, and who would move if it came back."""
    draft, published = find_draft_and_published(rule.segment)
    changes = list_changes(published.criteria, rule.criteria) if published else []
    is_retired = rule.state == SegmentRule.State.RETIRED
    is_in_force_again = is_retired and published is not None and published.criteria == rule.criteria
    may_come_back = is_retired and not is_in_force_again
    dry_run, too_slow = None, False
    if may_come_back and with_dry_run:
        dry_run, too_slow = _try(rule.segment, rule.criteria, on=on, show="all")
    is_counting = may_come_back and not with_dry_run
    lost = draft if may_come_back else None
    words = read_aloud(rule.criteria)
    return VersionShown(
        rule, words, changes, may_come_back, dry_run, too_slow, is_counting, lost, is_in_force_again=is_in_force_again
    )


@dataclass
class Comparison:
    """Two versions of one segment's rule, each in words, and what differs."""

    segment: Segment
    versions: list[SegmentRule]
    old: SegmentRule | None
    new: SegmentRule | None
    old_reading: str
    new_reading: str
    changes: list[Difference]


def compare_versions(segment: Segment, *, old: str, new: str) -> Comparison:
    """Versions by their numbers as typed; what cannot be read is the one in force and the one before it."""
    versions = list(segment.rules.select_related("published_by").order_by("-version"))
    by_number = {str(rule.version): rule for rule in versions}
    second = by_number.get(new) or next(iter(versions), None)
    earlier = [rule for rule in versions if second and rule.version < second.version]
    first = by_number.get(old) or next(iter(earlier), None)
    words = [rule.criteria if rule else {} for rule in (first, second)]
    changes = list_changes(*words) if first and second else []
    return Comparison(segment, versions, first, second, read_aloud(words[0]), read_aloud(words[1]), changes)
