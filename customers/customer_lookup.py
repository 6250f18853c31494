"""Finding a customer while his name or number is typed into a form."""

from dataclasses import dataclass

from django.db.models import QuerySet

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.models import Customer
from customers.name_spelling import choose_nearest, names_with, spell_words
from customers.number_finding import find_by_digits, split_digits

MOST = 8
NUMBERS = 50
AFTER_EVERY_LETTER = "\U0010ffff"


@dataclass(frozen=True)
class LookupResult:
    """The customers found; ``is_typo`` when only a similar name was."""

    customers: list[Customer]
    is_typo: bool = False


def look_up_customers(rows: QuerySet[Customer], text: str, *, asking: User) -> LookupResult:
    """Up to eight of ``rows`` (of whom one may choose): by number or its digits, by how a name begins, what it has.

    From two letters on. Who has the number is meant, else numbers that begin so stand first; of names, those that
    ``asking`` owns. When nothing fits, names written similarly. Each step uses an index, none sorts everything.
    """
    words, numbers = fold_text(text), list(dict.fromkeys([text.strip(), text.strip().upper()]))
    if len(words) < 2:
        return LookupResult([])
    found = list(rows.filter(number__in=numbers)[:MOST])
    if not found and any(letter.isdigit() for letter in text):
        for begins in numbers:
            nearest = Customer.objects.filter(number__startswith=begins).order_by("number").values("pk")[:NUMBERS]
            found += list(rows.filter(pk__in=nearest).order_by("number")[:MOST])
    if spelt := split_digits(text.strip()):
        by_digits = find_by_digits(rows, spelt[1], before=spelt[0], limit=NUMBERS)
        found += _fresh(list(by_digits.order_by("told", "number")[:MOST]), found)
    begins_so = rows.filter(name_folded__gte=words, name_folded__lt=words + AFTER_EVERY_LETTER)
    for nearest_names in (begins_so.filter(owner=asking), begins_so):
        found += _fresh(list(nearest_names.order_by("name_folded", "id")[:MOST]), found)
    if len(found) < MOST and len(words) >= 3:
        found += _fresh(list(rows.filter(name_folded__contains=words)[:MOST]), found)
    if found or len(words) < 3:
        return LookupResult(found[:MOST])
    spellings = choose_nearest(spell_words(words.split()))
    return LookupResult(list(rows.filter(names_with(spellings))[:MOST]) if spellings else [], is_typo=True)


def _fresh(customers: list[Customer], known: list[Customer]) -> list[Customer]:
    ids = {customer.pk for customer in known}
    return [customer for customer in customers if customer.pk not in ids]
