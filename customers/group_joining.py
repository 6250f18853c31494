"""Several customers under one head: joining a group, leaving it, and the names under which one does business.

A group has one level: its head belongs to nobody, its members have no members. Whoever owns the head leads the group.
"""

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.models import Customer, TradingName

MOST_NAMES = 30


class GroupRefused(Exception):
    """It cannot be like this; the message says why."""


@transaction.atomic
def join_group(customer: Customer, *, head: Customer, by: User, takes_owner: bool = False) -> Customer:
    """``customer`` belongs to the group of ``head``; with ``takes_owner`` the head's owner and team look after him.

    Raises ``GroupRefused`` where the group would get a second level or run in a circle.
    """
    rows = {one.pk: one for one in Customer.objects.select_for_update().filter(pk__in=sorted({customer.pk, head.pk}))}
    held, top = rows[customer.pk], rows[head.pk]
    if held.pk == top.pk:
        raise GroupRefused(gettext("A customer cannot belong to himself."))
    if top.parent_id is not None:
        raise GroupRefused(gettext("%(head)s belongs to a group: choose the head of that group.") % {"head": top.name})
    if Customer.objects.filter(parent=held).exists():
        raise GroupRefused(
            gettext("%(name)s is the head of a group: its members join one by one.") % {"name": held.name}
        )
    held.parent = top
    if takes_owner:
        held.owner_id, held.team_id = top.owner_id, top.team_id
    return _keep(held, by=by)


@transaction.atomic
def leave_group(customer: Customer, *, by: User) -> Customer:
    """``customer`` stands alone again."""
    held = Customer.objects.select_for_update().get(pk=customer.pk)
    held.parent = None
    return _keep(held, by=by)


def _keep(held: Customer, *, by: User) -> Customer:
    held.changed_by = by
    held.edit_version += 1
    held.save()
    return held


@transaction.atomic
def add_trading_name(customer: Customer, *, name: str, note: str = "") -> TradingName:
    """Another name to be found by; one that is there already gets the note. Raises ``GroupRefused``."""
    words = " ".join(name.split())[:300]
    if not fold_text(words):
        raise GroupRefused(gettext("A name has letters or digits."))
    held = TradingName.objects.filter(customer=customer, name_folded=fold_text(words)).first()
    if held is None and TradingName.objects.filter(customer=customer).count() >= MOST_NAMES:
        raise GroupRefused(gettext("A customer has at most 30 names."))
    row = held or TradingName(customer=customer, name=words)
    row.note = note.strip()[:150]
    row.save()
    return row


@transaction.atomic
def remove_trading_name(trading_name: TradingName) -> None:
    """Found by it no longer; the history keeps it."""
    trading_name.delete()
