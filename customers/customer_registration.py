"""A new customer: his number, his owner, and who looks like him already."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.models import ContactPoint, Customer

# Mail providers whose domain says nothing about a company.
PUBLIC_DOMAINS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "mail.ru",
        "yandex.ru",
        "qq.com",
        "163.com",
        "proton.me",
        "protonmail.com",
        "orange.fr",
        "free.fr",
        "libero.it",
        "wp.pl",
    ]
)
MOST_SHOWN = 5


@dataclass(frozen=True)
class LikelyDuplicate:
    """A customer who looks like the one being entered, and by what."""

    customer: Customer
    reason: str | Promise


def find_duplicates(
    user: User, *, name: str = "", tax_id: str = "", domain: str = "", email: str = "", leave_out: int | None = None
) -> list[LikelyDuplicate]:
    """Customers ``user`` may see with the same tax number, domain, e-mail or folded name, the surest first."""
    seen = Customer.objects.visible_to(user).exclude(pk=leave_out)
    folded = fold_text(name)
    mail_domain = email.rpartition("@")[2]
    domains = {d for d in (domain, mail_domain) if d and d not in PUBLIC_DOMAINS}
    questions: list[tuple[Q, str | Promise]] = []
    if tax_id.strip():
        questions.append((Q(tax_id=tax_id.strip()), _("the same tax number")))
    if email:
        has_mail = ContactPoint.objects.filter(value_normal=email.lower(), kind=ContactPoint.Kind.EMAIL)
        questions.append((Q(pk__in=has_mail.values("customer")), _("the same e-mail")))
    if domains:
        questions.append((Q(domain__in=domains), _("the same web domain")))
    if len(folded) > 2:
        questions.append((Q(name_folded=folded) | Q(name_folded__startswith=f"{folded} "), _("the same name")))
    found: dict[int, LikelyDuplicate] = {}
    for condition, reason in questions:
        for customer in seen.filter(condition).order_by("id")[:MOST_SHOWN]:
            found.setdefault(customer.pk, LikelyDuplicate(customer, reason))
    return list(found.values())[:MOST_SHOWN]


def next_number() -> str:
    """A free customer number: ``K-20481``."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('customers_customer', 'id'))")
            number = f"K-{cursor.fetchone()[0]:05}"
            if not Customer.objects.filter(number=number).exists():
                return number
