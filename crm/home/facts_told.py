"""What customers told us: how it came to us and how old it is, and which of our questions are answered.

Everything there is has to be read for it, so the figures are kept for an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.models import Role, Team, User
from crm.core.row_visibility import SEES_ALL
from crm.home.dashboard_choice import read_choice
from crm.home.data_health import may_look
from customers.models import ProfileFact, QuestionAsking
from customers.question_asking import AnswerRate

KEPT_SECONDS = 3600
MOST_QUESTIONS = 20
ORIGINS = {
    "asked": gettext_lazy("Answers to our questions"),
    "told": gettext_lazy("Told by somebody we know"),
    "noted": gettext_lazy("Noted by a colleague"),
    "partner": gettext_lazy("Noted by a partner"),
    "file": gettext_lazy("From elsewhere"),
}
AGES = (("fresh", 182), ("year", 365), ("old", 730))
COLUMNS = ("fresh", "year", "old", "oldest", "over")


@dataclass(frozen=True)
class OriginRow:
    """Facts of one origin by age (``COLUMNS``), the newest of each label alone."""

    label: Any
    counts: list[int]
    total: int


@dataclass(frozen=True)
class QuestionRow:
    """A question with what came of it."""

    text: str
    rate: AnswerRate


@require_GET
@may_look
def facts_told(request: HttpRequest) -> HttpResponse:
    """Facts by origin and age, and questions by answer: fetched into data health, a page of its own without script."""
    user: Any = request.user
    today = company_day(timezone.now())
    choice = read_choice(request, today=today)
    context = {
        "facts": count_facts(user, team=choice.team, on=today),
        "questions": count_answers(user, team=choice.team),
        "heads": [_("6 months"), _("A year"), _("2 years"), _("Older"), _("No longer sure")],
        "may_edit": user.has_perm("core.change_settings"),
    }
    name = "home/facts_told.html"
    return render(request, f"{name}#card" if request.htmx else name, context)


def count_facts(user: User, *, team: Team | None, on: date) -> list[OriginRow]:
    """By origin and age on the local day ``on``, the sum of all last; empty where nothing is known."""
    key = _name_key("facts-told", user, team)
    counts: dict[tuple[str, str], int] | None = cache.get(key)
    if counts is None:
        counts = _count_facts(_narrow(ProfileFact.objects.visible_to(user), team), on=on)
        cache.set(key, counts, KEPT_SECONDS)
    rows = [_make_row(label, [counts.get((origin, age), 0) for age in COLUMNS]) for origin, label in ORIGINS.items()]
    rows = [row for row in rows if row.total]
    columns = zip(*(row.counts for row in rows), strict=True)
    return [*rows, _make_row(_("All"), [sum(column) for column in columns])] if rows else []


def _count_facts(facts: QuerySet[Any], *, on: date) -> dict[tuple[str, str], int]:
    origin = Case(
        When(asked_by__role=Role.PARTNER, then=Value("partner")),
        When(asking__isnull=False, then=Value("asked")),
        When(person__isnull=False, then=Value("told")),
        When(asked_by__isnull=False, then=Value("noted")),
        default=Value("file"),
        output_field=CharField(),
    )
    whens = [When(told_on__gt=on - timedelta(days=days), then=Value(name)) for name, days in AGES]
    age = Case(When(valid_until__lt=on, then=Value("over")), *whens, default=Value("oldest"), output_field=CharField())
    newest = facts.filter(withdrawn_on=None, told_on__lte=on).order_by("customer_id", "label", "-told_on", "-id")
    each = newest.distinct("customer_id", "label").annotate(origin=origin, age=age).values("origin", "age")
    sql, params = each.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT origin, age, count(*) FROM ({sql}) AS fact GROUP BY 1, 2", params)  # noqa: S608
        return {(came, old): times for came, old, times in cursor.fetchall()}


def _make_row(label: Any, counts: Sequence[int]) -> OriginRow:
    return OriginRow(label, list(counts), sum(counts))


def count_answers(user: User, *, team: Team | None) -> list[QuestionRow]:
    """The questions asked most often, with what came of each."""
    key = _name_key("questions-answered", user, team)
    found: list[QuestionRow] | None = cache.get(key)
    if found is None:
        outcomes = {outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in QuestionAsking.Outcome}
        askings = _narrow(QuestionAsking.objects.visible_to(user), team).order_by()
        rows = askings.values(text=F("question__text")).annotate(**outcomes, times=Count("pk"))
        found = [
            QuestionRow(row["text"], AnswerRate(**{name: row[name] for name in outcomes}))
            for row in rows.order_by("-times", "text")[:MOST_QUESTIONS]
        ]
        cache.set(key, found, KEPT_SECONDS)
    return found


def _narrow(rows: QuerySet[Any], team: Team | None) -> QuerySet[Any]:
    rows = rows.filter(customer__archived_at=None)
    return rows.filter(customer__team=team) if team is not None else rows


def _name_key(name: str, user: User, team: Team | None) -> str:
    """One copy for all who see the same customers."""
    return f"{name}:{'all' if user.role in SEES_ALL else user.pk}:{team.pk if team else ''}"
