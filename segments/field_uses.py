"""Rules of segments and conditions of triggers that ask for a figure, and what becomes of them without it."""

from collections import ChainMap
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.metric_catalogue import METRICS, Metric
from customers.custom_field_uses import FieldUse
from segments.models import SegmentRule, Trigger
from segments.rules.criteria import find_metrics, find_problems

_OF_RULES = {
    SegmentRule.State.PUBLISHED: (
        gettext_lazy("Rule in force"),
        gettext_lazy(
            "holds for nobody until it is published anew: in the next night its customers go where later rules say"
        ),
    ),
    SegmentRule.State.DRAFT: (
        gettext_lazy("Draft of a rule"),
        gettext_lazy("stays a draft, and cannot be published before this condition is taken out"),
    ),
}


_GOES_ON = gettext_lazy("goes on: its condition can be asked of the new kind as well")


def does_condition_fit(criteria: Any, becoming: Metric) -> bool:
    """Whether a condition can ask for ``becoming`` in the place of the figure of that name."""
    catalogue = ChainMap({becoming.name: becoming}, METRICS)  # type: ignore[arg-type]
    return all(problem.values.get("name") != becoming.name for problem in find_problems(criteria, catalogue))


def list_condition_uses(name: str, becoming: Metric | None) -> Iterator[FieldUse]:
    """Rules in force, drafts and triggers that ask for the figure ``name``, and what becomes of them when it is gone,
    or ``becoming`` stands in its place."""

    def goes_on(criteria: Any) -> bool:
        return becoming is not None and does_condition_fit(criteria, becoming)

    rules = SegmentRule.objects.filter(state__in=_OF_RULES, segment__archived_at=None).select_related("segment")
    for rule in rules.order_by("segment__priority", "-state"):
        if rule.criteria and name in find_metrics(rule.criteria):
            what, becomes = _OF_RULES[SegmentRule.State(rule.state)]
            becomes = _GOES_ON if goes_on(rule.criteria) else becomes
            yield FieldUse(what, rule.segment.name, reverse("segments:segment-edit", args=[rule.segment_id]), becomes)
    for trigger in Trigger.objects.order_by("name"):
        if trigger.criteria and name in find_metrics(trigger.criteria):
            state = _("Trigger, on") if trigger.is_on else _("Trigger, off")
            becomes = _GOES_ON if goes_on(trigger.criteria) else _("notices nobody until its condition is changed")
            yield FieldUse(state, trigger.name, reverse("segments:trigger-edit", args=[trigger.pk]), becomes)
