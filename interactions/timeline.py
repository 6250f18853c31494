"""Everything that happened with a customer, newest first: each app adds its own kind of entry."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext, gettext_lazy

from crm.core.formats import format_money
from crm.core.models.business_setting import setting
from customers.models import Customer, Order
from interactions.models import Alert, Interaction, StepRun
from segments.models import SegmentChange

PAGE = 20
ICONS = {"call": "phone", "mail": "mail", "visit": "visit", "chat": "message"}


@dataclass(frozen=True)
class TimelineEntry:
    """One line: when, what, who, in whose words. ``tone`` is "", good, warn or bad; ``has_hour`` is False for days."""

    at: datetime
    icon: str
    title: str
    aside: str = ""
    text: str = ""
    tone: str = ""
    url: str = ""
    link: str = ""
    has_hour: bool = True
    key: str = ""


Reader = Callable[[Customer, datetime, int], list[TimelineEntry]]


@dataclass(frozen=True)
class TimelineKind:
    """A tab of the timeline and where its entries come from."""

    label: str | LazyText
    read: Reader


TIMELINE_KINDS: dict[str, TimelineKind] = {}


def add_timeline_kind(key: str, label: str | LazyText, read: Reader) -> None:
    """Called once at start by each app with something to show; ``read(customer, before, limit)`` is newest first."""
    TIMELINE_KINDS[key] = TimelineKind(label, read)


@dataclass(frozen=True)
class TimelinePage:
    """Entries, and the moment from which the next page goes on ("" at the end)."""

    entries: list[TimelineEntry]
    next_before: str = ""


def read_timeline(customer: Customer, *, kind: str = "", before: datetime, limit: int = PAGE) -> TimelinePage:
    """The next ``limit`` entries before a moment, of one kind or all; entries of one moment are never torn apart."""
    kinds = [TIMELINE_KINDS[kind]] if kind in TIMELINE_KINDS else list(TIMELINE_KINDS.values())
    found = [entry for one in kinds for entry in one.read(customer, before, limit * 2)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    cut = limit
    while 0 < cut < len(found) and found[cut].at == found[cut - 1].at:
        cut += 1
    entries = found[:cut]
    return TimelinePage(entries, entries[-1].at.isoformat() if cut < len(found) else "")


def describe_interaction(contact: Interaction) -> TimelineEntry:
    """A contact as a line; needs person and logged_by."""
    values = {"channel": str(contact.get_channel_display()).capitalize(), "person": contact.person}
    outgoing = contact.direction == Interaction.Direction.OUT
    if contact.person and outgoing:
        title = gettext("%(channel)s to %(person)s") % values
    elif contact.person:
        title = gettext("%(channel)s from %(person)s") % values
    else:
        title = str(values["channel"])
    aside = [gettext("%(minutes)s min") % {"minutes": contact.minutes}] if contact.minutes else []
    if contact.outcome != Interaction.Outcome.TALKED:
        aside.append(str(contact.get_outcome_display()))
    if contact.logged_by:
        aside.append(str(contact.logged_by))
    text = contact.note
    if contact.override_reason:
        text = f"{text}\n{gettext('Against their wish: %(reason)s') % {'reason': contact.override_reason}}".strip()
    return TimelineEntry(
        at=contact.happened_at,
        icon=ICONS.get(contact.channel, "note"),
        title=title,
        aside=" · ".join(aside),
        text=text,
        tone="warn" if contact.direction == Interaction.Direction.IN else "",
        key=f"contact-{contact.pk}",
    )


def _read_contacts(customer: Customer, before: datetime, limit: int) -> list[TimelineEntry]:
    rows = Interaction.objects.filter(customer=customer, happened_at__lt=before)
    return [describe_interaction(row) for row in rows.select_related("person", "logged_by")[:limit]]


def _read_orders(customer: Customer, before: datetime, limit: int) -> list[TimelineEntry]:
    currency, zone = str(setting("company.currency")), ZoneInfo(setting("company.time_zone"))
    rows = Order.objects.filter(customer=customer, day__lte=before.astimezone(zone).date())[:limit]
    entries = []
    for order in rows:
        at = order.placed_at or datetime.combine(order.day, time(0), zone).astimezone(UTC)
        is_return = order.amount_cents < 0
        title = gettext("Return %(number)s") if is_return else gettext("Order %(number)s")
        lines = gettext("%(count)s lines") % {"count": order.line_count}
        amount = format_money(order.amount_cents, currency=currency, with_cents=True)
        entries.append(
            TimelineEntry(
                at=at,
                icon="undo" if is_return else "order",
                title=title % {"number": order.number},
                aside=f"{amount} · {lines}",
                tone="warn" if is_return else "",
                has_hour=order.placed_at is not None,
            )
        )
    return [entry for entry in entries if entry.at < before]


def _read_alerts(customer: Customer, before: datetime, limit: int) -> list[TimelineEntry]:
    from interactions.alert_wording import explain_alert

    rows = Alert.objects.filter(customer=customer, created_at__lt=before).exclude(state=Alert.State.HELD_OUT)
    return [
        TimelineEntry(
            at=alert.created_at,
            icon="bolt",
            title=alert.trigger.name,
            aside=gettext("alert, %(state)s") % {"state": alert.get_state_display()},
            text=explain_alert(alert.evidence),
            tone="bad" if alert.state == Alert.State.OPEN else "",
            url=reverse("interactions:alert-why", args=[alert.pk]),
            link=gettext("Why this customer?"),
        )
        for alert in rows.select_related("trigger").order_by("-created_at")[:limit]
    ]


def _read_changes(customer: Customer, before: datetime, limit: int) -> list[TimelineEntry]:
    moves = (
        SegmentChange.objects.filter(customer=customer, created_at__lt=before)
        .select_related("from_segment", "to_segment")
        .order_by("-created_at")[:limit]
    )
    steps = (
        StepRun.objects.filter(run__customer=customer, closed_at__lt=before)
        .select_related("step", "run", "closed_by")
        .order_by("-closed_at")[:limit]
    )
    return [_describe_move(move) for move in moves] + [_describe_step(step) for step in steps]


def _describe_move(move: SegmentChange) -> TimelineEntry:
    values: dict[str, Any] = {"old": move.from_segment, "new": move.to_segment}
    title = gettext("Now %(new)s, was %(old)s") if move.from_segment else gettext("Now %(new)s")
    return TimelineEntry(
        at=move.created_at, icon="swap", title=title % values, aside=gettext("segment"), text=move.reason
    )


def _describe_step(step: StepRun) -> TimelineEntry:
    skipped = step.state == StepRun.State.SKIPPED
    title = gettext("Step skipped: %(step)s") if skipped else gettext("Step done: %(step)s")
    return TimelineEntry(
        at=step.closed_at,  # type: ignore[arg-type]
        icon="flow" if skipped else "check",
        title=title % {"step": step.step.title},
        aside=" · ".join(str(part) for part in (step.run.subject, step.closed_by) if part),
        text=step.skip_reason,
        tone="warn" if skipped else "good",
        url=reverse("interactions:process-run-detail", args=[step.run_id]),
        link=gettext("The whole process"),
    )


add_timeline_kind("talks", gettext_lazy("Talks"), _read_contacts)
add_timeline_kind("orders", gettext_lazy("Orders"), _read_orders)
add_timeline_kind("alerts", gettext_lazy("Alerts"), _read_alerts)
add_timeline_kind("changes", gettext_lazy("Changes"), _read_changes)
