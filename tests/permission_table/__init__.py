"""The URL × role × method table: every address of the product, and what each role gets there.

A module per app holds ``ROWS``. A new address without a row fails ``tests/test_permissions.py``, and so does a row
whose answer changed. ``World`` is what the rows may point at: everything in it belongs to team North unless its name
says otherwise, so ``other_rep`` (team South) must get 404 for it. ``partner`` comes from outside: he gets 403 wherever
no other answer is named, in ``partner.py`` or in the row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.permission_table.partner import OF_PARTNERS

ROLES = ("anonymous", "rep", "other_rep", "viewer", "lead", "guardian", "executive", "admin", "partner")
World = SimpleNamespace
LOGIN = 302


def only(*roles: str, ok: int = 200, others: int = 403, hidden_from: tuple[str, ...] = ()) -> dict[str, int]:
    """``roles`` get ``ok``; those in ``hidden_from`` 404; the signed-in rest ``others``; strangers the login page."""
    answers = dict.fromkeys(ROLES, others) | dict.fromkeys(hidden_from, 404) | dict.fromkeys(roles, ok)
    return answers | {"anonymous": LOGIN, "partner": ok if "partner" in roles else 403}


def everybody(ok: int = 200) -> dict[str, int]:
    """Whoever is signed in and works here."""
    return only(*ROLES[1:-1], ok=ok)


def who_sees_north(ok: int = 200) -> dict[str, int]:
    """Something of team North: team South gets 404."""
    return only("rep", "viewer", "lead", "guardian", "executive", "admin", ok=ok, hidden_from=("other_rep",))


@dataclass(frozen=True)
class Row:
    """One address, one method, one answer per role.

    ``kwargs``, ``data`` and ``query`` are made from the world, because they need its keys. ``name`` carries the
    namespace (``customers:person-new``). Give one row for GET and one for each other method the address takes.
    """

    name: str
    expect: dict[str, int]
    kwargs: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    data: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    query: str = ""
    method: str = "get"

    def __post_init__(self) -> None:
        if self.label in OF_PARTNERS:
            object.__setattr__(self, "expect", {**self.expect, "partner": OF_PARTNERS[self.label]})

    @property
    def label(self) -> str:
        return f"{self.method.upper()} {self.name}{self.query}"
