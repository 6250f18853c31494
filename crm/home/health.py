"""``/livez``: this process answers. ``/readyz``: everything behind it works too, or which part does not.

A middleware, and the first one: probes come without a login and by address, so no host, session or language counts.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

from crm.core.models import JobRun
from crm.signs_of_life import BEAT, WORKER, read_seconds_since_sign_of_life

WORKER_SILENT_SECONDS = 60
BEAT_SILENT_SECONDS = 180


class HealthMiddleware:
    """Answers the two addresses of the probes and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return JsonResponse({"ok": True})
        if request.path == "/readyz":
            report = examine_parts(at=datetime.now(UTC))
            response = JsonResponse(report, status=200 if report["ok"] else 503)
            response["Cache-Control"] = "no-store"
            return response
        return self.get_response(request)


def examine_parts(*, at: datetime) -> dict[str, Any]:
    """Every part with ``ok`` and what was measured; ``down`` names those that fail. One query, one look at the broker.

    A job that waits long is reported and takes nobody out of service: more workers help it, fewer web servers don't.
    """
    parts: dict[str, dict[str, Any]] = {"web": {"ok": True}}
    parts["database"], jobs = examine_database(at=at)
    parts["broker"], parts["worker"], parts["beat"] = examine_broker()
    down = [name for name, part in parts.items() if not part["ok"]]
    return {"ok": not down, "down": down, **parts, "jobs": jobs}


def examine_database(*, at: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Whether Postgres answers, and how many seconds the oldest due job has been waiting."""
    due = JobRun.objects.filter(state=JobRun.State.WAITING, due_at__lte=at).order_by("due_at", "id")
    try:
        oldest = due.values_list("due_at", flat=True).first()
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}, {"oldest_due_seconds": None}
    seconds = round((at - oldest).total_seconds(), 1) if oldest else 0
    return {"ok": True}, {"oldest_due_seconds": seconds}


def examine_broker() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Whether the broker answers, and how long ago worker and beat were last heard of."""
    try:
        silent = read_seconds_since_sign_of_life(WORKER, BEAT)
    except (RedisError, OSError) as error:
        unknown = {"ok": False, "silent_seconds": None}
        return {"ok": False, "error": type(error).__name__}, unknown, {"ok": False, "lag_seconds": None}
    worker, beat = silent[WORKER], silent[BEAT]
    return (
        {"ok": True},
        {"ok": worker is not None and worker <= WORKER_SILENT_SECONDS, "silent_seconds": worker},
        {"ok": beat is not None and beat <= BEAT_SILENT_SECONDS, "lag_seconds": beat},
    )
