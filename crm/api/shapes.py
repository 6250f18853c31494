"""Kinds of values as they travel: days as ``2026-03-31``, moments in UTC with their zone, money in whole cents.

What is sent may hold nothing that is not known: a field with a wrong name is told, not dropped.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

LARGEST_CENTS = 10**15
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


def _read_day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("A day is written as 2026-03-31.")
    day = date.fromisoformat(value)
    if not EARLIEST <= day <= LATEST:
        raise ValueError("A day lies between 1900 and 2200.")
    return day


def _read_moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("A moment is written as 2026-03-31T14:30:00Z.")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("A moment names its zone: 2026-03-31T14:30:00Z.")
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValueError("A moment lies between 1900 and 2200.")
    return moment


Day = Annotated[date, BeforeValidator(_read_day)]
Moment = Annotated[datetime, BeforeValidator(_read_moment)]
Cents = Annotated[StrictInt, Field(ge=-LARGEST_CENTS, le=LARGEST_CENTS)]
Flag = StrictBool
Key = Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
Code = Annotated[str, Field(max_length=60)]


class Sent(Schema):
    """What a program sends: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid")


class Asked(Schema):
    """The query string of a list."""

    limit: int = Field(100, ge=1, le=500, description="Rows of a page, at most 500.")
    cursor: str | None = Field(None, max_length=400, description="The `next` of the page before.")


class ChangedSince(Schema):
    """What a list that is asked for changes takes besides."""

    changed_since: Moment | None = Field(
        None, description="Only those written since then; in the order in which they were."
    )


class Listed(Schema):
    """A page of a list."""

    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class FieldWrong(Schema):
    """A field and why it cannot be."""

    field: str
    reason: str


def say_error(error: Mapping[str, Any]) -> str:
    """What pydantic has against a value, in our words."""
    if error["type"] == "extra_forbidden":
        return _("There is no such field.")
    return str(error["msg"]).removeprefix("Value error, ")


class ProblemTold(Schema):
    """What is answered instead, as `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldWrong] = []


PROBLEMS = {400: ProblemTold, 401: ProblemTold, 403: ProblemTold, 404: ProblemTold, 422: ProblemTold, 429: ProblemTold}
WRITE_PROBLEMS = {**PROBLEMS, 409: ProblemTold, 412: ProblemTold, 413: ProblemTold, 415: ProblemTold}
