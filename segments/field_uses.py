"""Rules of segments and conditions of triggers that ask for a figure, and what becomes of them without it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.custom_field_uses import FieldUse
from segments.models import SegmentRule, Trigger
from segments.rules.criteria import find_metrics

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


def list_condition_uses(name: str) -> Iterator[FieldUse]:
    """Rules in force, drafts and triggers that ask for the figure ``name``."""
    rules = SegmentRule.objects.filter(state__in=_OF_RULES, segment__archived_at=None).select_related("segment")
    for rule in rules.order_by("segment__priority", "-state"):
        if rule.criteria and name in find_metrics(rule.criteria):
            what, becomes = _OF_RULES[SegmentRule.State(rule.state)]
            yield FieldUse(what, rule.segment.name, reverse("segments:segment-edit", args=[rule.segment_id]), becomes)
    for trigger in Trigger.objects.order_by("name"):
        if trigger.criteria and name in find_metrics(trigger.criteria):
            state = _("Trigger, on") if trigger.is_on else _("Trigger, off")
            becomes = _("notices nobody until its condition is changed")
            yield FieldUse(state, trigger.name, reverse("segments:trigger-edit", args=[trigger.pk]), becomes)
