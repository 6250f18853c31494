"""What a program is told when something cannot be done: ``application/problem+json`` (RFC 9457), field and reason."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong in which field; ``own_fields.field_3`` is within another, "" the whole."""

    field: str
    reason: str


@dataclass
class Problem(Exception):
    """An answer that is not what was asked for. ``further`` are members of its own, such as likely duplicates."""

    status: int
    detail: str
    errors: Sequence[FieldProblem] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponse:
        """The problem as the program gets it."""
        told = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "errors": [asdict(error) for error in self.errors[:MOST_ERRORS]],
            **self.further,
        }
        return JsonResponse(told, status=self.status, content_type=MEDIA_TYPE, headers=dict(self.headers))


def refuse_field(name: str, reason: str, *, status: int = 422) -> Problem:
    """One field cannot be as it was sent."""
    return Problem(status, str(reason), [FieldProblem(name, str(reason))])


def refuse_invalid(form: BaseForm, *, prefix: str = "", names: Mapping[str, str] | None = None) -> None:
    """Raises ``Problem`` 422 with the field and reason of everything that ``form`` refuses; ``names`` are those of
    fields that are sent under another one."""
    known = {"person": "person_id", "__all__": "", **(names or {})}
    wrong = [
        FieldProblem(f"{prefix}{known.get(name, name)}", str(reason))
        for name, reasons in form.errors.items()
        for reason in reasons
    ]
    if wrong:
        raise Problem(422, _("What was sent cannot be taken."), wrong)
