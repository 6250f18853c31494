"""Watching a customer: a colleague is told when he moves, complains or has an alert, from that moment on."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from crm.core.models import User
from customers.models import Customer, NewsSeen, Watch

KINDS = ("moves", "complaints", "alerts")


@transaction.atomic
def watch_customer(customer: Customer, *, kinds: Collection[str], by: User, at: datetime) -> Watch | None:
    """``by`` hears of ``kinds`` (some of ``KINDS``) from ``at`` on; of none of them ends the watch."""
    wanted = {kind: kind in kinds for kind in KINDS}
    if not any(wanted.values()):
        Watch.objects.filter(customer=customer, user=by).delete()
        return None
    watch, _made = Watch.objects.update_or_create(
        customer=customer, user=by, defaults=wanted, create_defaults={**wanted, "since": at}
    )
    return watch


@transaction.atomic
def mark_news_seen(user: User, *, until: datetime) -> None:
    """``user`` has seen what was told until then; never fewer than before."""
    seen, made = NewsSeen.objects.get_or_create(user=user, defaults={"seen_until": until})
    if not made:
        NewsSeen.objects.filter(pk=seen.pk, seen_until__lt=until).update(seen_until=until)
