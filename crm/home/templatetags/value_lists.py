"""``{% load value_lists %}``: the tabs of the lists of the best and the worst, for a page of a lower app among them."""

from typing import Any

from django import template

from crm.home.value_lists import list_tabs

register = template.Library()


@register.simple_tag(takes_context=True)
def value_list_tabs(context: dict[str, Any], current: str) -> list[dict[str, Any]]:
    """``{% value_list_tabs "segments:pin-report" as tabs %}``: the lists the reader may open."""
    return list_tabs(context["request"].user, current=current)
