"""Tags: put on one customer or on a whole selection, taken off again, suggested, filtered by.

Both verbs answer with the customers that they really changed, so that an undo is the other verb on those alone:

    changed = tag_customers(ids, name="Trade fair", by=user, at=now)
    untag_customers(changed, name="Trade fair")

They take ids and do not ask who may see them: whoever calls has narrowed them by ``visible_to``. A chunk of some
thousands at a time keeps a background job cancellable.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.models import Customer, CustomerTag, Tag

LONGEST_NAME = 40
MOST_AT_ONCE = 10
MOST_NAMES = 200
_NAMES_KEY = "tag-names"
_PUT = """
INSERT INTO customers_customertag (customer_id, tag_id, tagged_at, tagged_by_id)
SELECT c.id, %s, %s, %s FROM customers_customer c WHERE c.id = ANY (%s)
ON CONFLICT (customer_id, tag_id) DO NOTHING RETURNING customer_id
"""
_TAKE = "DELETE FROM customers_customertag WHERE tag_id = %s AND customer_id = ANY (%s) RETURNING customer_id"


class TagRefused(Exception):
    """It cannot be a tag; the message says why."""


def read_tag_names(text: str) -> list[str]:
    """The tags in ``text``, parted by commas, each once; raises ``TagRefused`` for none, too long ones or too many."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    names = [" ".join(part.split()) for part in printable.split(",")]
    once = list({fold_text(name): name for name in reversed(names) if fold_text(name)}.values())[::-1]
    if not once:
        raise TagRefused(gettext("Write a word or two."))
    if any(len(name) > LONGEST_NAME for name in once):
        raise TagRefused(gettext("A tag has at most %(most)s letters.") % {"most": LONGEST_NAME})
    if len(once) > MOST_AT_ONCE:
        raise TagRefused(gettext("At most %(most)s tags at once.") % {"most": MOST_AT_ONCE})
    return once


def find_tag(name: str) -> Tag | None:
    """The tag of that name, case and accents apart."""
    return Tag.objects.filter(name_folded=fold_text(name)).first()


@transaction.atomic
def tag_customers(customer_ids: Collection[int], *, name: str, by: User | None, at: datetime) -> list[int]:
    """Put the tag ``name`` on those who do not carry it yet; the ids of those who got it.

    Raises ``TagRefused`` where ``name`` is no name for one tag.
    """
    names = read_tag_names(name)
    if len(names) > 1:
        raise TagRefused(gettext("One tag, please: a comma parts tags."))
    tag, made = Tag.objects.get_or_create(name_folded=fold_text(names[0]), defaults={"name": names[0]})
    if made:
        transaction.on_commit(forget_tag_names)
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [tag.pk, at, by.pk if by else None, list(customer_ids)])
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def untag_customers(customer_ids: Collection[int], *, name: str) -> list[int]:
    """Take the tag ``name`` off those who carry it; the ids of those who lost it. The history keeps that they had it.

    A tag that nobody knows is carried by nobody: nothing happens.
    """
    tag = find_tag(name)
    if tag is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [tag.pk, list(customer_ids)])
        return [row[0] for row in cursor.fetchall()]


def with_tags(customers: QuerySet[Any]) -> QuerySet[Any]:
    """Each with ``tag_parts``: id and name of his tags by name; costs no query of its own."""
    carried = CustomerTag.objects.filter(customer=OuterRef("pk")).order_by("tag__name_folded")
    return customers.annotate(tag_parts=ArraySubquery(carried.values(parts=JSONObject(id="tag_id", name="tag__name"))))


def list_tags(customer: Customer) -> list[dict[str, Any]]:
    """The customer's tags by name, as ``with_tags`` gives them."""
    carried = CustomerTag.objects.filter(customer=customer).order_by("tag__name_folded")
    return [{"id": key, "name": name} for key, name in carried.values_list("tag", "tag__name")]


def list_tag_names() -> list[tuple[int, str]]:
    """The tags of the company as pairs of id and name, the first 200 by name; remembered for a while."""
    found: list[tuple[int, str]] | None = cache.get(_NAMES_KEY)
    if found is None:
        found = list(Tag.objects.values_list("pk", "name")[:MOST_NAMES])
        cache.set(_NAMES_KEY, found, 300)
    return found


def forget_tag_names() -> None:
    """A tag is new, renamed or gone: read them again next time."""
    cache.delete(_NAMES_KEY)
