"""``{% load segments %}``: clocks of steps."""

from django import template

from segments.process_editor import format_clock

register = template.Library()


@register.filter
def step_clock(hours: int) -> str:
    """``{{ step.clock_hours|step_clock }}``: ``4 h``, ``2 d``."""
    return format_clock(hours)
