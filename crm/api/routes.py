"""Every address of the programming interface, its rules for reading what is sent, and how problems are told."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

from crm.api import account, customers, interactions, orders, people, profile, segments, web_events
from crm.api.problems import FieldProblem, Problem, refuse_field
from crm.api.shapes import Schema, say_error

logger = logging.getLogger(__name__)
DEEPEST = 20
# What is sent here is judged piece by piece: a wrong text of one loses no other.
JUDGED_ONE_BY_ONE = frozenset({"web-event-list"})
ABOUT = """What other programs may read and do, as the colleague whose token they show: his customers, his rights.

Money is in whole cents of the company's currency, which stands beside it as `currency`. Days are local days of the
company (`2026-03-31`), moments are UTC (`2026-03-31T14:30:00Z`). Lists come in pages: ask again with `cursor` set to
the `next` of the page before until that is null. What cannot be done is told as `application/problem+json`, with each
field and its reason in `errors`; then nothing was written."""


class BearerToken(HttpBearer):
    """The access token of a colleague, made under My account. The entrance has checked it already."""

    def __call__(self, request: HttpRequest) -> Any:
        return getattr(request, "access_token", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return None


class StrictParser(Parser):
    """JSON and nothing else: no NaN, no key twice, no text that the database could not keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem(415, _("Send JSON: Content-Type: application/json."))
        sent = json.loads(request.body, parse_constant=_refuse_constant, object_pairs_hook=_read_object)
        if getattr(request.resolver_match, "url_name", "") not in JUDGED_ONE_BY_ONE:
            _check_texts(sent, "", depth=0)
        return sent


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("A key stands twice.")
    return read


def _check_texts(node: Any, place: str, *, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("Too deep.")
    if isinstance(node, dict):
        for key, value in node.items():
            _check_text(key, place)
            _check_texts(value, f"{place}.{key}".lstrip("."), depth=depth + 1)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            _check_texts(value, f"{place}.{number}".lstrip("."), depth=depth + 1)
    elif isinstance(node, str):
        _check_text(node, place)


def _check_text(text: str, place: str) -> None:
    if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise refuse_field(place, _("This holds a character that means nothing."))


def known_parameters_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a parameter of the address that the list does not know: a filter with a typing error would show all."""

    @wraps(view)
    def answer(request: HttpRequest, **values: Any) -> Any:
        known = {name for value in values.values() if isinstance(value, Schema) for name in type(value).model_fields}
        if unknown := sorted(set(request.GET) - known):
            problems = [FieldProblem(name[:60], _("There is no such parameter here.")) for name in unknown]
            raise Problem(422, _("Unknown parameters."), problems)
        return view(request, **values)

    return answer


def _tell_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    problems = [
        FieldProblem(".".join(str(part) for part in one["loc"][2:]) or str(one["loc"][-1]), say_error(one))
        for one in error.errors
    ]
    return Problem(422, _("What was sent cannot be taken."), problems).answer()


def _tell_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, Problem):
        return cause.answer()
    words = _("This is not JSON.") if error.status_code == 400 else str(error)
    return Problem(error.status_code, words).answer()


def _raise_again(request: HttpRequest, error: Exception) -> HttpResponse:
    """The entrance tells it."""
    raise error


def make_api() -> NinjaAPI:
    """The interface with all its addresses."""
    made = NinjaAPI(
        title="Rapport",
        version="1",
        description=ABOUT,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        auth=BearerToken(),
        parser=StrictParser(),
    )
    made.add_decorator(known_parameters_only)
    for router in (account, customers, people, profile, orders, interactions, web_events, segments):
        made.add_router("", router.router)
    made.add_exception_handler(ValidationError, _tell_invalid)
    made.add_exception_handler(HttpError, _tell_http_error)
    for raised in (Problem, Http404, PermissionDenied, OperationalError, InterfaceError, Exception):
        made.add_exception_handler(raised, _raise_again)
    return made


api = make_api()
urlpatterns = [path("api/v1/", api.urls)]
