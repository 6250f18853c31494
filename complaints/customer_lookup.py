"""Finding the customer who complains while his name is typed."""

from dataclasses import dataclass

from django.db.models import Q

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.models import Customer
from customers.name_spelling import choose_nearest, names_with, spell_words

MOST = 8
AFTER_EVERY_LETTER = "\U0010ffff"


@dataclass(frozen=True)
class LookupResult:
    """The customers found; ``is_typo`` when only a similar name was."""

    customers: list[Customer]
    is_typo: bool = False


def look_up_customers(user: User, text: str) -> LookupResult:
    """Up to eight current customers that ``user`` may see: by number, by how the name begins, by what it holds.

    From two letters on. When nothing fits, names written similarly. Each step uses an index, none sorts everything.
    """
    words = fold_text(text)
    if len(words) < 2:
        return LookupResult([])
    rows = Customer.objects.visible_to(user).current().select_related("score")
    found = list(rows.filter(Q(number=text.strip()) | Q(number=text.strip().upper()))[:MOST])
    begins = rows.filter(name_folded__gte=words, name_folded__lt=words + AFTER_EVERY_LETTER)
    found += _fresh(list(begins.order_by("name_folded", "id")[:MOST]), found)
    if len(found) < MOST and len(words) >= 3:
        found += _fresh(list(rows.filter(name_folded__contains=words)[:MOST]), found)
    if found or len(words) < 3:
        return LookupResult(found[:MOST])
    spellings = choose_nearest(spell_words(words.split()))
    return LookupResult(list(rows.filter(names_with(spellings))[:MOST]) if spellings else [], is_typo=True)


def _fresh(customers: list[Customer], known: list[Customer]) -> list[Customer]:
    ids = {customer.pk for customer in known}
    return [customer for customer in customers if customer.pk not in ids]
