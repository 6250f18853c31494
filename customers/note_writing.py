"""Notes: written for colleagues, who are named with an @ and hear of it; changed, removed, brought back."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from crm.core.models import Role, User
from crm.core.row_visibility import SEES_ALL
from customers.models import Customer, Note
from customers.rules.note_reading import find_mentions

LONGEST_NOTE = 5000
MOST_NAMES = 2000


class NoteRefused(Exception):
    """It cannot be noted; the message says why."""


def list_colleagues(customer: Customer) -> QuerySet[User]:
    """Whoever may see ``customer``: those whom a note may name. The partner who owns him is one of them."""
    sees = Q(role__in=SEES_ALL) | Q(pk=customer.owner_id)
    if customer.team_id is not None:
        of_team = Q(team=customer.team_id) | Q(role=Role.MANAGER, managed_teams=customer.team_id)
        sees |= of_team & ~Q(role=Role.PARTNER)
    return User.objects.active().filter(sees).distinct()


@transaction.atomic
def write_note(customer: Customer, *, text: str, by: User, at: datetime) -> Note:
    """A new note; the colleagues it names are told. Raises ``NoteRefused``."""
    note = Note(customer=customer, created_by=by, created_at=at)
    return _save(note, text=text, by=by, at=at)


@transaction.atomic
def change_note(note: Note, *, text: str, by: User, at: datetime) -> Note:
    """Other words; whoever is named for the first time is told now. Raises ``NoteRefused``."""
    note = Note.objects.select_for_update(of=("self",)).select_related("customer").get(pk=note.pk)
    note.edit_version += 1
    return _save(note, text=text, by=by, at=at)


def _save(note: Note, *, text: str, by: User, at: datetime) -> Note:
    words = "".join(c for c in text if c.isprintable() or c in "\n\t").strip()
    if not words:
        raise NoteRefused(gettext("Write what colleagues should know."))
    if len(words) > LONGEST_NOTE:
        raise NoteRefused(gettext("A note has at most %(most)s letters.") % {"most": LONGEST_NOTE})
    names = names_for(note.customer, by=by)
    named = {key for _start, _end, key in find_mentions(words, names, tell_apart(names))} - {by.pk}
    if not note.pk or named - set(note.mentioned):
        note.told_at = at
    note.text, note.mentioned, note.changed_by = words, sorted(named), by
    note.save()
    return note


def names_for(customer: Customer, *, by: User) -> dict[int, str]:
    """Ids and names of those whom a note of ``by`` about ``customer`` may name; at most 2,000. A partner names nobody:
    who works here is not told outside."""
    if by.is_partner:
        return {}
    return dict(list_colleagues(customer).order_by("name", "pk").values_list("pk", "name")[:MOST_NAMES])


def tell_apart(names: Mapping[int, str]) -> dict[int, str]:
    """Of ``names`` those that several colleagues share, each with the address of whom it means."""
    times = Counter(name.lower() for name in names.values())
    shared = [key for key, name in names.items() if times[name.lower()] > 1]
    addresses = User.objects.filter(pk__in=shared).values_list("pk", "email") if shared else ()
    return {key: f"{names[key]} ({email})" for key, email in addresses}


def may_change(note: Note, user: User) -> bool:
    """Its author; removing is also for those who look after the records of others."""
    return bool(note.created_by_id == user.pk and user.has_perm("customers.add_note"))


def may_remove(note: Note, user: User) -> bool:
    """Its author, and whoever may archive customers."""
    return may_change(note, user) or bool(user.has_perm("customers.archive_customer"))
