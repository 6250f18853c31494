"""Customers entered twice, as it happens: at a fair, by a new colleague, from a partner's list.

The copy of ``K-10077`` is ``D-10077``, so whoever measures the search knows the truth.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models.functions import Now

from crm.core.text_folding import fold_text
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.customer_base import CustomerBase
from customers.models import ContactPoint, Customer, Order, OrderLine, Person
from customers.rules.duplicate_keys import core_of_name

SHARE = 50
MOST = 60
FORMS = ("", " Ltd", " GmbH", " Group", " & Co")
LETTERS = "aeionrst"
UMLAUTS = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "Ü": "Ue", "Ö": "Oe", "Ä": "Ae", "ß": "ss"})


def plant_duplicates(base: CustomerBase, *, rng: np.random.Generator) -> int:
    """One customer in fifty whose name is his alone in his town, at most 60, a second time; each sixth another way.

    The more customers, the fewer have a name of their own: who shares it with somebody elsewhere is entered with his
    town, or the second entry could be any of them.
    """
    count = min(MOST, base.count // SHARE)
    called = [(name, city) for name, _place, city in map(base.name_of, range(base.count))]
    names, towns = Counter(name for name, _city in called), Counter(called)
    alone = [index for index in range(len(CASES), base.count) if towns[called[index]] == 1]
    chosen = rng.choice(alone, min(count, len(alone)), replace=False)
    originals = Customer.objects.in_bulk([base.first_id + int(index) for index in chosen])
    for place, pk in enumerate(sorted(originals)):
        _enter_again(originals[pk], way=place % 6, is_common=names[originals[pk].name] > 1, base=base, rng=rng)
    return len(originals)


def _enter_again(
    original: Customer, *, way: int, is_common: bool, base: CustomerBase, rng: np.random.Generator
) -> None:
    tax_id = f"{original.country}{100_000_000 + original.pk * 7919 % 899_999_999}"
    if way in {0, 3}:
        Customer.objects.filter(pk=original.pk).update(tax_id=tax_id)
    fields: dict[str, Any] = {"name": _misspell(original.name, way=way, rng=rng)}
    if way in {0, 3}:
        fields["tax_id"] = tax_id if way == 0 else tax_id[2:]
    if way in {1, 4, 5} or is_common:
        fields |= {"city": original.city, "country": original.country}
    if way == 2:
        fields["domain"] = original.domain
    copy = Customer.objects.create(
        number=f"D-{original.number.removeprefix('K-')}",
        source="trade fair",
        lawful_basis="interest shown",
        language=original.language,
        since=base.today - timedelta(days=40),
        team_id=original.team_id,
        changed_at=Now(),
        **fields,
    )
    _share_channels(original, copy, way=way)
    if way % 2 == 0:
        cents, day = int(rng.integers(20_000, 300_000)), base.today - timedelta(days=int(rng.integers(3, 60)))
        sums = {"amount_cents": cents, "cost_cents": cents * 6 // 10}
        order = Order.objects.create(customer=copy, number=f"D-{original.number}", day=day, **sums)
        OrderLine.objects.create(order=order, **sums)


def _share_channels(original: Customer, copy: Customer, *, way: int) -> None:
    """The phone in another spelling, the mail, or the person: what the second entry has of the first."""
    kinds = {1: ("phone",), 2: ("email",), 4: ("phone", "email")}.get(way, ())
    for point in ContactPoint.objects.filter(customer=original, kind__in=kinds).order_by("pk")[:2]:
        ContactPoint.objects.create(customer=copy, kind=point.kind, value=point.value, value_normal=point.value_normal)
    person = Person.objects.filter(customer=original).order_by("pk").first()
    if person is not None and way in {3, 5}:
        Person.objects.create(customer=copy, name=person.name, job_title=person.job_title)


def _misspell(name: str, *, way: int, rng: np.random.Generator) -> str:
    """Without accents, with another legal form, a word cut short, or a letter wrong."""
    core = core_of_name(fold_text(name)).title() if way in {0, 2} else name.translate(UMLAUTS)
    words = core.split()
    if way == 3 and len(words) > 1:
        return " ".join([*words[:-1], words[-1][:4] + "."])
    if way in {1, 5}:
        at = int(rng.integers(2, max(3, len(core) - 1)))
        return core[:at] + LETTERS[int(rng.integers(len(LETTERS)))] + core[at + 1 :]
    return core + FORMS[int(rng.integers(len(FORMS)))]
