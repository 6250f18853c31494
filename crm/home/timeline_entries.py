"""What a line of the timeline says: how each kind of row is read, and where its rows are found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from crm.core.formats import format_money, format_plain_day
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.home.web_interest import has_left_cart, name_visit, tell_visit
from customers.models import Attachment, Note, Order
from interactions.alert_wording import explain_alert
from interactions.models import Alert, Benefit, Interaction, WebEvent, WinBack
from interactions.models.process_run import StepRun
from interactions.web_visit_listing import attach_visits
from segments.models import Pin, SegmentChange

CHANNEL_ICONS = {"call": "phone", "mail": "mail", "visit": "visit", "chat": "message"}


@dataclass
class Entry:
    """One line of the timeline. ``said`` marks the customer's own words; ``day_only`` has no hour to show; ``by`` is
    whoever wrote it, named last in ``who``."""

    at: datetime
    rank: int
    id: int
    icon: str
    what: str
    who: str = ""
    text: str = ""
    tone: str = ""
    url: str = ""
    day_only: bool = False
    said: bool = False
    heading: str = ""
    by: User | None = None
    files: list[Attachment] = field(default_factory=list)
    file_url: str = ""

    @property
    def is_quoted(self) -> bool:
        """The customer's own words, not in quotation marks yet."""
        return self.said and self.text[:1] not in '“"„«'

    @property
    def place(self) -> tuple[datetime, int, int]:
        return (self.at, -self.rank, self.id)


@dataclass(frozen=True)
class Source:
    """A kind of entry: its rows by ids of customers, the field that orders them, and how a row reads; ``prepare`` loads
    for the rows of a page what belongs to each."""

    key: str
    label: str | LazyText
    rank: int
    rows: Callable[[list[int]], QuerySet[Any]]
    moment: str
    read: Callable[[Any], Entry]
    by_day: bool = False
    prepare: Callable[[list[Any]], None] | None = None


def _day_of(moment: datetime) -> str:
    return format_plain_day(timezone.localdate(moment))


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def join_words(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def _read_interaction(row: Interaction) -> Entry:
    words = {
        ("call", "out"): _("Call to %(who)s"),
        ("call", "in"): _("Call from %(who)s"),
        ("mail", "out"): _("Mail to %(who)s"),
        ("mail", "in"): _("Mail from %(who)s"),
        ("visit", "out"): _("Visit with %(who)s"),
        ("visit", "in"): _("Visit of %(who)s"),
        ("chat", "out"): _("Chat with %(who)s"),
        ("chat", "in"): _("Chat from %(who)s"),
    }
    what = words[row.channel, row.direction] % {"who": row.person or _("the company")}
    outcome = "" if row.outcome == Interaction.Outcome.TALKED else row.get_outcome_display()
    minutes = _("%(minutes)s min") % {"minutes": row.minutes} if row.minutes else ""
    icon = CHANNEL_ICONS[row.channel]
    against = _("Against their wish: %(reason)s") % {"reason": row.override_reason} if row.override_reason else ""
    return Entry(
        row.happened_at,
        0,
        row.pk,
        icon,
        what,
        join_words(outcome, minutes, row.logged_by),
        "\n".join(part for part in (row.note, against) if part),
        said=row.direction == "in",
        by=row.logged_by,
    )


def _read_order(row: Order) -> Entry:
    amount = format_money(row.amount_cents, currency=setting("company.currency"), with_cents=True)
    kind = _("Return %(number)s") if row.amount_cents < 0 else _("Order %(number)s")
    lines = _("%(count)s lines") % {"count": row.line_count} if row.line_count > 1 else ""
    url = reverse("customers:order-detail", args=[row.pk])
    tone = "warn" if row.amount_cents < 0 else ""
    what = kind % {"number": row.number}
    return Entry(
        start_of(row.day), 1, row.pk, "box", what, join_words(amount, lines), tone=tone, url=url, day_only=True
    )


def _read_complaint(row: Complaint) -> Entry:
    what = _("%(kind)s %(title)s") % {"kind": row.get_kind_display().capitalize(), "title": row}
    closed = _("closed %(day)s") % {"day": _day_of(row.closed_at)} if row.closed_at else _("open")
    tone = "good" if row.closed_at else "bad"
    url = reverse("complaints:complaint-detail", args=[row.pk])
    who = join_words(closed, row.taken_by)
    return Entry(row.taken_at, 2, row.pk, "alert", what, who, row.words, tone, url=url, said=True, by=row.taken_by)


def _read_alert(row: Alert) -> Entry:
    return Entry(
        row.created_at,
        3,
        row.pk,
        "bolt",
        str(row.trigger),
        join_words(_("alert"), row.get_state_display()),
        explain_alert(row.evidence),
        "bad" if row.state == Alert.State.OPEN else "",
        url=reverse("interactions:alert-why", args=[row.pk]),
    )


def _read_step(row: StepRun) -> Entry:
    skipped = row.state == StepRun.State.SKIPPED
    what = (_("Step skipped: %(step)s") if skipped else _("Step done: %(step)s")) % {"step": row.step.title}
    icon, tone = ("pause", "warn") if skipped else ("check", "good")
    url = reverse("interactions:process-run-detail", args=[row.run_id])
    about, by = row.run.subject or row.run.version.process.get_flow_display(), row.closed_by
    return Entry(row.closed_at, 4, row.pk, icon, what, join_words(about, by), row.skip_reason, tone, url=url, by=by)


def _read_change(row: SegmentChange) -> Entry:
    what = _("Now %(segment)s") % {"segment": row.to_segment}
    before = _("before: %(segment)s") % {"segment": row.from_segment} if row.from_segment else ""
    return Entry(start_of(row.day), 5, row.pk, "swap", what, before, row.reason, day_only=True)


def _read_pin(row: Pin) -> Entry:
    what = _("Pinned: %(what)s") % {"what": row.segment or row.grade}
    return Entry(
        row.pinned_at,
        6,
        row.pk,
        "pin",
        what,
        join_words(row.pinned_by, _("until %(day)s") % {"day": format_plain_day(row.expires_on)}),
        row.reason,
    )


def _read_benefit(row: Benefit) -> Entry:
    what, task = _("Benefit: %(benefit)s") % {"benefit": row}, row.task
    done = task.closed_at and task.state == task.State.DONE
    given = _("given %(day)s") % {"day": _day_of(task.closed_at)} if done else task.get_state_display()
    return Entry(
        row.planned_at, 7, row.pk, "gift", what, join_words(given, task.assignee), row.text, "good" if done else ""
    )


def _read_win_back(row: WinBack) -> Entry:
    what = (_("Win back: %(offer)s") % {"offer": row.offer}) if row.offer else _("Let go for now")
    until = _("next step %(day)s") if row.offer else _("look again %(day)s")
    day = until % {"day": format_plain_day(row.next_on)}
    why = f"{row.get_reason_display()}: {row.words}"
    return Entry(row.created_at, 10, row.pk, "undo", what, join_words(day, row.decided_by), why, by=row.decided_by)


def _read_note(row: Note) -> Entry:
    return Entry(row.created_at, 8, row.pk, "note", _("Note"), join_words(row.created_by), row.text, by=row.created_by)


def _find_visits(ids: list[int]) -> QuerySet[Any]:
    return WebEvent.objects.filter(customer__in=ids).visits().select_related("person")


def _read_visit(row: Any) -> Entry:
    tone = "warn" if has_left_cart(row.visit) else ""
    who = str(row.person or _("the company"))
    return Entry(row.at, 9, row.pk, "world", name_visit(row.visit), who, tell_visit(row.visit), tone)


SOURCES = (
    Source(
        "talks",
        gettext_lazy("Talks"),
        0,
        lambda c: Interaction.objects.filter(customer__in=c).select_related("person", "logged_by"),
        "happened_at",
        _read_interaction,
    ),
    Source(
        "orders",
        gettext_lazy("Orders"),
        1,
        lambda c: Order.objects.filter(customer__in=c),
        "day",
        _read_order,
        by_day=True,
    ),
    Source(
        "complaints",
        gettext_lazy("Complaints"),
        2,
        lambda c: Complaint.objects.filter(customer__in=c).select_related("taken_by"),
        "taken_at",
        _read_complaint,
    ),
    Source(
        "alerts",
        gettext_lazy("Alerts"),
        3,
        lambda c: Alert.objects.filter(customer__in=c).exclude(state=Alert.State.HELD_OUT).select_related("trigger"),
        "created_at",
        _read_alert,
    ),
    Source(
        "steps",
        gettext_lazy("Steps"),
        4,
        lambda c: StepRun.objects.filter(run__customer__in=c, closed_at__isnull=False).select_related(
            "run__version__process", "step", "closed_by"
        ),
        "closed_at",
        _read_step,
    ),
    Source(
        "segments",
        gettext_lazy("Segment"),
        5,
        lambda c: SegmentChange.objects.filter(customer__in=c).select_related("from_segment", "to_segment"),
        "day",
        _read_change,
        by_day=True,
    ),
    Source(
        "segments",
        gettext_lazy("Segment"),
        6,
        lambda c: Pin.objects.filter(customer__in=c).select_related("segment", "pinned_by"),
        "pinned_at",
        _read_pin,
    ),
    Source(
        "talks",
        gettext_lazy("Talks"),
        7,
        lambda c: Benefit.objects.filter(customer__in=c).select_related("task__assignee"),
        "planned_at",
        _read_benefit,
    ),
    Source(
        "talks",
        gettext_lazy("Talks"),
        10,
        lambda c: WinBack.objects.filter(customer__in=c).select_related("decided_by"),
        "created_at",
        _read_win_back,
    ),
    Source(
        "notes",
        gettext_lazy("Notes"),
        8,
        lambda c: Note.objects.filter(customer__in=c).select_related("created_by"),
        "created_at",
        _read_note,
    ),
    Source("web", gettext_lazy("Web"), 9, _find_visits, "at", _read_visit, prepare=attach_visits),
)
