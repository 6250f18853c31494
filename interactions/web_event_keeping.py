"""Keeping what customers do on the web, where they have nothing against it, and forgetting it in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Customer, Product
from interactions.models import ContactPreference, WebEvent
from interactions.web_visitor_finding import FoundVisitor, NamedVisitor, find_visitors

CLOCKS_DIFFER = timedelta(minutes=5)
CLEARED_AT_ONCE = 5_000


class Outcome(StrEnum):
    """What became of an event."""

    KEPT = "kept"
    KNOWN = "known"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True)
class SentEvent:
    """An event as it is to be kept, its texts read and short enough; ``product`` is a number."""

    token: UUID
    kind: str
    at: datetime
    visitor: NamedVisitor
    product: str = ""
    words: str = ""
    page_title: str = ""
    page_path: str = ""


@dataclass(frozen=True)
class EventAnswer:
    """The outcome, and why it is not kept."""

    outcome: Outcome
    reason: str = ""


@transaction.atomic
def keep_web_events(events: Sequence[SentEvent], *, by: User, at: datetime) -> list[EventAnswer]:
    """Keep each of ``events`` that can be kept; the answer to each, in their order.

    An event that was kept before is known, whoever it would be about today. One whose visitor is nobody or not clear
    is unknown. Refused are those of customers who are archived or do not want it, and of another time than the one
    for which events are kept. The customers are locked: nobody objects or is merged meanwhile.
    """
    tokens = [event.token for event in events]
    known = set(WebEvent.objects.filter(token__in=tokens).values_list("token", flat=True))
    visitors = find_visitors([event.visitor for event in events], user=by)
    ids = {one.customer_id for one in visitors if one.customer_id is not None}
    locked = Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    gone = {customer.pk for customer in locked if customer.archived_at is not None} if ids else set()
    against = set(list_objecting(ids))
    products = _find_products(events)
    answers, rows = [], []
    for event, visitor in zip(events, visitors, strict=True):
        if event.token in known:
            answers.append(EventAnswer(Outcome.KNOWN))
            continue
        answer = _judge(event, visitor, gone=gone, against=against, at=at)
        answers.append(answer)
        if answer.outcome == Outcome.KEPT:
            known.add(event.token)
            rows.append(_make_row(event, visitor, products, by=by, at=at))
    WebEvent.objects.bulk_create(rows, ignore_conflicts=True)  # the same one may be sent twice at the same moment
    return answers


def list_objecting(customer_ids: set[int]) -> list[int]:
    """Those of the customers who do not want that their visits are kept."""
    if not customer_ids:
        return []
    said = ContactPreference.objects.filter(channel=ContactPreference.WEB, is_allowed=False)
    return list(said.filter(customer__in=customer_ids).values_list("customer", flat=True))


def _judge(event: SentEvent, visitor: FoundVisitor, *, gone: set[int], against: set[int], at: datetime) -> EventAnswer:
    kept_days = int(setting("web.kept_days"))
    if visitor.customer_id is None:
        return EventAnswer(Outcome.UNKNOWN, visitor.problem)
    if visitor.customer_id in against:
        return EventAnswer(Outcome.REFUSED, _("They do not want that their visits are kept."))
    if visitor.customer_id in gone:
        return EventAnswer(Outcome.REFUSED, _("This customer is archived."))
    if event.at > at + CLOCKS_DIFFER:
        return EventAnswer(Outcome.REFUSED, _("This has not happened yet."))
    if event.at < at - timedelta(days=kept_days):
        return EventAnswer(Outcome.REFUSED, _("Events are kept for %(days)s days.") % {"days": kept_days})
    return EventAnswer(Outcome.KEPT)


def _find_products(events: Sequence[SentEvent]) -> dict[str, Product]:
    numbers = {event.product for event in events if event.product}
    return {one.number: one for one in Product.objects.filter(number__in=numbers)} if numbers else {}


def _make_row(
    event: SentEvent, visitor: FoundVisitor, products: dict[str, Product], *, by: User, at: datetime
) -> WebEvent:
    """A product that we do not know yet is kept by its words, else by its number."""
    product = products.get(event.product)
    return WebEvent(
        customer_id=visitor.customer_id,
        person_id=visitor.person_id,
        kind=event.kind,
        product=product,
        words=event.words or (product.name if product else event.product),
        page_title=event.page_title,
        page_path=event.page_path,
        at=min(event.at, at),
        token=event.token,
        created_by=by,
    )


@transaction.atomic
def forget_web_events(customer: Customer) -> int:
    """Delete every event of somebody who objected; how many. Events that come in meanwhile wait, and are refused."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    return int(WebEvent.objects.filter(customer=customer).delete()[0])


def clear_web_events(*, at: datetime) -> int:
    """Delete some of the events that are older than ``web.kept_days``, or of customers who do not want them (a merge
    brings those along); how many, 0 when none is left."""
    oldest = at - timedelta(days=int(setting("web.kept_days")))
    against = ContactPreference.objects.filter(channel=ContactPreference.WEB, is_allowed=False).values("customer")
    gone = 0
    for over in (WebEvent.objects.filter(at__lt=oldest), WebEvent.objects.filter(customer__in=against)):
        ids = list(over.order_by().values_list("pk", flat=True)[:CLEARED_AT_ONCE])
        gone += WebEvent.objects.filter(pk__in=ids).delete()[0] if ids else 0
    return gone
