"""A suggestion is answered: it becomes an offer, or it is never made again. And what came of the offers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext

from crm.core.business_calendar import company_calendar
from crm.core.formats import format_money
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Customer
from customers.rules.white_space import FamilyAmongPeers
from interactions.models import ProductSuggestion, Task
from interactions.process_running import NoProcess, start_process
from interactions.task_handling import find_held, open_task

OFFER_HOURS = 24  # three working days
HIT_DAYS = 180


class SuggestionRefused(Exception):
    """The answer cannot be taken; the message says why, in words for the user."""


@transaction.atomic
def accept_suggestion(customer: Customer, *, suggested: FamilyAmongPeers, by: User, at: datetime) -> ProductSuggestion:
    """Make an offer of it: the segment's process for proposals starts, else a task is opened for the owner.

    Answering again changes nothing. Raises ``SuggestionRefused`` while a complaint is open.
    """
    if find_held(customer_ids=[customer.pk], on=company_calendar().local_day(at)):
        raise SuggestionRefused(gettext("Selling waits while a complaint is open."))
    answer, created = _answer(customer, suggested, state=ProductSuggestion.State.ACCEPTED, by=by, at=at)
    if not created:
        return answer
    subject = gettext("Offer: %(family)s") % {"family": suggested.family}
    try:
        answer.run = start_process(
            customer,
            flow="propose",
            key=f"offer:{suggested.family}"[:80],
            subject=subject,
            amount_cents=suggested.median_cents,
            by=by,
            at=at,
        )
    except NoProcess:
        answer.task = open_task(
            customer,
            kind=Task.Kind.FOLLOW_UP,
            title=subject,
            why=explain_suggestion(suggested),
            due_at=company_calendar().add_hours(at, OFFER_HOURS),
            assignee=customer.owner if customer.owner and customer.owner.is_active else by,
            by=by,
            source=f"offer:{suggested.family}"[:60],
            is_selling=True,
        )
    answer.save(update_fields=["run", "task"])
    return answer


@transaction.atomic
def refuse_suggestion(
    customer: Customer, *, suggested: FamilyAmongPeers, reason: str, by: User, at: datetime
) -> ProductSuggestion:
    """Never suggest it to this customer again. Raises ``SuggestionRefused`` without a reason."""
    if not reason.strip():
        raise SuggestionRefused(gettext("Say in a word why it does not fit: it will not be suggested here again."))
    answer, _created = _answer(
        customer, suggested, state=ProductSuggestion.State.REFUSED, by=by, at=at, reason=reason.strip()[:300]
    )
    return answer


def explain_suggestion(suggested: FamilyAmongPeers) -> str:
    """``24 of 38 customers alike buy it, for about €9,400 a year.``"""
    return gettext("%(buyers)s of %(peers)s customers alike buy it, for about %(money)s a year.") % {
        "buyers": suggested.buyers,
        "peers": suggested.peers,
        "money": format_money(suggested.median_cents, currency=str(setting("company.currency"))),
    }


def _answer(
    customer: Customer, suggested: FamilyAmongPeers, *, state: str, by: User, at: datetime, reason: str = ""
) -> tuple[ProductSuggestion, bool]:
    return ProductSuggestion.objects.get_or_create(
        customer=customer,
        family=suggested.family,
        defaults={
            "state": state,
            "reason": reason,
            "answered_on": company_calendar().local_day(at),
            "answered_by": by,
            "peers": suggested.peers,
            "buyers": suggested.buyers,
            "median_cents": suggested.median_cents,
        },
    )


@dataclass(frozen=True)
class HitRate:
    """Offers made from suggestions: bought within 180 days, given up on, and those whose time is not over yet."""

    accepted: int = 0
    hits: int = 0
    waiting: int = 0

    @property
    def judged(self) -> int:
        return self.accepted - self.waiting

    @property
    def share(self) -> float | None:
        """Of the offers that can be judged, those that were bought; ``None`` before the first can."""
        return self.hits / self.judged if self.judged else None


def measure_hits(customer_ids: list[int], *, on: date) -> HitRate:
    """How many accepted suggestions of these customers became sales; one query."""
    sql = """
        SELECT count(*), count(*) FILTER (WHERE bought), count(*) FILTER (WHERE NOT bought AND answered_on > %(judged)s)
        FROM (
            SELECT s.answered_on, EXISTS (
                SELECT FROM customers_itemday i JOIN customers_product p ON p.id = i.product_id
                WHERE i.customer_id = s.customer_id AND p.family = s.family AND i.amount_cents > 0
                  AND i.day > s.answered_on AND i.day <= s.answered_on + %(days)s) AS bought
            FROM interactions_productsuggestion s
            WHERE s.customer_id = ANY (%(customers)s) AND s.state = 'accepted' AND s.answered_on <= %(on)s
        ) answered
    """
    params = {"on": on, "judged": on - timedelta(days=HIT_DAYS), "days": HIT_DAYS, "customers": customer_ids}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return HitRate(*cursor.fetchone())
