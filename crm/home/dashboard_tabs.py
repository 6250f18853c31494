"""The pages about segments, as tabs that carry along what the reader looks at."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.home.dashboard_choice import Choice
from segments.models import ClusterProposal


def list_tabs(current: str, choice: Choice) -> list[dict[str, Any]]:
    """Overview, then and now, movement, process fit, new groups, and the lists of the best and the worst."""
    query = f"?{choice.query}" if choice.query else ""
    tabs: list[dict[str, Any]] = [
        {"key": "overview", "label": _("Overview"), "url": reverse("home:segment-dashboard") + query},
        {"key": "comparison", "label": _("Then and now"), "url": reverse("home:segment-comparison") + query},
        {"key": "movement", "label": _("Movement"), "url": reverse("home:segment-movement") + query},
        {"key": "fit", "label": _("Process fit"), "url": reverse("home:process-fit") + query},
    ]
    waiting = ClusterProposal.objects.filter(state=ClusterProposal.State.OPEN)[:9].count()
    groups_url = reverse("home:cluster-proposal-list")
    tabs.append({"key": "groups", "label": _("New groups"), "url": groups_url, "count": waiting or None})
    tabs.append({"key": "lists", "label": _("Lists"), "url": reverse("home:most-valuable")})
    below_zero = reverse("home:below-zero") + (f"?{choice.team_query}" if choice.team_query else "")
    tabs.append({"key": "below-zero", "label": _("Below zero"), "url": below_zero})
    for tab in tabs:
        tab["current"] = tab["key"] == current
    return tabs
