"""Share of wallet: somebody estimates what a customer spends with everybody, and we read our part of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, PurchaseDay, WalletEstimate, WalletSupplier
from customers.rules.wallet_share import ShareRange, find_wallet_fault, measure_share

YEAR = timedelta(days=365)
OLD = timedelta(days=365)


class WalletRefused(Exception):
    """The estimate cannot be right; the message says why, in words for the user."""


@dataclass(frozen=True)
class Supplier:
    """Another supplier and his part of the whole spend in percent; ``None`` where it is not known."""

    name: str
    percent: int | None = None


@dataclass
class WalletShare:
    """What a customer buys from us (cents of the 12 months that end on a day) as a part of all he spends.

    ``estimate`` and ``range`` are None where nobody has estimated it. ``unnamed`` is the part (0 to 1) of suppliers
    nobody has named; None while a named supplier's part is unknown.
    """

    sales_cents: int
    estimate: WalletEstimate | None = None
    range: ShareRange | None = None
    suppliers: list[WalletSupplier] = field(default_factory=list)
    unnamed: float | None = None
    is_old: bool = False

    @property
    def room_cents(self) -> int | None:
        """What he spends elsewhere, in cents a year."""
        return None if self.estimate is None else max(0, self.estimate.total_cents - max(0, self.sales_cents))


def read_sales_of_year(customer: Customer, *, on: date) -> int:
    """Net sales in cents of the 365 days that end with the local day ``on``."""
    days = PurchaseDay.objects.filter(customer=customer.pk, day__gt=on - YEAR, day__lte=on)
    return int(days.aggregate(cents=Sum("amount_cents"))["cents"] or 0)


def read_wallet_share(customer: Customer, *, on: date) -> WalletShare:
    """Our share of what ``customer`` spends, by the estimate in force on the local day ``on``; three queries."""
    share = WalletShare(read_sales_of_year(customer, on=on))
    estimate = (
        WalletEstimate.objects.filter(customer=customer, estimated_on__lte=on).select_related("estimated_by").first()
    )
    if estimate is None:
        return share
    share.estimate, share.is_old = estimate, on - estimate.estimated_on > OLD
    share.range = measure_share(
        share.sales_cents,
        total_cents=estimate.total_cents,
        low_cents=estimate.low_cents,
        high_cents=estimate.high_cents,
    )
    share.suppliers = list(estimate.suppliers.all())
    percents = [supplier.percent for supplier in share.suppliers]
    if None not in percents:
        share.unnamed = max(0.0, 1 - share.range.share - sum(percent or 0 for percent in percents) / 100)
    return share


@transaction.atomic
def estimate_wallet(
    customer: Customer,
    *,
    total_cents: int,
    source: str,
    by: User,
    on: date,
    low_cents: int | None = None,
    high_cents: int | None = None,
    confidence: str = WalletEstimate.Confidence.MEDIUM,
    suppliers: Iterable[Supplier] = (),
) -> WalletEstimate:
    """Keep what ``customer`` spends in a year with all suppliers, in force from the local day ``on``; the estimate
    before stays as history. Without a range the total is its own. Raises ``WalletRefused``."""
    low, high = low_cents or total_cents, high_cents or total_cents
    named = [Supplier(" ".join(one.name.split())[:100], one.percent) for one in suppliers if one.name.strip()]
    ours = read_sales_of_year(customer, on=on)
    percents = [one.percent for one in named]
    fault = find_wallet_fault(ours, total_cents=total_cents, low_cents=low, high_cents=high, percents=percents)
    if fault:
        raise WalletRefused(_say_fault(fault))
    if not source.strip():
        raise WalletRefused(gettext("Say where the figure comes from."))
    if len({one.name.casefold() for one in named}) < len(named):
        raise WalletRefused(gettext("A supplier is named twice."))
    estimate = WalletEstimate.objects.create(
        customer=customer,
        total_cents=total_cents,
        low_cents=low,
        high_cents=high,
        confidence=confidence,
        source=source.strip()[:150],
        estimated_on=on,
        estimated_by=by,
    )
    WalletSupplier.objects.bulk_create(
        WalletSupplier(estimate=estimate, name=one.name, percent=one.percent) for one in named
    )
    return estimate


def _say_fault(fault: str) -> str:
    return {
        "range": gettext("The figure must lie between “at least” and “at most”, above zero."),
        "less_than_ours": gettext("They bought more than that from us alone in the last 12 months."),
        "over_all": gettext("Our part and those of the others come to more than 100%."),
    }[fault]
