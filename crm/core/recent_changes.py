"""What people changed lately, over all kept records: newest act first, a page of acts at a time.

An act is one request of somebody signed in; whatever it changed is read with it. Imports and the night are not told
here, so a page costs the same after a million rows were imported.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from pghistory.models import Context

from crm.core.change_reading import Change, find_event_model, list_kept_models, read_changes
from crm.core.local_time import company_zone
from crm.core.models import Role, User
from crm.core.row_visibility import customer_scope

ACTS_A_PAGE = 30
MOST_OF_AN_ACT = 5


@dataclass(frozen=True)
class ChangeFilter:
    """Whose changes, of which kind of record, between which local days (both included); None and "" are all."""

    person: int | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "ChangeFilter":
        """From an address; whatever is not understood is left out."""
        person = query.get("person", "")
        return cls(
            int(person) if person.isascii() and person.isdecimal() and len(person) < 18 else None,
            query.get("kind", "") if query.get("kind", "") in {_name(model) for model in list_kept_models()} else "",
            _read_day(query.get("since", "")),
            _read_day(query.get("until", "")),
        )


@dataclass(frozen=True)
class ChangePage:
    """Changes, newest first, and the place of the next page ("" on the last)."""

    changes: list[Change] = field(default_factory=list)
    next_after: str = ""


def list_kinds(user: User) -> list[tuple[str, str]]:
    """The kinds of record whose changes ``user`` may see, as (key, words), in the order of the words."""
    return sorted(
        ((_name(model), capfirst(str(model._meta.verbose_name))) for model in _list_models(user)),
        key=lambda pair: pair[1],
    )


def list_recent_changes(user: User, wanted: ChangeFilter, *, after: str = "") -> ChangePage:
    """The changes that ``user`` may see, from the place ``after`` on; an admin sees all, others what belongs to
    customers they see."""
    kinds = {model: _list_events(model, user) for model in _list_models(user) if wanted.kind in {"", _name(model)}}
    acts = Context.objects.filter(metadata__has_key="user")
    if wanted.person is not None:
        acts = acts.filter(metadata__user=wanted.person)
    if wanted.since is not None:
        acts = acts.filter(created_at__gte=_start_of(wanted.since))
    if wanted.until is not None:
        acts = acts.filter(created_at__lt=_start_of(wanted.until + timedelta(days=1)))
    if (place := _read_place(after)) is not None:
        acts = acts.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], pk__lt=place[1]))
    if user.role != Role.ADMIN or wanted.kind:
        touches = Q(pk__in=[])
        for events in kinds.values():
            touches |= Q(Exists(events.filter(pgh_context=OuterRef("pk"))))
        acts = acts.filter(touches)
    found = list(acts.order_by("-created_at", "-pk").values_list("pk", "created_at")[: ACTS_A_PAGE + 1])
    shown = [pk for pk, _at in found[:ACTS_A_PAGE]]
    parts = [kinds[model].filter(pgh_context__in=shown) for model in _find_touched(list(kinds), shown)]
    last = found[ACTS_A_PAGE - 1] if len(found) > ACTS_A_PAGE else None
    changes = read_changes(parts, most_of_an_act=MOST_OF_AN_ACT)
    changes.sort(key=lambda change: shown.index(change.act))  # what is of one act stands together
    return ChangePage(changes, f"{last[1].isoformat()}_{last[0]}" if last else "")


def _list_models(user: User) -> list[type[models.Model]]:
    """The kinds of record of whose changes ``user`` may see any."""
    return [model for model in list_kept_models() if user.role == Role.ADMIN or _find_customer(model)]


def _list_events(model: type[models.Model], user: User) -> QuerySet[Any]:
    """The kept rows of one such kind that ``user`` may see."""
    events = find_event_model(model)._default_manager.all()  # type: ignore[union-attr]
    return events if user.role == Role.ADMIN else events.filter(customer_scope(user, prefix=_find_customer(model)))


def _find_touched(kinds: list[type[models.Model]], acts: list[Any]) -> list[type[models.Model]]:
    """Of which ``kinds`` the ``acts`` changed any record: a few of thirty, and to write the query of one kind takes
    Python longer than to look here."""
    if not kinds or not acts:
        return []
    looks = (
        f"SELECT {place} WHERE EXISTS (SELECT FROM {find_event_model(kind)._meta.db_table}"  # type: ignore[union-attr]  # noqa: S608
        " WHERE pgh_context_id = ANY (%(acts)s))"
        for place, kind in enumerate(kinds)
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks), {"acts": acts})
        return [kinds[place] for (place,) in cursor.fetchall()]


def _find_customer(model: type[models.Model]) -> str:
    """The path from a kept row to its customer; "" where it belongs to none."""
    if _name(model) == "customer":
        return "pgh_obj__"
    return "customer__" if any(f.name == "customer" for f in model._meta.fields) else ""


def _name(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def _read_day(raw: str) -> date | None:
    try:
        return parse_date(raw)
    except ValueError:
        return None


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=company_zone())


def _read_place(raw: str) -> tuple[datetime, UUID] | None:
    """A place from an address; None for anything that is none."""
    try:
        at, act = raw.replace(" ", "+").split("_")
        moment = datetime.fromisoformat(at)
        return (moment, UUID(act)) if moment.tzinfo is not None else None
    except ValueError:
        return None
