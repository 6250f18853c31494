"""What can be done with many rows of a list at once; the apps enter their acts when they are ready.

    register_action(BulkAction("archive", ("customers",), _("Archive"), "box", "customers.archive_customer",
                               act=..., undo=..., tell=lambda choices: _("Archived")))

An act says of each row what it was before and what it is now; ``crm.core.bulk_acting`` remembers that, and an undo puts
back only what is still as the act left it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms

from crm.core.list_catalogue import KnownList
from crm.core.list_definition import Text
from crm.core.models import BulkAct, BulkRow, User

AT_ONCE = 100


@dataclass(frozen=True)
class Doing:
    """Who does what to which list, and when; ``choices`` are what the form of the act said."""

    known: KnownList
    choices: dict[str, Any]
    by: User
    at: datetime
    act_id: int


@dataclass
class Outcome:
    """What became of one row: changed (``before`` and ``after`` say what), the same as it was, or refused (why)."""

    row_id: int
    state: str = BulkRow.State.CHANGED
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    note: str = ""


def make_no_form(data: Any, *, user: User) -> forms.Form:
    """For an act that asks nothing."""
    return forms.Form(data)


@dataclass(frozen=True)
class BulkAction:
    """One act on rows of ``lists``. ``act`` does it for the ids of a chunk in one transaction; ``undo`` takes rows back
    and returns the ids of those it could. ``make_form(data, user=)`` asks what is to be chosen, ``keep`` turns what it
    said into JSON, ``tell`` says it in words ("given to Kenji Sato"). ``asks`` is false for an act without a question.
    ``find_result`` gives the address of what an act made, to which it leads. ``note`` explains it where it is asked. At
    most ``at_once`` rows are done before the page answers, more in the background.
    """

    name: str
    lists: tuple[str, ...]
    label: Text
    icon: str
    permission: str
    act: Callable[[Sequence[int], Doing], Iterable[Outcome]]
    undo: Callable[[Sequence[BulkRow], Doing], set[int]]
    tell: Callable[[dict[str, Any]], str]
    make_form: Callable[..., forms.Form] = make_no_form
    keep: Callable[[dict[str, Any]], dict[str, Any]] = field(default=dict)
    asks: bool = True
    find_result: Callable[[BulkAct], str] | None = None
    note: Text = ""
    at_once: int = AT_ONCE
    chunk: int = 2000


ACTIONS: dict[tuple[str, str], BulkAction] = {}


def register_action(action: BulkAction) -> None:
    """Enter an act for each of its lists; the same name again replaces it."""
    for name in action.lists:
        ACTIONS[name, action.name] = action


def list_actions(known: KnownList, user: User) -> list[BulkAction]:
    """What ``user`` may do with rows of this list."""
    return [
        action for (name, _act), action in ACTIONS.items() if name == known.name and user.has_perm(action.permission)
    ]
