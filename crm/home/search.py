"""Search by any identifier, from anywhere: name (typos and accents forgiven), number, phone, e-mail, person, order.

What is found is decided by ``crm.home.search_finders``; here it becomes lines that say enough to choose from.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from complaints.models import Complaint
from crm.core.formats import format_day, format_money, format_number
from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_matching import Part, mark_matches
from crm.home.search_finders import find_matches, fold_words
from customers.models import ContactPoint, Customer, Order, Person
from segments.models import CurrentScore, Membership

LONGEST_QUERY = 200


@dataclass
class Hit:
    """One line of the results; ``kind`` names its icon."""

    url: str
    kind: str
    title: list[Part]
    detail: str = ""
    grade: str = ""
    segment: Any = None
    complaint: str = ""
    owner: Any = None
    right: str = ""


@dataclass
class Group:
    """Results of one kind."""

    label: str
    hits: list[Hit] = field(default_factory=list)
    is_guess: bool = False


def _address(name: str, pk: int) -> str:
    return reverse(name, kwargs={"pk": pk})


def _state_of(score: CurrentScore | None) -> str:
    """Silence in words, where it is worth a word."""
    if score is None or score.gap_days is None:
        return ""
    gap = format_number(score.gap_days)
    if score.mean_gap_days and score.risk > CurrentScore.Risk.NONE:
        usual = format_number(score.mean_gap_days)
        return _("silent %(gap)s d where %(usual)s are usual") % {"gap": gap, "usual": usual}
    return _("last bought %(gap)s d ago") % {"gap": gap}


Mark = Callable[[str], list[Part]]


def _customer_hits(ids: list[int], *, mark: Mark, user: User) -> list[Hit]:
    """With class, segment, open complaint and owner, in three queries however many there are."""
    shown = _rows(Customer.objects.select_related("owner", "score"), ids)
    memberships = Membership.objects.current().filter(customer__in=ids).select_related("segment")
    segments = {row.customer_id: row.segment for row in memberships}
    cases: dict[int, Complaint] = {}
    if user.has_perm("complaints.view_complaint"):
        open_cases = Complaint.objects.open().filter(customer__in=ids).order_by("-taken_at")
        cases = {row.customer_id: row for row in open_cases}
    hits = []
    for customer in shown:
        score = getattr(customer, "score", None)
        facts = (customer.city, customer.number, _state_of(score), _("archived") if customer.is_archived else "")
        case = cases.get(customer.pk)
        days = (timezone.now() - case.taken_at).days + 1 if case else 0
        hits.append(
            Hit(
                _address("home:customer-page", customer.pk),
                "user",
                mark(customer.name),
                " · ".join(fact for fact in facts if fact),
                score.grade if score else "",
                segments.get(customer.pk),
                _("%(case)s, day %(days)s") % {"case": case.number, "days": days} if case else "",
                customer.owner,
            )
        )
    return hits


def _rows(rows: QuerySet[Any], ids: list[int]) -> list[Any]:
    """The rows of ``ids`` in their order; their visibility was asked when they were found."""
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _person_hit(person: Person, *, mark: Mark, detail: str = "") -> Hit:
    facts = (person.job_title, str(person.customer), _("has left") if person.left_on else "", detail)
    url = _address("home:customer-page", person.customer_id)
    return Hit(
        url, "people", mark(person.name), " · ".join(fact for fact in facts if fact), owner=person.customer.owner
    )


def _person_hits(ids: list[int], *, mark: Mark, user: User) -> list[Hit]:
    return [_person_hit(person, mark=mark) for person in _rows(Person.objects.select_related("customer__owner"), ids)]


def _point_hits(ids: list[int], *, mark: Mark, user: User) -> list[Hit]:
    hits = []
    for point in _rows(ContactPoint.objects.select_related("person", "customer__owner"), ids):
        if point.person:
            point.person.customer = point.customer
            hits.append(_person_hit(point.person, mark=mark, detail=point.value))
        else:
            url = _address("home:customer-page", point.customer_id)
            hits.append(Hit(url, "phone", mark(point.customer.name), point.value, owner=point.customer.owner))
    return hits


def _order_hits(ids: list[int], *, mark: Mark, user: User) -> list[Hit]:
    currency, today = setting("company.currency"), company_day(timezone.now())
    return [
        Hit(
            _address("customers:order-detail", order.pk),
            "box",
            mark(_("Order %(number)s") % {"number": order.number}),
            f"{order.customer} · {format_day(order.day, today=today)}",
            right=format_money(order.amount_cents, currency=currency, with_cents=True),
        )
        for order in _rows(Order.objects.select_related("customer"), ids)
    ]


def _complaint_hits(ids: list[int], *, mark: Mark, user: User) -> list[Hit]:
    return [
        Hit(
            _address("complaints:complaint-detail", row.pk),
            "shield",
            [Part(str(row))],
            f"{row.customer} · {row.guardian or _('no guardian yet')}",
            right=_("closed") if row.closed_at else _("open"),
        )
        for row in _rows(Complaint.objects.select_related("customer", "guardian"), ids)
    ]


# How each kind is shown, in the order of the page.
SHOWN_AS: dict[type[Model], tuple[str, Callable[..., list[Hit]]]] = {
    Customer: (gettext_lazy("Customers"), _customer_hits),
    Person: (gettext_lazy("People"), _person_hits),
    ContactPoint: (gettext_lazy("Phones and e-mails"), _point_hits),
    Order: (gettext_lazy("Orders"), _order_hits),
    Complaint: (gettext_lazy("Complaints"), _complaint_hits),
}


def find_everything(text: str, *, user: User) -> list[Group]:
    """Groups with at least one hit, the customers first; names one letter away only when nothing is called so."""
    text = text.strip()[:LONGEST_QUERY]
    if not text:
        return []
    matches, words = find_matches(text, user=user), fold_words(text)

    def mark(name: str) -> list[Part]:
        return mark_matches(name, words)

    return [
        Group(str(label), make_hits(matches.ids[kind], mark=mark, user=user), is_guess=matches.is_guess)
        for kind, (label, make_hits) in SHOWN_AS.items()
        if kind in matches.ids
    ]


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Results as one types, or as a page; with Enter on a single hit the page of that hit."""
    text = request.GET.get("q", "").replace("\0", "")
    groups = find_everything(text, user=request.user)  # type: ignore[arg-type]
    hits = [hit for group in groups for hit in group.hits]
    if not request.htmx and len(hits) == 1 and hits[0].url:  # type: ignore[attr-defined]
        return redirect(hits[0].url)
    page = {"q": text, "groups": groups, "shown": len(hits), "is_guess": any(group.is_guess for group in groups)}
    return render(request, "home/search.html#results" if request.htmx else "home/search.html", page)  # type: ignore[attr-defined]
