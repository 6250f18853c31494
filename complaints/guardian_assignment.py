"""Who owns a complaint until the customer says it is mended: never the one who sells to him.

The rule is asked here; the database refuses the seller as well, by whatever path a guardian is written
(``guardian_is_not_seller``), and frees a complaint whose guardian becomes the customer's seller.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from complaints.complaint_tasks import NAME_GUARDIAN, ask_for_guardian, close_complaint_task, open_guardian_tasks
from complaints.models import Complaint, ComplaintEntry
from complaints.rules.guardian_choice import GUARDIAN_ROLE, Candidate, Refusal, choose_guardian, find_refusal
from crm.core.local_time import company_day
from crm.core.models import Absence, User
from customers.models import Customer
from segments.models import CurrentScore, Membership

PREMIUM = "premium"


class GuardianRefused(Exception):
    """This colleague cannot guard this complaint; the message says why, in words for the page."""


def find_valued_customers() -> QuerySet[Customer]:
    """Those whose complaint has a guardian at once: of class A or B, or in the premium segment."""
    by_class = CurrentScore.objects.filter(pk=OuterRef("pk"), grade__regex="^[AB]")
    by_segment = Membership.objects.current().filter(customer=OuterRef("pk"), segment__key=PREMIUM)
    return Customer.objects.filter(Exists(by_class) | Exists(by_segment))


def list_candidates(*, at: datetime, among: Iterable[int] | None = None) -> list[Candidate]:
    """Colleagues of the quality role (or ``among`` these ids, whatever their role) with what the rule asks of them."""
    today = company_day(at)
    away = Absence.objects.filter(user=OuterRef("pk"), first_day__lte=today, last_day__gte=today)
    people = User.objects.filter(pk__in=among) if among is not None else User.objects.filter(role=GUARDIAN_ROLE)
    rows = people.annotate(
        absent=Exists(away), cases=Count("guarded", filter=Q(guarded__closed_at=None), distinct=True)
    ).values_list("pk", "role", "is_active", "absent", "cases")
    return [Candidate(*row) for row in rows]


def list_able_guardians(complaint: Complaint, *, at: datetime) -> list[User]:
    """Whom a manager may choose from for this complaint, those with the fewest open cases first."""
    able = {
        candidate.user_id: candidate.open_cases
        for candidate in list_candidates(at=at)
        if find_refusal(candidate, seller_id=complaint.customer.owner_id) is None
    }
    return sorted(User.objects.filter(pk__in=able), key=lambda user: (able[user.pk], user.pk))


def describe_refusal(refusal: Refusal, *, name: str) -> str:
    """Why not, in words."""
    words = {
        Refusal.SELLER: _("%(name)s sells to this customer and cannot be guardian."),
        Refusal.ROLE: _("%(name)s is not of the quality unit: only a guardian guards."),
        Refusal.INACTIVE: _("%(name)s no longer works with us."),
        Refusal.ABSENT: _("%(name)s is away today."),
    }
    return words[refusal] % {"name": name}


@transaction.atomic
def name_guardian(complaint: Complaint, *, guardian: User, by: User | None, at: datetime) -> Complaint:
    """Make ``guardian`` the owner of an open complaint; his tasks are opened, those of the one before become his.

    ``by`` is None when the house names him. Raises ``GuardianRefused`` for the seller, somebody of another role, the
    absent, the departed, and on a closed complaint.
    """
    complaint = _lock(complaint)
    if complaint.closed_at is not None:
        raise GuardianRefused(_("This complaint is closed. Open it again first."))
    candidate = next(iter(list_candidates(at=at, among=[guardian.pk])))
    refusal = find_refusal(candidate, seller_id=complaint.customer.owner_id)
    if refusal is not None:
        raise GuardianRefused(describe_refusal(refusal, name=guardian.name))
    if complaint.guardian_id == guardian.pk:
        return complaint
    before = complaint.guardian
    complaint.guardian, complaint.guardian_named_at = guardian, at
    complaint.save(update_fields=["guardian", "guardian_named_at", "changed_at"])
    text = (
        _("%(name)s took over from %(before)s.") % {"name": guardian.name, "before": before.name}
        if before
        else _("%(name)s is the guardian.") % {"name": guardian.name}
    )
    ComplaintEntry.objects.create(complaint=complaint, kind=ComplaintEntry.Kind.GUARDIAN, text=text, at=at, by=by)
    close_complaint_task(complaint, piece=NAME_GUARDIAN, by=by, at=at)
    open_guardian_tasks(complaint, at=at)
    return complaint


@transaction.atomic
def assign_guardian(complaint: Complaint, *, at: datetime) -> Complaint:
    """Let the house choose a guardian for a complaint that has none.

    When nobody can guard it today the one who may name somebody has a task to free one, and the complaint stays so.
    """
    complaint = _lock(complaint)
    if complaint.guardian_id is not None or complaint.closed_at is not None:
        return complaint
    chosen = choose_guardian(list_candidates(at=at), seller_id=complaint.customer.owner_id)
    if chosen is None:
        ask_for_guardian(complaint, at=at)
        return complaint
    return name_guardian(complaint, guardian=User.objects.get(pk=chosen), by=None, at=at)


@transaction.atomic
def release_guardian(complaint: Complaint, *, at: datetime) -> Complaint:
    """Free an open complaint whose guardian left or changed his role, so that another can be named."""
    complaint = _lock(complaint)
    guardian = complaint.guardian
    if guardian is None or complaint.closed_at is not None:
        return complaint
    complaint.guardian = complaint.guardian_named_at = None
    complaint.save(update_fields=["guardian", "guardian_named_at", "changed_at"])
    ComplaintEntry.objects.create(
        complaint=complaint,
        kind=ComplaintEntry.Kind.GUARDIAN,
        text=_("%(name)s can no longer guard it.") % {"name": guardian.name},
        at=at,
    )
    return complaint


def _lock(complaint: Complaint) -> Complaint:
    """The complaint as it stands, held until the transaction ends; its customer's owner cannot change meanwhile."""
    Customer.objects.select_for_update(no_key=True).get(pk=complaint.customer_id)
    return (
        Complaint.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer__owner", "guardian")
        .get(pk=complaint.pk)
    )
