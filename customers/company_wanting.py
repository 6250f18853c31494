"""Companies we want to win in a year: put on the list with a reason, taken off again."""

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, WantedCompany


class WantingRefused(Exception):
    """It cannot be put on the list like this; the message says why."""


@transaction.atomic
def want_company(customer: Customer, *, year: int, reason: str, by: User) -> WantedCompany:
    """``customer`` is on the list of ``year``, or has another reason there. Raises ``WantingRefused``."""
    words = " ".join(reason.split())[:300]
    if not words:
        raise WantingRefused(gettext("Say why: what would change if they bought from us?"))
    row, _made = WantedCompany.objects.update_or_create(
        customer=customer, year=year, defaults={"reason": words}, create_defaults={"reason": words, "wanted_by": by}
    )
    return row


@transaction.atomic
def drop_wanted(wanted: WantedCompany) -> None:
    """Off the list; the bin keeps it."""
    wanted.delete()
