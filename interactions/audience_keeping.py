"""Audiences of campaigns: made from a list, added to, taken out of, put away.

``add_members`` and ``remove_members`` answer with the customers they really changed, so that an undo is the other verb
on those alone. They take ids and do not ask who may see them: whoever calls has narrowed them by ``visible_to``.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext

from crm.core.models import User
from interactions.models import Audience

_ADD = """
INSERT INTO interactions_audiencemember (audience_id, customer_id, added_at, added_by_id, added_by_act)
SELECT %s, c.id, %s, %s, %s FROM customers_customer c WHERE c.id = ANY (%s)
ON CONFLICT (audience_id, customer_id) DO NOTHING RETURNING customer_id
"""
_REMOVE = """
DELETE FROM interactions_audiencemember m
WHERE m.audience_id = %s AND m.customer_id = ANY (%s) AND (%s::bigint IS NULL OR m.added_by_act = %s)
RETURNING m.customer_id
"""


class AudienceRefused(Exception):
    """Nothing can be added to it or taken out of it; the message says why."""


def make_audience(
    *,
    name: str,
    purpose: str,
    channel: str,
    made_from: str,
    made_list: str,
    made_query: str,
    by: User,
    at: datetime,
    act: int | None = None,
) -> Audience:
    """A new audience without members, of ``by`` and his team; the same act again finds the one it made."""
    said = {
        "name": " ".join(name.split()),
        "purpose": " ".join(purpose.split()),
        "channel": channel,
        "owner": by,
        "team_id": by.team_id,
        "made_from": made_from[:300],
        "made_list": made_list,
        "made_query": made_query,
        "made_at": at,
    }
    if act is None:
        return Audience.objects.create(**said)
    return Audience.objects.get_or_create(made_by_act=act, defaults=said)[0]


@transaction.atomic
def add_members(
    audience: Audience, customer_ids: Collection[int], *, by: User, at: datetime, act: int | None = None
) -> list[int]:
    """Put customers in; the ids of those who were not in it yet. Raises ``AudienceRefused``."""
    _lock(audience)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [audience.pk, at, by.pk, act, list(customer_ids)])
        added = [row[0] for row in cursor.fetchall()]
    Audience.objects.filter(pk=audience.pk).update(size=F("size") + len(added))
    return added


@transaction.atomic
def remove_members(audience: Audience, customer_ids: Collection[int], *, act: int | None = None) -> list[int]:
    """Take customers out, with ``act`` only those which that act put in; the ids of those who were in it."""
    Audience.objects.select_for_update().get(pk=audience.pk)
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [audience.pk, list(customer_ids), act, act])
        removed = [row[0] for row in cursor.fetchall()]
    Audience.objects.filter(pk=audience.pk).update(size=F("size") - len(removed))
    return removed


@transaction.atomic
def drop_if_empty(audience: Audience, *, act: int) -> bool:
    """Take away an audience which ``act`` made and of which nobody is left, once that act is taken back."""
    gone, _by_model = Audience.objects.filter(pk=audience.pk, made_by_act=act, size=0).delete()
    return bool(gone)


@transaction.atomic
def archive_audience(audience: Audience, *, at: datetime) -> Audience:
    """Put it away: nobody adds to it, its members stay readable."""
    audience.archived_at = audience.archived_at or at
    audience.save(update_fields=["archived_at"])
    return audience


@transaction.atomic
def reopen_audience(audience: Audience) -> Audience:
    """Use it again."""
    audience.archived_at = None
    audience.save(update_fields=["archived_at"])
    return audience


def _lock(audience: Audience) -> None:
    row = Audience.objects.select_for_update().filter(pk=audience.pk).first()
    if row is None:
        raise AudienceRefused(gettext("This audience is no longer there."))
    if row.archived_at is not None:
        raise AudienceRefused(gettext("“%(name)s” is put away: bring it back first.") % {"name": row.name})
