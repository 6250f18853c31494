"""What a colleague is told: notes that name him, and what happens with the customers he watches.

Nothing is written for it when it happens: the rows of notes, moves, alerts and complaints are read as they stand, so no
path of an act, an import or a night can forget to tell, and whoever may no longer see a customer is told no more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from complaints.models import Complaint
from crm.core.models import User
from customers.models import Note, Watch
from interactions.alert_wording import explain_alert
from interactions.models import Alert
from segments.models import SegmentChange

KEPT_FOR = timedelta(days=60)
MOST_NEWS = 60
MOST_COUNTED = 100


@dataclass
class News:
    """One line: about whom, what, when; ``is_new`` until it was seen."""

    at: datetime
    icon: str
    customer: Any
    what: str
    text: str = ""
    url: str = ""
    tone: str = ""
    by: Any = None
    is_new: bool = False


def _of_watched(rows: QuerySet[Any], kind: str, user: User, moment: str) -> QuerySet[Any]:
    """Of ``rows`` those of customers whose ``kind`` of news the user asked for, since he asked."""
    watches = Watch.objects.filter(user=user, **{kind: True})
    since = watches.filter(customer=OuterRef("customer")).values("since")[:1]
    watched = rows.filter(customer__in=watches.values("customer"))
    return watched.filter(**{f"{moment}__gte": Subquery(since)}).visible_to(user)  # type: ignore[attr-defined, no-any-return]


def _notes(user: User) -> QuerySet[Any]:
    return Note.objects.filter(mentioned__contains=[user.pk]).visible_to(user)


def _moves(user: User) -> QuerySet[Any]:
    return _of_watched(SegmentChange.objects.all(), "moves", user, "created_at")


def _complaints(user: User) -> QuerySet[Any]:
    others = ~Q(taken_by=user) | Q(taken_by=None)
    return _of_watched(Complaint.objects.filter(others), "complaints", user, "created_at")


def _alerts(user: User) -> QuerySet[Any]:
    shown = Alert.objects.exclude(state=Alert.State.HELD_OUT)
    return _of_watched(shown, "alerts", user, "created_at")


def _read_note(row: Note) -> News:
    url = reverse("home:customer-page", args=[row.customer_id]) + "#notes"
    by = row.changed_by or row.created_by
    what = _("%(name)s named you in a note") % {"name": by or _("A colleague")}
    return News(row.told_at, "note", row.customer, what, row.text, url, by=by)


def _read_move(row: SegmentChange) -> News:
    words = {"to": row.to_segment, "from": row.from_segment}
    what = _("moved from %(from)s to %(to)s") if row.from_segment else _("is now %(to)s")
    return News(row.created_at, "swap", row.customer, what % words, row.reason)


def _read_complaint(row: Complaint) -> News:
    url = reverse("complaints:complaint-detail", args=[row.pk])
    what = f"{row.get_kind_display().capitalize()} {row}"
    return News(row.created_at, "shield", row.customer, what, row.words, url, "bad", by=row.taken_by)


def _read_alert(row: Alert) -> News:
    tone = "bad" if row.state == Alert.State.OPEN else ""
    return News(row.created_at, "bolt", row.customer, str(row.trigger), explain_alert(row.evidence), "", tone)


Source = tuple[Callable[[User], QuerySet[Any]], str, tuple[str, ...], Callable[[Any], News]]
OF_NOTES: Source = (_notes, "told_at", ("changed_by", "created_by"), _read_note)
OF_WATCHED: dict[str, Source] = {
    "moves": (_moves, "created_at", ("from_segment", "to_segment"), _read_move),
    "complaints": (_complaints, "created_at", ("taken_by",), _read_complaint),
    "alerts": (_alerts, "created_at", ("trigger",), _read_alert),
}


def _find_sources(user: User) -> tuple[list[Source], datetime | None]:
    """Where news of ``user`` may stand, and until when he has seen it (None while he never looked).

    Notes, and of the rest what he asked for with any customer: whoever watches nobody, as most do, is spared three
    queries over all moves, complaints and alerts of his, and with it a third of the time of a page that counts.
    """
    asked_for = {kind: BoolOr(f"watches__{kind}") for kind in OF_WATCHED}
    found = User.objects.filter(pk=user.pk).aggregate(seen=Max("news_seen__seen_until"), **asked_for)
    return [OF_NOTES, *(source for kind, source in OF_WATCHED.items() if found[kind])], found["seen"]


def count_unseen(user: User, *, at: datetime) -> int:
    """News since ``user`` looked last, at most 100; two queries."""
    sources, seen = _find_sources(user)
    since = max(at - KEPT_FOR, seen or at - KEPT_FOR)
    fresh = [
        rows(user).filter(**{f"{moment}__gt": since}).order_by().values_list("pk")[:MOST_COUNTED]
        for rows, moment, _joins, _read in sources
    ]
    return min(fresh[0].union(*fresh[1:], all=True).count(), MOST_COUNTED)


def list_news(user: User, *, at: datetime) -> list[News]:
    """The newest 60 of the last 60 days, newest first; those not seen yet are marked."""
    sources, seen = _find_sources(user)
    found: Iterable[News] = (
        read(row)
        for rows, moment, joins, read in sources
        for row in rows(user)
        .filter(**{f"{moment}__gt": at - KEPT_FOR})
        .select_related("customer", *joins)
        .order_by(f"-{moment}", "-pk")[:MOST_NEWS]
    )
    news = sorted(found, key=lambda one: one.at, reverse=True)[:MOST_NEWS]
    for one in news:
        one.is_new = seen is None or one.at > seen
        one.url = one.url or reverse("home:customer-page", args=[one.customer.pk])
    return news
