"""What customers do on the web, as the shop tells it: looked at, cart, searched, downloaded."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field, ModelWrapValidatorHandler, ValidationError, WrapValidator

from crm.api.shapes import PROBLEMS, FieldWrong, Key, Moment, Sent, say_error
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from interactions.models import WebEvent
from interactions.rules.web_page_reading import read_page_path, read_page_text
from interactions.web_event_keeping import Outcome, SentEvent, keep_web_events
from interactions.web_visitor_finding import NamedVisitor

router = Router(tags=["Web events"])
KEYS = UUID("0d7a1d54-4a52-4dc8-9a3a-0a5c1e0e6f7b")
MOST_EVENTS = 100
LONGEST_WORDS = 200
MOST_ERRORS = 10
NEEDS_WORDS = frozenset({WebEvent.Kind.SEARCHED.value, WebEvent.Kind.DOWNLOADED.value})


class NewWebEvent(Sent):
    """One event. It says who it was by at least one of `customer`, `person_id`, `email` and `phone`."""

    id: str = Field(max_length=200, pattern="^[!-~]+$", description="Yours: the same id again is kept once.")
    kind: WebEvent.Kind = Field(description="`viewed`, `cart`, `cart_left`, `searched` or `downloaded`.")
    at: Moment | None = Field(None, description="Not given: now.")
    customer: str = Field("", max_length=40, description="The number of the customer.")
    person_id: Key | None = None
    email: str = Field("", max_length=254, description="Exactly as it stands with the customer or one of his people.")
    phone: str = Field("", max_length=60, description="In any spelling; the whole number.")
    product: str = Field("", max_length=40, description="The number of the product. One that is not here yet may be.")
    words: str = Field("", max_length=2_000, description="The product's name, what was searched for, or the file.")
    title: str = Field("", max_length=2_000, description="Of the page.")
    url: str = Field("", max_length=8_000, description="Of the page. Host, query and keys in it are not kept.")


class WrongEvent:
    """An event that cannot be read: its id where it has one, and what is wrong."""

    def __init__(self, name: str, errors: list[dict[str, str]]) -> None:
        self.id, self.errors = name, errors


def _read_one(sent: Any, read: ModelWrapValidatorHandler[NewWebEvent]) -> Any:
    """One that is wrong does not take the others with it."""
    try:
        return read(sent)
    except ValidationError as error:
        named = sent.get("id") if isinstance(sent, dict) else ""
        wrong = [
            {"field": _clean(".".join(map(str, one["loc"]))), "reason": say_error(one)}
            for one in error.errors(include_input=False, include_url=False)[:MOST_ERRORS]
        ]
        return WrongEvent(_clean(named) if isinstance(named, str) else "", wrong)


def _clean(text: str) -> str:
    return read_page_text(text, longest=LONGEST_WORDS)


class NewWebEvents(Sent):
    """Up to a hundred events."""

    events: list[Annotated[NewWebEvent, WrapValidator(_read_one)]] = Field(min_length=1, max_length=MOST_EVENTS)


class WebEventTold(Schema):
    """What became of one event."""

    place: int = Field(description="Its place among those sent, from 0.")
    id: str
    outcome: str = Field(
        description="`kept`; `known`: it was kept before; `unknown`: nobody you see, or several, are known by this; "
        "`refused`: it cannot be kept, see `reason` and `errors`."
    )
    reason: str
    errors: list[FieldWrong]


class WebEventsTold(Schema):
    """How many were kept, and what became of each, in their order."""

    kept: int
    events: list[WebEventTold]


@router.post(
    "/web-events",
    response={200: WebEventsTold, **PROBLEMS},
    url_name="web-event-list",
    operation_id="createWebEvents",
)
def create_web_events(request: HttpRequest, sent: NewWebEvents) -> Any:
    """Tell what customers looked at, put into the cart or left in it, searched for and downloaded. It stands on their
    timeline at once. Each event is judged for itself: one that cannot be kept never loses another. Of customers who do
    not want it nothing is kept."""
    user: Any = request.user
    refuse_unless(user, "interactions.add_interaction")
    at = timezone.now()
    wrong = {place: _find_wrong(event) for place, event in enumerate(sent.events)}
    good = [place for place, errors in wrong.items() if not errors]
    events = [_read(sent.events[place], by=user, at=at) for place in good]
    answers = dict(zip(good, keep_web_events(events, by=user, at=at), strict=True))
    told = [
        {
            "place": place,
            "id": event.id,
            "outcome": answers[place].outcome if place in answers else Outcome.REFUSED,
            "reason": answers[place].reason if place in answers else wrong[place][0]["reason"],
            "errors": wrong[place],
        }
        for place, event in enumerate(sent.events)
    ]
    return {"kept": sum(one["outcome"] == Outcome.KEPT for one in told), "events": told}


def _find_wrong(event: NewWebEvent | WrongEvent) -> list[dict[str, str]]:
    if isinstance(event, WrongEvent):
        return event.errors
    if not (event.customer or event.person_id or event.email or event.phone):
        return [{"field": "customer", "reason": _("Say who it was: customer, person_id, email or phone.")}]
    if event.kind in NEEDS_WORDS and not event.words.strip():
        return [{"field": "words", "reason": _("Say what was searched for or downloaded.")}]
    return []


def _read(event: NewWebEvent, *, by: User, at: datetime) -> SentEvent:
    return SentEvent(
        token=uuid5(KEYS, f"{by.pk}:{event.id}"),
        kind=event.kind,
        at=event.at or at,
        visitor=NamedVisitor(_clean(event.customer), event.person_id, _clean(event.email), _clean(event.phone)),
        product=_clean(event.product),
        words=_clean(event.words),
        page_title=_clean(event.title),
        page_path=read_page_path(event.url),
    )
