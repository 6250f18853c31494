"""Who moved from which segment to which, between any two days: drawn, as a table, and by name."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.local_time import company_day
from crm.core.table_export import KINDS, ExportTable, export_tables
from crm.home.dashboard_choice import Choice, read_choice
from crm.home.dashboard_tabs import list_tabs
from crm.home.move_chart import draw_moves
from crm.home.segment_summary import scope_of
from segments.membership_moves import Moves, count_moves
from segments.models import Segment, SegmentChange

MOST_EXACT_MOVES = 20_000
CHANGES_SHOWN = 15


@dataclass
class MoveRow:
    """From one segment (None: from none) to each of the others; ``cells`` are (customers, query of their list)."""

    segment: Segment | None
    cells: list[tuple[int, str]]
    total: tuple[int, str]


@dataclass
class Movement:
    """Everything the page shows; ``to`` are the segments that stand in the head of the table, ``every`` is all."""

    moves: Moves
    to: list[Segment]
    rows: list[MoveRow]
    totals: list[tuple[int, str]]
    every: tuple[int, str]
    pairs: list[tuple[Segment | None, Segment, int, str]]


@permission_required("segments.view_dashboard", raise_exception=True)
def segment_movement(request: HttpRequest) -> HttpResponse:
    """From any day to any day; the figures of the choice stand in the query string."""
    today = company_day(timezone.now())
    choice, movement = read_movement(request, today=today)
    moves = movement.moves
    drawn = [((was.name, was.mark), (to.name, to.mark), n) for was, to, n, _query in movement.pairs if was]
    context = {
        "choice": choice,
        "tabs": list_tabs("movement", choice),
        "today": today,
        "movement": movement,
        "moves": draw_moves(drawn),
        "changes": list_changes(request, choice, moves) if moves.is_exact else [],
    }
    return render(request, "home/segment_movement.html", context)


@permission_required("segments.view_dashboard", raise_exception=True)
def movement_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The table of the page as a file; 404 before the first night."""
    choice, movement = read_movement(request, today=company_day(timezone.now()))
    if kind not in KINDS or choice.day is None:
        raise Http404
    rows = [[row.segment.name if row.segment else _("came"), *_count(row.cells), row.total[0]] for row in movement.rows]
    rows.append([_("All"), *_count(movement.totals), movement.every[0]])
    since, until = movement.moves.since.isoformat(), movement.moves.until.isoformat()
    title = _("Moves %(since)s to %(until)s") % {"since": since, "until": until}
    head = [_("From"), *(segment.name for segment in movement.to), _("All")]
    name = f"moves-{since}-{until}" + (f"-{choice.team.name}" if choice.team else "")
    return export_tables([ExportTable(title, head, rows)], name=name, kind=kind)


def _count(cells: list[tuple[int, str]]) -> list[int]:
    return [n for n, _query in cells]


def read_movement(request: HttpRequest, *, today: date) -> tuple[Choice, Movement]:
    """What the query asks for: whose customers, and who of them moved between its two days."""
    choice = read_choice(request, today=today)
    until = min(_read_until(request, choice, today=today), today)
    scope = scope_of(request.user, choice.teams, team=choice.team)
    moves = count_moves(since=min(choice.since, until), until=until, teams=scope, most=MOST_EXACT_MOVES)
    return choice, build_movement(moves, team_query=choice.team_query)


def _read_until(request: HttpRequest, choice: Choice, *, today: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        return choice.day or today


def build_movement(moves: Moves, *, team_query: str = "") -> Movement:
    """The counts as a table with a list behind each of them; one query."""
    segments = list(Segment.objects.order_by("is_fallback", "priority", "pk"))
    keys: dict[int | None, str] = {None: "none", **{segment.pk: segment.key for segment in segments}}

    def ask(was: str, becomes: str) -> str:
        move = {"moved": f"{was}.{becomes}.{moves.since.isoformat()}.{moves.until.isoformat()}"}
        return f"?{urlencode(move)}{f'&{team_query}' if team_query else ''}"

    to = [segment for segment in segments if any(becomes == segment.pk for _was, becomes in moves.counts)]
    rows = []
    for was in [*segments, None]:
        key = was.pk if was else None
        cells = [(moves.counts.get((key, one.pk), 0), ask(keys[key], one.key)) for one in to]
        if any(n for n, _query in cells):
            rows.append(MoveRow(was, cells, (sum(n for n, _query in cells), ask(keys[key], "any"))))
    totals = [(sum(row.cells[place][0] for row in rows), ask("any", one.key)) for place, one in enumerate(to)]
    named = {segment.pk: segment for segment in segments}
    ordered = sorted(moves.counts.items(), key=lambda item: -item[1])
    pairs = [
        (named.get(was) if was else None, named[becomes], n, ask(keys[was], keys[becomes]))
        for (was, becomes), n in ordered
    ]
    every = (sum(n for n, _query in totals), ask("any", "any"))
    return Movement(moves, to, rows, totals, every, pairs)


def list_changes(request: HttpRequest, choice: Choice, moves: Moves) -> Any:
    """The moves by name, most at stake first."""
    changes = SegmentChange.objects.visible_to(request.user).filter(
        day__gt=moves.since, day__lte=moves.until, from_segment__isnull=False, customer__archived_at=None
    )
    if choice.team is not None:
        changes = changes.filter(customer__team=choice.team)
    related = changes.select_related("customer__score", "customer__owner", "from_segment", "to_segment")
    return related.order_by("-customer__score__at_stake_cents", "-pk")[:CHANGES_SHOWN]
