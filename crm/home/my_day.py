"""My day: one list, most value at risk first, and what stands around it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_htmx.http import push_url, replace_url

from crm.core.absence_planning import list_absences, list_stood_in_for
from crm.core.business_calendar import AwayDays, company_calendar
from crm.core.formats import format_day
from crm.core.local_time import company_day, in_company_days
from crm.core.models import Role, User
from crm.core.row_addresses import row_address
from crm.home.heard_list import count_own_heard
from crm.home.my_day_drawing import draw_acts, draw_row
from crm.home.my_day_reading import SHOWN, with_customer
from crm.home.waiting_tasks import find_waiting
from customers.rules.heard_changed import HeardMonth
from interactions.alert_wording import explain_alert_now
from interactions.conversation import continue_conversation
from interactions.forms import InteractionForm
from interactions.models import Interaction, Task
from interactions.task_handling import MANAGER_SOURCE

PAGE = 12
ORDER = ("-rank", "due_at", "pk")
MAY_ACT = "interactions.change_task"
ASIDE_ROWS = 5
_KINDS = Task.Kind
TABS = [
    ("", _("All"), None),
    ("alerts", _("Alerts"), _KINDS.ALERT),
    ("steps", _("Steps"), _KINDS.STEP),
    ("follow-ups", _("Follow-ups"), _KINDS.FOLLOW_UP),
    ("promises", _("Promises"), _KINDS.PROMISE),
    ("complaints", _("Complaints"), _KINDS.COMPLAINT),
]
LATE = "late"


@dataclass
class MyDay:
    """The list and its figures; ``stake_cents`` counts a customer once. ``absences`` are those of the day."""

    tasks: list[Task]
    next_after: str
    counts: dict[str, int]
    stake_cents: int
    late: int
    absences: list[AwayDays]
    tab: str = ""
    is_team: bool = False

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The filter with its counts; kinds of which nothing waits are left out, but the chosen one stays."""
        shown = [
            {"key": key, "label": label, "count": self.counts[key], "current": key == self.tab}
            for key, label, _k in TABS
        ]
        if self.tab == LATE:
            shown.append({"key": LATE, "label": _("Late"), "count": self.late, "current": True})
        return [tab for tab in shown if tab["count"] or tab["current"] or not tab["key"]]


@dataclass
class AroundMyDay:
    """The right column: who was talked to in time, what the team missed, what others owe us, what is done."""

    absences: list[str] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)
    overdue: int = 0
    missed: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    done_count: int = 0
    heard: list[HeardMonth] = field(default_factory=list)


@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """The start page; fragments are one row, the next rows, or what changes after an act."""
    now = timezone.now()
    target = request.htmx.target if request.htmx and not request.htmx.boosted else ""
    if target and target.startswith("task-"):
        return _show_rows(request, now=now)
    is_team = request.GET.get("whose") == "team" and request.user.role in {Role.MANAGER, Role.ADMIN, Role.EXECUTIVE}
    day = build_day(
        request.user,
        at=now,
        tab=request.GET.get("tab", ""),
        after=request.GET.get("after", ""),
        is_team=is_team,
        opened=request.GET.get("open", ""),
    )
    context: dict[str, Any] = {"day": day, "now": now}
    if target == "my-day-more":
        return render(request, "home/my_day_rows.html", context)
    context["around"] = look_around(request.user, at=now, absences=day.absences)
    if target == "my-day-around":
        return _replace_address(request, day, render(request, "home/my_day_changed.html", context))
    return render(request, "home/my_day.html", context | _open(request, day.tasks, now=now))


def _replace_address(request: HttpRequest, day: MyDay, response: HttpResponse) -> HttpResponse:
    """A row that is done is not to open again with the page's address."""
    here = parse_qs(urlsplit(request.htmx.current_url or "").query)
    opened = here.pop("open", [""])[0]
    if not opened or any(str(task.pk) == opened for task in day.tasks):
        return response
    rest = urlencode({key: values[0] for key, values in here.items()})
    return replace_url(response, f"{request.path}?{rest}" if rest else request.path)


def build_day(
    user: User, *, at: datetime, tab: str = "", after: str = "", is_team: bool = False, opened: str = ""
) -> MyDay:
    """The list from the place ``after`` on, and the figures of its head; five queries. ``opened`` is the task whose
    row is open, for which whole records are read."""
    absences = list_absences(on=company_day(at))
    waiting = find_waiting(user, at=at, is_team=is_team, absences=absences)
    counts, stake, late = _measure(waiting, at=at)
    kind = next((kind for key, _label, kind in TABS if key == tab and key), None)
    shown = waiting.filter(kind=kind) if kind else waiting.filter(due_at__lt=at) if tab == LATE else waiting
    place = _read_place(after)
    if place is not None:
        rank, due_at, pk = place
        shown = shown.filter(
            Q(rank__lt=rank) | Q(rank=rank, due_at__gt=due_at) | Q(rank=rank, due_at=due_at, pk__gt=pk)
        )
    # Found by themselves, the few are joined with all they show: else a team's thousands are, before they are sorted.
    # Asked for within the other statement, they cost it twice the planning.
    first = list(shown.order_by(*ORDER).values_list("pk", flat=True)[: PAGE + 1])
    rows = with_customer(Task.objects.filter(pk__in=first)).order_by(*ORDER)
    tasks = list(rows if opened else rows.only(*SHOWN))
    next_after = _write_place(tasks[PAGE - 1]) if len(tasks) > PAGE else ""
    shown_tasks = _describe(tasks[:PAGE], user=user, at=at, opened=opened, is_team=is_team)
    return MyDay(
        shown_tasks, next_after, counts, stake, late, absences, tab=tab if kind or tab == LATE else "", is_team=is_team
    )


def _describe(tasks: list[Task], *, user: User, at: datetime, opened: str, is_team: bool = False) -> list[Task]:
    """Each task learns its acts, why it is there by today's figures, which complaint it is of, if any, and its row."""
    today, may_act = company_day(at), user.has_perm(MAY_ACT)
    for task in tasks:
        row: Any = task
        copied = task.source.removeprefix(MANAGER_SOURCE) if task.source.startswith(MANAGER_SOURCE) else ""
        alert_id = task.alert_id or copied
        row.why_url = row_address("interactions:alert-why", int(alert_id)) if alert_id else ""
        for act in ("snooze", "hand_over", "done"):
            setattr(row, f"{act}_url", row_address(f"interactions:task-{act.replace('_', '-')}", task.pk))
        parts = task.source.split(":")
        is_complaint = task.kind == _KINDS.COMPLAINT and len(parts) > 1 and parts[1].isdecimal()
        row.complaint_pk = int(parts[1]) if is_complaint else None
        if task.alert is not None:
            row.why = explain_alert_now(task.alert, score=getattr(task.customer, "score", None), on=today)
        if row.twin_of:
            said = _("You were told; the task is %(name)s’s.") if copied else _("%(name)s was told too.")
            row.why = f"{row.why} {said % {'name': row.twin_of}}".strip()
        row.acts = draw_acts(row, may_act=may_act)
        row.cells = draw_row(row, reader=user, is_open=str(row.pk) == opened, is_team=is_team)
    return tasks


def look_around(user: User, *, at: datetime, absences: list[AwayDays]) -> AroundMyDay:
    """The right column; three queries, four for a stand-in, one more for a manager, and once a minute one for what was
    heard."""
    coverage = measure_coverage(user, at=at)
    overdue = sum(row["of"] - row["in_time"] for row in coverage)
    return AroundMyDay(
        _tell_absences(user, absences, on=company_day(at)),
        coverage,
        overdue,
        list_missed(user, at=at),
        _list_waiting_for(user),
        *_list_done(user, at=at),
        heard=count_own_heard(user),
    )


def list_missed(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """What colleagues in the teams that ``user`` manages have let pass by a day or more: how many of each, the most
    late first. What was missed comes to the manager by itself."""
    if user.role != Role.MANAGER:
        return []
    since_yesterday = company_calendar().start_of_day(company_day(at))
    missed = find_waiting(user, at=at, is_team=True).filter(due_at__lt=since_yesterday).exclude(assignee=user.pk)
    by_colleague = missed.order_by().values("assignee", "assignee__name", "assignee__email")
    counted = by_colleague.annotate(tasks=Count("pk"), oldest=Min("due_at")).order_by("-tasks", "oldest")
    return [{**row, "name": row["assignee__name"] or row["assignee__email"]} for row in counted[:ASIDE_ROWS]]


def _list_waiting_for(user: User) -> list[dict[str, Any]]:
    """What others are to do for customers of ``user``, the first few; asked in SQL, as ``_list_done``."""
    with connection.cursor() as cursor:
        # Found by themselves, the few are joined with all they show: else every open task is, before one is left out.
        # And found before they are sorted (OFFSET 0 keeps that order): of a rep to whom nobody owes much, the open
        # tasks of everybody would be walked in the order of their clocks. The manager is told of an alert, but the
        # work is the owner's.
        cursor.execute(
            """
            SELECT coalesce(nullif(u.name, ''), u.email) AS assignee, t.title, c.name AS customer, t.due_at
            FROM (
                SELECT * FROM (
                    SELECT t.id, t.assignee_id, t.customer_id, t.title, t.due_at
                    FROM interactions_task t JOIN customers_customer c ON c.id = t.customer_id
                    WHERE t.state = %(open)s AND c.owner_id = %(user)s AND t.assignee_id <> %(user)s
                        AND t.source NOT LIKE 'alert-manager:%%'
                    OFFSET 0
                ) found ORDER BY due_at, id LIMIT %(rows)s
            ) t
            JOIN customers_customer c ON c.id = t.customer_id JOIN core_user u ON u.id = t.assignee_id
            ORDER BY t.due_at, t.id
            """,
            {"user": user.pk, "open": Task.State.OPEN, "rows": ASIDE_ROWS},
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _tell_absences(user: User, everybody: list[AwayDays], *, on: date) -> list[str]:
    """Whose work is shown here as well, and that one's own is done by somebody else, in sentences."""
    absences = {absence.user_id: absence for absence in everybody}
    others = list_stood_in_for(user, on=on, absences=absences.values())
    own = absences.get(user.pk)
    names = User.objects.in_bulk([*others, own.stand_in_id or 0] if own else others) if own or others else {}

    def until(user_id: int) -> str:
        return format_day(absences[user_id].last_day, today=on)

    said = [_("You stand in for %(name)s until %(day)s.") % {"name": names[pk].name, "day": until(pk)} for pk in others]
    if own is not None:
        does = names.get(own.stand_in_id or 0)
        words = {"day": until(user.pk), "name": does.name if does else ""}
        said.insert(
            0,
            (_("You are away until %(day)s; %(name)s stands in.") if does else _("You are away until %(day)s."))
            % words,
        )
    return said


def measure_coverage(user: User, *, at: datetime) -> list[dict[str, Any]]:
    """Of the customers ``user`` owns: how many were talked to within their segment's rhythm, by segment.

    Nobody ever spoke to and known for less than a rhythm is in time too, as ``judge_cadence`` has it. Asked so that
    indexes answer it: thousands of rows of customers would be read to find that none is archived.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            in_company_days("""
            SELECT g.name, g.mark, g.cadence_days, count(*) AS of, count(*) FILTER (WHERE CASE
                WHEN talk.happened_at IS NULL THEN coalesce(
                    (SELECT s.first_day FROM segments_current_score s WHERE s.customer_id = c.id), m.since
                ) >= %(today)s::date - g.cadence_days
                ELSE talk.happened_at >= start_of(%(today)s::date - g.cadence_days) END) AS in_time
            FROM customers_customer c
            JOIN segments_membership m ON m.customer_id = c.id AND m.until IS NULL
            JOIN segments_segment g ON g.id = m.segment_id
            LEFT JOIN LATERAL (
                SELECT i.happened_at FROM interactions_interaction i WHERE i.customer_id = c.id
                    AND (i.outcome = 'talked' OR i.direction = 'in' OR i.channel IN ('mail', 'chat'))
                ORDER BY i.happened_at DESC LIMIT 1
            ) talk ON true
            WHERE c.owner_id = %(user)s AND g.cadence_days IS NOT NULL
                AND NOT EXISTS (SELECT FROM customers_customer a WHERE a.id = c.id AND a.archived_at IS NOT NULL)
            GROUP BY g.id ORDER BY g.priority
            """),
            {"user": user.pk, "today": company_day(at)},
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"share": row["in_time"] / row["of"]} for row in rows]


def _measure(waiting: QuerySet[Task], *, at: datetime) -> tuple[dict[str, int], int, int]:
    """Counts by tab, what is at stake with each customer counted once, and how many are past their clock."""
    each = waiting.order_by().values("customer_id", "kind", "at_stake_cents", "due_at")
    try:
        found, asked = each.query.sql_with_params()
    except EmptyResultSet:
        return {key: 0 for key, _label, _kind in TABS}, 0, 0
    kinds = [kind.value for kind in _KINDS]
    # Only the names of columns are put together here; every value goes as a parameter.
    counted_kinds = ", ".join(f"count(*) FILTER (WHERE kind = %s) AS k{nth}" for nth in range(len(kinds)))
    of_customers = f"""SELECT {counted_kinds}, max(at_stake_cents) AS stake, count(*) FILTER (WHERE due_at < %s) AS late
        FROM ({found}) AS waiting GROUP BY customer_id"""  # noqa: S608
    sums = ", ".join(f"sum(k{nth})" for nth in range(len(kinds)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sums}, sum(stake), sum(late) FROM ({of_customers}) AS of_customers",  # noqa: S608
            [*kinds, at, *asked],
        )
        *counted, stake, late = (int(sum_ or 0) for sum_ in cursor.fetchone())
    by_kind = dict(zip(kinds, counted, strict=True))
    counts = {key: by_kind[kind.value] for key, _label, kind in TABS if kind}
    return counts | {"": sum(counts.values())}, stake, late


def _list_done(user: User, *, at: datetime) -> tuple[list[dict[str, Any]], int]:
    """The latest contacts logged and tasks closed today, and how many there are; asked in SQL, which costs a tenth of
    two querysets."""
    zone = company_calendar().zone
    today = timezone.localtime(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            (SELECT i.happened_at, i.channel, '', c.name, i.minutes, count(*) OVER ()
                FROM interactions_interaction i JOIN customers_customer c ON c.id = i.customer_id
                WHERE i.logged_by_id = %(user)s AND i.happened_at >= %(today)s
                ORDER BY i.happened_at DESC, i.id DESC LIMIT %(rows)s)
            UNION ALL
            (SELECT t.closed_at, '', t.title, c.name, 0, count(*) OVER ()
                FROM interactions_task t JOIN customers_customer c ON c.id = t.customer_id
                WHERE t.closed_by_id = %(user)s AND t.closed_at >= %(today)s AND t.closed_with_id IS NULL
                    AND t.state = %(done)s
                ORDER BY t.closed_at DESC LIMIT %(rows)s)
            ORDER BY 1 DESC
            """,
            {"user": user.pk, "today": today, "done": Task.State.DONE, "rows": ASIDE_ROWS},
        )
        found = cursor.fetchall()
    count = sum({bool(channel): of_kind for _when, channel, *_told, of_kind in found}.values())
    done = [
        {
            "at": when,
            "what": Interaction.Channel(channel).label if channel else title,
            "customer": name,
            "minutes": took,
        }
        for when, channel, title, name, took, _of_kind in found[:ASIDE_ROWS]
    ]
    return done, count


def _open(request: HttpRequest, tasks: list[Task], *, now: datetime) -> dict[str, Any]:
    """What the open row needs: the conversation and the log box of the task in ``?open=``."""
    opened = next((task for task in tasks if str(task.pk) == request.GET.get("open")), None)
    if opened is None:
        return {}
    customer = opened.customer
    return {
        "opened": opened.pk,
        "conversation": continue_conversation(customer, at=now),
        "form": InteractionForm(customer=customer, user=request.user, at=now, answers=opened, place="row"),
    }


def _show_rows(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """The row that was opened or closed; the one that stood open before closes with it."""
    wanted = [request.GET.get("open", ""), request.GET.get("close", "")]
    here = {key: values[0] for key, values in parse_qs(urlsplit(request.htmx.current_url or "").query).items()}
    before = here.pop("open", "")
    pks = [int(raw) for raw in {*wanted, before} if raw.isdecimal() and len(raw) < 18]
    shown = with_customer(Task.objects.visible_to(request.user).open().filter(pk__in=pks))
    tasks = _describe(list(shown), user=request.user, at=now, opened=wanted[0])
    main = request.htmx.target.removeprefix("task-")
    is_there = any(str(task.pk) == main for task in tasks)
    context: dict[str, Any] = {
        "rows": sorted(tasks, key=lambda task: str(task.pk) != main),
        "main": int(main) if main.isdecimal() else 0,
        "now": now,
    }
    if not is_there and main.isdecimal() and len(main) < 18:  # answered meanwhile, by whomever
        known = Task.objects.visible_to(request.user).select_related("customer", "closed_by")
        context["gone"] = known.filter(pk=main).first() or Task(pk=main)
    response = render(request, "home/my_day_opened.html", context | _open(request, tasks, now=now))
    state = here | ({"open": wanted[0]} if wanted[0] and is_there else {})
    return push_url(response, f"{request.path}?{urlencode(state)}" if state else request.path)


def _write_place(task: Task) -> str:
    return f"{task.rank!r}_{task.due_at.isoformat()}_{task.pk}"


def _read_place(raw: str) -> tuple[float, datetime, int] | None:
    """A place in the list from the address; None for anything that is none."""
    try:
        rank, due_at, pk = raw.replace(" ", "+").split("_")
        moment = datetime.fromisoformat(due_at)
        found = float(rank), moment, int(pk)
    except ValueError:
        return None
    return found if moment.tzinfo is not None and 0 < found[2] < 2**63 else None
