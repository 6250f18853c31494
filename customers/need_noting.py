"""Needs: what a customer needs, by what evidence, and whether we meet it."""

from datetime import date

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, CustomerNeed, Need

MOST_NAMES = 100
_NAMES_KEY = "need-names"


class NeedRefused(Exception):
    """It cannot be noted like this; the message says why."""


@transaction.atomic
def note_need(
    customer: Customer,
    need: Need,
    *,
    evidence: str,
    by: User,
    on: date,
    source: str = "",
    is_met: bool | None = None,
) -> CustomerNeed:
    """Note that ``customer`` has ``need``, or correct what was noted; what stood before is kept as history.

    Its day is that of the evidence: who only says whether we meet it did not hear it again. Raises ``NeedRefused``
    without evidence, and for a new one that the catalogue no longer uses.
    """
    if not evidence.strip():
        raise NeedRefused(gettext("A need is noted with its evidence: what did they say or do?"))
    held = CustomerNeed.objects.select_for_update().filter(customer=customer, need=need).first()
    if held is None and not need.is_active:
        raise NeedRefused(gettext("This need is no longer in use."))
    row = held or CustomerNeed(customer=customer, need=need)
    evidence = evidence.strip()[:300]
    if row.evidence != evidence:
        row.evidence, row.noted_on, row.noted_by = evidence, on, by
    row.source, row.is_met = source.strip()[:150], is_met
    row.save()
    forget_heard(customer)
    return row


@transaction.atomic
def answer_need(customer_need: CustomerNeed, *, answer: str, text: str, on: date) -> CustomerNeed:
    """Note what came of hearing the need: what changed with us, why nothing does, or (``answer`` "") nothing yet.

    Raises ``NeedRefused`` for an answer without words.
    """
    text = text.strip()[:300]
    if answer and not text:
        raise NeedRefused(gettext("Say what changed, or why nothing does."))
    row = CustomerNeed.objects.select_for_update().get(pk=customer_need.pk)
    if (row.answer, row.answer_text) != (answer, text if answer else ""):
        row.answer, row.answer_text, row.answered_on = answer, text if answer else "", on if answer else None
        row.save(update_fields=["answer", "answer_text", "answered_on"])
        forget_heard(row.customer)
    return row


@transaction.atomic
def forget_need(customer_need: CustomerNeed) -> None:
    """The customer does not have the need any more; that he had it is kept as history."""
    customer_need.delete()
    forget_heard(customer_need.customer)


def heard_key(owner_id: int | None) -> str:
    """Where it is remembered what the customers of an owner told, and what came of it."""
    return f"heard:{owner_id}"


def forget_heard(customer: Customer) -> None:
    """Something was heard of ``customer`` or answered: his owner's figures are counted again."""
    cache.delete(heard_key(customer.owner_id))


def list_need_names() -> list[tuple[int, str]]:
    """The catalogue as pairs of id and name, at most 100, for every list that filters by it; remembered for a while."""
    found: list[tuple[int, str]] | None = cache.get(_NAMES_KEY)
    if found is None:
        found = list(Need.objects.values_list("pk", "name")[:MOST_NAMES])
        cache.set(_NAMES_KEY, found, 300)
    return found


def forget_need_names() -> None:
    """The catalogue has changed: read it again next time."""
    cache.delete(_NAMES_KEY)
