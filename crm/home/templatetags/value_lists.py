"""``{% load value_lists %}``: tabs of the lists of the best and the worst, and what they say before the first night."""

from typing import Any

from django import template

from crm.home.value_lists import list_tabs
from segments.models import CurrentScore

register = template.Library()


@register.simple_tag(takes_context=True)
def value_list_tabs(context: dict[str, Any], current: str) -> list[dict[str, Any]]:
    """``{% value_list_tabs "segments:pin-report" as tabs %}``: the lists the reader may open."""
    return list_tabs(context["request"].user, current=current)


@register.simple_tag
def no_figures_yet() -> bool:
    """``{% no_figures_yet as young %}``, for a list that is empty: nobody was scored yet, so it says nothing about
    anybody. One query."""
    return not CurrentScore.objects.exists()
