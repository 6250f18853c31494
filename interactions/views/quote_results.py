"""What becomes of proposals and other processes: by segment and step, what decided the lost ones, what is to come."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.core.models import Role
from interactions.process_overview import WHY_LOST
from interactions.quote_measuring import has_forecast, measure_results
from interactions.rules.quote_forecast import LEAST_DECIDED
from segments.models import Process


@require_GET
def quote_results(request: HttpRequest) -> HttpResponse:
    """A year of one flow, of the reader's own customers or of all he sees."""
    if not request.user.has_perm("interactions.view_task"):
        raise PermissionDenied
    flow = request.GET.get("flow") if request.GET.get("flow") in Process.Flow.values else Process.Flow.PROPOSE
    is_own = request.GET.get("whose", "mine" if request.user.role == Role.REP else "team") == "mine"
    whose = "mine" if is_own else "team"
    results = measure_results(request.user, flow=str(flow), is_own=is_own, at=timezone.now())
    shown = {
        "results": results,
        "flow": flow,
        "flows": [
            {"label": label, "url": f"?flow={value}&whose={whose}", "current": value == flow}
            for value, label in Process.Flow.choices
        ],
        "is_own": is_own,
        "counted": f"?flow={flow}&since={results.since}" + ("&owner=me" if is_own else ""),
        "why_lost": f"&columns={WHY_LOST}",
        "has_forecast": has_forecast(str(flow)),
        "least": LEAST_DECIDED,
    }
    return render(request, "interactions/quote_results.html", shown)
