"""The pages that measure how well we do, as tabs."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def list_measure_tabs(current: str) -> list[dict[str, Any]]:
    """How right the forecasts were, and how much of the data can be relied on."""
    tabs = [
        {"key": "back-test", "label": _("How right were we?"), "url": reverse("home:back-test")},
        {"key": "health", "label": _("Data health"), "url": reverse("home:data-health")},
    ]
    return [{**tab, "current": tab["key"] == current} for tab in tabs]
