"""``{% load segments %}``: clocks of steps, and the figures a condition can be about."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.core.metric_catalogue import Metric
from segments.criteria_reading import name_lost_metrics
from segments.process_editor import format_clock

register = template.Library()


@register.filter
def step_clock(hours: int) -> str:
    """``{{ step.clock_hours|step_clock }}``: ``4 h``, ``2 d``."""
    return format_clock(hours)


@register.simple_tag
def metric_options(groups: Sequence[tuple[str, Sequence[Metric]]], chosen: str) -> SafeString:
    """``{% metric_options editor.metrics row.metric %}``: every figure by group; drawn here, since each row of a rule
    has a hundred of them."""
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        (
            (
                label,
                format_html_join(
                    "",
                    '<option value="{}"{}>{}</option>',
                    ((one.name, " selected" if one.name == chosen else "", one.label) for one in metrics),
                ),
            )
            for label, metrics in groups
        ),
    )


@register.simple_tag
def lost_metrics(criteria: dict[str, Any]) -> str:
    """What a kept condition asks for that is gone or of another kind, with commas; "" for one that can be used."""
    return ", ".join(name_lost_metrics(criteria))
