"""Why me? An alert with the figures of its evening, replayed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from interactions.alert_replay import replay
from interactions.models import Alert


@require_GET
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Each condition with that evening's figure, in words, and the same answer worked out again."""
    alerts = Alert.objects.visible_to(request.user).select_related("customer", "trigger", "closed_by")
    alert = get_object_or_404(alerts, pk=pk)
    context = {
        "alert": alert,
        "replay": replay(alert),
        "frame": "interactions/dialog_frame.html" if request.htmx else "interactions/page_frame.html",
    }
    return render(request, "interactions/alert_why.html", context)
