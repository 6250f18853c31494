"""Search by any identifier, from anywhere: name (typos and accents forgiven), number, tax number, phone, e-mail,
domain, person, order, proposal, case.

What is found is decided by ``crm.home.search_finders``; here it becomes lines that say enough to choose from.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
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
from complaints.rules.recovery_clock import read_clock
from crm.core.formats import format_day, format_money, format_number
from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from crm.core.text_matching import Part, mark_matches
from crm.home.search_finders import find_matches, fold_words
from customers.models import ContactPoint, Customer, Order, Person, TradingName
from interactions.models import ProcessRun
from interactions.process_overview import name_state
from segments.models import CurrentScore, Membership

LONGEST_QUERY = 200
MOST_PHONES = 500  # looked through for the lines of one answer


@dataclass
class Hit:
    """One line of the results; ``kind`` names its icon, ``log_url`` where a contact with the customer is logged, and
    ``phone`` the number that rings him or the person on the line."""

    url: str
    kind: str
    title: list[Part]
    detail: str = ""
    grade: str = ""
    segment: Any = None
    complaint: str = ""
    owner: Any = None
    right: str = ""
    log_url: str = ""
    customer: str = ""
    phone: ContactPoint | None = None


@dataclass
class Group:
    """Results of one kind."""

    label: str
    hits: list[Hit] = field(default_factory=list)
    is_guess: bool = False


@dataclass
class Surroundings:
    """What lines say besides their own row: segment, oldest open complaint and other names by customer, and the number
    to ring by customer and person (None where anybody there will do)."""

    words: list[str]
    today: date
    segments: dict[int, Any]
    cases: dict[int, Complaint]
    other_names: dict[int, str]
    may_log: bool
    phones: dict[tuple[int, int | None], ContactPoint]

    def mark(self, name: str) -> list[Part]:
        """The name with the letters that were asked for."""
        return mark_matches(name, self.words)

    def say_case(self, customer: Customer) -> str:
        """The open complaint: "C-2207, day 13"; "" without one."""
        if (case := self.cases.get(customer.pk)) is None:
            return ""
        clock = read_clock(case.taken_at, at=timezone.now(), zone=company_zone())
        return _("%(case)s, day %(days)s") % {"case": case.number, "days": clock.day}

    def make_hit(
        self,
        customer: Customer,
        *,
        name: str,
        kind: str,
        facts: Iterable[str],
        url: str = "",
        person: Person | None = None,
    ) -> Hit:
        """A line about ``customer`` or somebody there: his class, open complaint, owner, and where to log a contact."""
        score = getattr(customer, "score", None)
        may_log = self.may_log and not customer.is_archived
        return Hit(
            url or _address("home:customer-page", customer.pk),
            kind,
            self.mark(name),
            " · ".join(fact for fact in facts if fact),
            score.grade if score else "",
            complaint=self.say_case(customer),
            owner=customer.owner,
            log_url=reverse("interactions:interaction-new", args=[customer.pk]) if may_log else "",
            customer=customer.name,
            phone=None if person and person.left_on else self.phones.get((customer.pk, person.pk if person else None)),
        )


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


def _show_customer(customer: Customer, around: Surroundings) -> Hit:
    also = around.other_names.get(customer.pk, "")
    facts = (
        _("also “%(name)s”") % {"name": also} if also else "",
        customer.city,
        customer.number,
        _("tax number %(number)s") % {"number": customer.tax_id} if _is_asked(customer.tax_id, around) else "",
        _state_of(getattr(customer, "score", None)),
        _("archived") if customer.is_archived else "",
    )
    hit = around.make_hit(customer, name=customer.name, kind="user", facts=facts)
    hit.segment = around.segments.get(customer.pk)
    return hit


def _is_asked(number: str, around: Surroundings) -> bool:
    """Whether the letters and digits of what was typed stand in ``number``, spaces and dots aside."""
    asked = "".join(letter for word in around.words for letter in word if letter.isalnum())
    kept = "".join(letter for letter in fold_text(number) if letter.isalnum())
    has_digits = len(asked) > 3 and any(letter.isdigit() for letter in asked)
    return has_digits and bool(kept) and (asked in kept or kept in asked)


def _show_person(person: Person, around: Surroundings, *, reached_by: tuple[str, ...] = ()) -> Hit:
    left = _("left in %(month)s") % {"month": person.left_on.strftime("%B %Y")} if person.left_on else ""
    facts = (person.job_title, str(person.customer), left, *reached_by)
    hit = around.make_hit(person.customer, name=person.name, kind="people", facts=facts, person=person)
    hit.right = _("gone") if person.left_on else ""
    return hit


def _show_point(point: ContactPoint, around: Surroundings) -> Hit:
    proven = ""
    if not point.is_valid:
        proven = _("no longer works")
    elif point.proven_on:
        proven = _("proven %(day)s") % {"day": format_day(point.proven_on, today=around.today)}
    if point.person is None:
        hit = around.make_hit(point.customer, name=point.customer.name, kind="phone", facts=(point.value, proven))
    else:
        point.person.customer = point.customer
        hit = _show_person(point.person, around, reached_by=(point.value, proven))
    if point.kind == ContactPoint.Kind.PHONE:
        hit.phone = point if point.is_valid else None
    return hit


def _show_order(order: Order, around: Surroundings) -> Hit:
    facts = (str(order.customer), format_day(order.day, today=around.today))
    hit = around.make_hit(
        order.customer,
        name=_("Order %(number)s") % {"number": order.number},
        kind="box",
        facts=facts,
        url=_address("customers:order-detail", order.pk),
    )
    hit.right = format_money(order.amount_cents, currency=setting("company.currency"), with_cents=True)
    return hit


def _show_complaint(case: Complaint, around: Surroundings) -> Hit:
    facts = (str(case.customer), str(case.guardian or _("no guardian yet")))
    url = _address("complaints:complaint-detail", case.pk)
    hit = around.make_hit(case.customer, name=str(case), kind="shield", facts=facts, url=url)
    hit.title, hit.complaint = [Part(str(case))], ""
    hit.right = _("closed") if case.closed_at else _("open")
    return hit


def _show_run(run: ProcessRun, around: Surroundings) -> Hit:
    flow = run.version.process.get_flow_display()
    facts = (str(run.customer), flow if run.subject else "", run.number if run.number != run.subject else "")
    url = _address("interactions:process-run-detail", run.pk)
    hit = around.make_hit(run.customer, name=run.subject or flow, kind="flow", facts=(*facts, name_state(run)), url=url)
    if run.amount_cents is not None:
        hit.right = format_money(run.amount_cents, currency=setting("company.currency"))
    return hit


# How each kind is shown, in the order of the page: what it is called, what is read with it, and its line.
SHOWN_AS: dict[type[Model], tuple[Any, tuple[str, ...], Callable[..., Hit]]] = {
    Customer: (gettext_lazy("Customers"), ("owner", "score"), _show_customer),
    Person: (gettext_lazy("People"), ("customer__owner", "customer__score"), _show_person),
    ContactPoint: (
        gettext_lazy("Phones and e-mails"),
        ("person", "customer__owner", "customer__score"),
        _show_point,
    ),
    Order: (gettext_lazy("Orders"), ("customer__owner", "customer__score"), _show_order),
    ProcessRun: (
        gettext_lazy("Proposals and other processes"),
        ("version__process__segment", "customer__owner", "customer__score"),
        _show_run,
    ),
    Complaint: (
        gettext_lazy("Complaints"),
        ("guardian", "customer__owner", "customer__score"),
        _show_complaint,
    ),
}


def _read_rows(rows: QuerySet[Any], ids: list[int]) -> list[Any]:
    """The rows of ``ids`` in their order; their visibility was asked when they were found."""
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _look_around(rows: dict[type[Model], list[Any]], *, words: list[str], user: User) -> Surroundings:
    """What the lines of all kinds say of their customers, in three queries however many there are."""
    ids = {row.pk if kind is Customer else row.customer_id for kind, found in rows.items() for row in found}
    shown = rows.get(Customer, [])
    memberships = Membership.objects.current().filter(customer__in=shown).select_related("segment") if shown else ()
    cases: dict[int, Complaint] = {}
    if ids and user.has_perm("complaints.view_complaint"):
        open_cases = Complaint.objects.open().filter(customer__in=ids).order_by("-taken_at")
        cases = {row.customer_id: row for row in open_cases}  # of several the one that waits longest
    return Surroundings(
        words,
        company_day(timezone.now()),
        {row.customer_id: row.segment for row in memberships},
        cases,
        _find_other_names(shown, words),
        user.has_perm("interactions.add_interaction"),
        _find_phones(ids),
    )


def _find_phones(customers: set[int]) -> dict[tuple[int, int | None], ContactPoint]:
    """The first working number of each person, and of each customer whoever answers it best; one query."""
    rows = ContactPoint.objects.filter(customer__in=customers, kind=ContactPoint.Kind.PHONE).working().best_first()
    found: dict[tuple[int, int | None], ContactPoint] = {}
    for point in rows[:MOST_PHONES] if customers else ():
        found.setdefault((point.customer_id, point.person_id), point)
        found.setdefault((point.customer_id, None), point)
    return found


def _find_other_names(customers: list[Customer], words: list[str]) -> dict[int, str]:
    """The name under which a customer was found, where it is not the one on the line; one query, mostly none."""

    def answers(name: str) -> bool:
        return bool(words) and all(word in fold_text(name) for word in words)

    found = {one.pk: one.trading_name for one in customers if not answers(one.name) and answers(one.trading_name)}
    unexplained = [one.pk for one in customers if not answers(one.name) and one.pk not in found]
    if unexplained and words:
        named = TradingName.objects.filter(customer__in=unexplained).values_list("customer", "name")
        found |= {customer: name for customer, name in named if answers(name)}
    return found


def find_everything(text: str, *, user: User) -> list[Group]:
    """Groups with at least one hit, the customers first; names one letter away only when nothing is called so."""
    text = text.strip()[:LONGEST_QUERY]
    if not text:
        return []
    matches = find_matches(text, user=user)
    rows = {
        kind: _read_rows(kind._default_manager.select_related(*read_with), matches.ids[kind])
        for kind, (_label, read_with, _show) in SHOWN_AS.items()
        if kind in matches.ids
    }
    # A guess is not called what was typed: there is nothing to mark, and no other name to explain it.
    around = _look_around(rows, words=[] if matches.is_guess else fold_words(text), user=user)
    return [
        Group(str(label), [show(row, around) for row in rows[kind]], is_guess=matches.is_guess)
        for kind, (label, _read_with, show) in SHOWN_AS.items()
        if kind in rows
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
    page["talked_to"] = next((hit for hit in hits if hit.log_url), None)
    page["called"] = next((hit for hit in hits if hit.phone), None)
    return render(request, "home/search.html#results" if request.htmx else "home/search.html", page)  # type: ignore[attr-defined]
