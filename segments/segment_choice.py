"""Which segment each customer belongs to, as SQL: a pin in force first, then the first rule that holds, else the rest.

Everybody at once in one statement: the night, the dry run and a single pin all ask the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from crm.core.metric_catalogue import METRICS
from segments.models import Segment, SegmentRule
from segments.rules.criteria import Criteria, compile_criteria, find_problems

PIN_JOIN = """LEFT JOIN LATERAL (
    SELECT p.id, p.segment_id FROM segments_pin p JOIN segments_segment ps ON ps.id = p.segment_id
    WHERE p.customer_id = c.id AND p.ended_at IS NULL AND p.expires_on >= %(today)s::date AND ps.archived_at IS NULL
    ORDER BY p.id DESC LIMIT 1
) pin ON true"""


class NoFallbackSegment(Exception):
    """No segment takes those for whom no rule holds."""


@dataclass(frozen=True)
class SegmentChoice:
    """Expressions over ``FROM customers_customer c <joins>``: ``by_rule`` is the id of the segment that the rules give,
    ``chosen`` the one that counts (a pin wins), ``pin.id`` the pin. ``rules`` maps segment ids to the rule asked,
    ``segments`` every id to its segment, those put away too."""

    by_rule: str
    chosen: str
    joins: str
    params: dict[str, Any]
    rules: dict[int, SegmentRule]
    segments: dict[int, Segment]


def build_segment_choice(*, on: date, drafts: Mapping[int, Criteria] | None = None) -> SegmentChoice:
    """The choice as the published rules make it on ``on``; ``drafts`` (segment id → rule) replace some of them.

    A rule that can no longer be used (a figure it asks for is gone) holds for nobody. Raises ``NoFallbackSegment``.
    """
    known = {segment.pk: segment for segment in Segment.objects.order_by("priority", "id")}
    segments = [segment for segment in known.values() if segment.archived_at is None]
    published = SegmentRule.objects.filter(state=SegmentRule.State.PUBLISHED, segment__in=segments)
    rules = {rule.segment_id: rule for rule in published}
    fallback = next((segment for segment in segments if segment.is_fallback), None)
    if fallback is None:
        raise NoFallbackSegment(gettext("No segment takes those for whom no rule holds."))
    joins: dict[str, None] = {}
    params: dict[str, Any] = {"today": on}
    cases = []
    for segment in segments:
        criteria = (drafts or {}).get(segment.pk, rules[segment.pk].criteria if segment.pk in rules else {})
        if segment.is_fallback or not criteria or find_problems(criteria, METRICS, for_segment=True):
            continue
        compiled = compile_criteria(criteria, METRICS, today=on, prefix=f"s{segment.pk}_")
        joins.update(dict.fromkeys(compiled.joins))
        params.update(compiled.params)
        cases.append(f"WHEN {compiled.where} THEN {segment.pk}")
    by_rule = f"(CASE {' '.join(cases)} ELSE {fallback.pk} END)" if cases else f"({fallback.pk})"
    return SegmentChoice(
        by_rule=by_rule,
        chosen=f"coalesce(pin.segment_id, {by_rule})",
        joins=" ".join([*joins, PIN_JOIN]),
        params=params,
        rules=rules,
        segments=known,
    )
