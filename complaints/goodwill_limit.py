"""How much may be given to mend a complaint: the limit of the customer's segment."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import Permission
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from complaints.models import Complaint
from crm.core.formats import format_money
from crm.core.models import User
from crm.core.models.business_setting import setting
from segments.models import Membership, Segment


@dataclass(frozen=True)
class GoodwillLimit:
    """Cents: what the segment allows a complaint, and what was given already."""

    segment_name: str
    limit_cents: int
    given_cents: int

    @property
    def left_cents(self) -> int:
        """Never below zero."""
        return max(0, self.limit_cents - self.given_cents)

    def describe_refusal(self, amount_cents: int) -> str:
        """Why not this amount, what is left, and who may decide beyond it."""
        currency = setting("company.currency")
        numbers = {
            "amount": format_money(amount_cents, currency=currency, with_cents=True),
            "left": format_money(self.left_cents, currency=currency, with_cents=True),
            "segment": self.segment_name,
            "who": ", ".join(user.name for user in list_deciders()) or "–",
        }
        if not self.segment_name:
            return _("%(amount)s is more than is left to give, %(left)s. Beyond it decides: %(who)s.") % numbers
        return (
            _("%(amount)s is more than is left to give in %(segment)s, %(left)s. Beyond it decides: %(who)s.") % numbers
        )


def find_goodwill_limit(complaint: Complaint, *, on: date) -> GoodwillLimit:
    """The limit for ``complaint``: that of the segment its customer is in on ``on``, else of the one that
    takes the rest.
    """
    current = Membership.objects.current().filter(customer=complaint.customer_id, since__lte=on)
    membership = current.select_related("segment").first()
    segment = membership.segment if membership else Segment.objects.filter(is_fallback=True).first()
    given = complaint.goodwill_grants.aggregate(cents=Sum("amount_cents"))["cents"] or 0
    return GoodwillLimit(segment.name if segment else "", segment.goodwill_limit_cents if segment else 0, given)


def list_deciders() -> list[User]:
    """Up to three colleagues who may give more than a limit allows."""
    permission = Permission.objects.filter(content_type__app_label="segments", codename="change_segment")
    holders = Q(groups__permissions__in=permission) | Q(user_permissions__in=permission) | Q(is_superuser=True)
    return list(User.objects.active().filter(holders).distinct()[:3])
