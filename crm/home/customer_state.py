"""How we stand with one customer: everything the customer page says at first sight, in a handful of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from complaints.models import Complaint
from crm.core.formats import format_money, format_percent, format_plain_day
from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.fact_noting import Profile, WantedKind, load_profile
from customers.models import ContactPoint, Customer, Person, ProfileFact
from interactions.alert_wording import explain_family
from interactions.conversation import Conversation, continue_conversation
from interactions.models import Alert, Interaction
from segments.contract_renewals import describe_contract
from segments.models import CurrentScore, Membership, Pin, ScoreRun
from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM
from segments.rules.sales_fall import Fall, judge_fall
from segments.rules.value_explanation import Relation, ValueFacts, explain_value, is_long_gone
from segments.segment_figures import read_repeat_rate

MOST_PEOPLE = 30
OLD_FACT = timedelta(days=365)


@dataclass
class ComplaintState:
    """An open complaint, its clock in local days, and the share that comes back once the clock has run out."""

    complaint: Complaint
    day: int
    of_days: int
    come_back_after: float = 0.0

    @property
    def days_left(self) -> int:
        return max(0, self.of_days - self.day)


@dataclass
class CustomerState:
    """What the page shows at first sight."""

    customer: Customer
    score: CurrentScore | None
    segment: dict[str, Any] | None
    silent_days: int | None
    people: list[Person] = field(default_factory=list)
    points: list[ContactPoint] = field(default_factory=list)
    facts: list[ProfileFact] = field(default_factory=list)
    gaps: list[WantedKind] = field(default_factory=list)
    complaint: ComplaintState | None = None
    alert: Alert | None = None
    conversation: Conversation = field(default_factory=Conversation)
    why: str = ""
    fall: str = ""

    @property
    def is_long_gone(self) -> bool:
        """Bought once or twice and not again within a year: no longer too early for anything."""
        score = self.score
        return score is not None and is_long_gone(purchases=score.purchase_days, silence_days=self.silent_days)

    @property
    def phone(self) -> ContactPoint | None:
        return self._find_best(ContactPoint.Kind.PHONE)

    @property
    def mail(self) -> ContactPoint | None:
        return self._find_best(ContactPoint.Kind.EMAIL)

    def _find_best(self, kind: ContactPoint.Kind) -> Any:
        """As ``ContactPoint.objects.working().best_first()`` of what is here already; it knows ``whose`` it is."""
        people = {person.pk: person for person in self.people}

        def rank(point: ContactPoint) -> int:
            if point.person_id is None:
                return 1
            return 0 if people[point.person_id].is_main else 2

        here = [p for p in self.points if p.is_valid and p.kind == kind and (p.person_id in people or not p.person_id)]
        best: Any = min(here, key=rank, default=None)
        if best is not None:
            best.whose = people[best.person_id].name if best.person_id else self.customer.name
        return best


def with_segment(customers: QuerySet[Any]) -> QuerySet[Any]:
    """Each with ``segment_parts``: name, mark, cadence, since and reason of the segment he is in; and with the last day
    of a class held by hand (``grade_pinned_until``)."""
    current = Membership.objects.current().filter(customer=OuterRef("pk"))
    parts = JSONObject(
        name="segment__name",
        mark="segment__mark",
        key="segment__key",
        cadence_days="segment__cadence_days",
        since="since",
        reason="reason",
        pinned_until="pin__expires_on",
    )
    pins = Pin.objects.filter(customer=OuterRef("pk"), ended_at=None, expires_on__gte=company_day(timezone.now()))
    held = pins.exclude(grade="").order_by("-pk").values("expires_on")
    return customers.annotate(
        segment_parts=Subquery(current.values(parts=parts)[:1]), grade_pinned_until=Subquery(held[:1])
    )


def read_segment(parts: dict[str, Any] | None) -> dict[str, Any] | None:
    """The parts that ``with_segment`` fetched, with their days as dates."""
    if parts is None:
        return None
    dates = {key: date.fromisoformat(parts[key]) for key in ("since", "pinned_until") if parts[key]}
    return {**parts, **dates}


def _load_people(state: CustomerState) -> None:
    talks = Interaction.objects.filter(person=OuterRef("pk")).order_by("-happened_at")
    people = Person.objects.filter(customer=state.customer, left_on=None).select_related("created_by")
    state.people = list(people.annotate(talked_at=Subquery(talks.values("happened_at")[:1]))[:MOST_PEOPLE])
    state.points = list(ContactPoint.objects.filter(customer=state.customer))
    for person in state.people:
        person.points = [point for point in state.points if point.person_id == person.pk]


def load_facts(customer: Customer, *, today: date) -> Profile:
    """The newest of each label that holds, and what is not known yet."""
    profile = load_profile(customer, on=today)
    for fact in profile.facts:
        fact.is_old = today - fact.told_on > OLD_FACT
    return profile


def hide_from_partner(state: CustomerState | Profile, *, user: User) -> None:
    """For a partner: facts that are not for talk stay inside, but for those he noted himself."""
    state.facts = [fact for fact in state.facts if fact.use_in_talk or fact.asked_by_id == user.pk]


def _load_complaint(state: CustomerState, *, today: date) -> None:
    complaints = Complaint.objects.filter(customer=state.customer, closed_at=None).select_related("guardian")
    worst = complaints.order_by("-severity", "taken_at").first()
    if worst is not None:
        day = (today - company_day(worst.taken_at)).days
        state.complaint = ComplaintState(
            worst,
            day=day,
            of_days=int(setting("complaints.recovery_days")),
            come_back_after=float(setting("complaints.come_back_after")),
        )


def _judge_fall(score: CurrentScore) -> str:
    """``warning`` or ``critical`` by the lines of the settings; "" for who fell less, or has no rhythm to fall from."""
    if score.fall is None or score.purchase_days < LEAST_PURCHASES_FOR_RHYTHM:
        return ""
    fall = judge_fall(score.fall, warning=float(setting("fall.warning")), critical=float(setting("fall.critical")))
    return {Fall.NONE: "", Fall.WARNING: "warning", Fall.CRITICAL: "critical"}[fall]


def _describe_contract(customer: Customer, score: CurrentScore, *, with_value: bool) -> dict[str, Any]:
    """What the sentence needs of a contract: renewals, the chance of the next, and the fall of what is used."""
    if customer.relation != Customer.Relation.CONTRACT:
        return {"relation": Relation.PURCHASES}
    contract = describe_contract(customer.pk, on=score.as_of)
    return {
        "relation": Relation.CONTRACT,
        "renewals": contract.renewals.done if contract else 0,
        "renewal_chance": contract.chance if contract else None,
        "contract_known": contract is not None,
        "contract_ends": format_plain_day(contract.ends_on) if contract and contract.ends_on else "",
        "contract_ended": bool(contract and contract.renewals.lapsed),
        "usage_fall_percent": None if score.fall is None else 100 * score.fall,
        "value_3y_cents": score.value_3y_cents if with_value else None,
    }


def gather_value_facts(
    customer: Customer,
    score: CurrentScore,
    *,
    silent_days: int | None,
    repeat_rate: float | None = None,
    with_value: bool = True,
) -> ValueFacts:
    """The figures from which the sentence is made that says why the customer is where he is; ``repeat_rate`` is that
    of his segment. ``with_value`` says what a contract is worth, too."""
    known = score.note in {CurrentScore.Note.NONE, CurrentScore.Note.DEGENERATE}
    # The chance is that of the silence of the evening, which is told as of today: it fits while both are unusual.
    known = known and (score.gap_ratio or 0.0) > 1
    return ValueFacts(
        purchases=score.purchase_days,
        silence_days=silent_days,
        mean_gap_days=score.mean_gap_days,
        surprise=score.surprise if known else None,
        at_stake_cents=score.at_stake_cents or None,
        too_little_data=score.note == CurrentScore.Note.LITTLE_DATA,
        segment_repeat_rate=repeat_rate,
        **_describe_contract(customer, score, with_value=with_value),
    )


def explain_score(customer: Customer, score: CurrentScore, **known: Any) -> str:
    """Those figures (``gather_value_facts``) as a sentence."""
    return tell_value_facts(gather_value_facts(customer, score, **known))


def tell_value_facts(facts: ValueFacts) -> str:
    """The sentence that says why a customer is where he is, with money in the company's currency."""
    currency = setting("company.currency")
    return explain_value(facts).render(translate=_, format_money=lambda cents: format_money(cents, currency=currency))


def find_repeat_rate(score: CurrentScore, segment: dict[str, Any] | None) -> float | None:
    """What stands for the chance of somebody with one purchase: the share of his segment who bought again."""
    if score.note != CurrentScore.Note.ONE_ORDER or segment is None:
        return None
    plan = ScoreRun.objects.filter(pk=score.run_id).values_list("plan__segment_repeats", flat=True).first()
    return read_repeat_rate({"segment_repeats": plan or {}}, segment_key=segment["key"])


def describe_sales(score: CurrentScore) -> SafeString:
    """Twelve months in a sentence of HTML: what was sold and how that compares with the year before, then what of it is
    left after goods and service, so that neither figure is taken for the other's."""
    currency = setting("company.currency")
    sold, left = score.sales_12m_cents, score.contribution_12m_cents
    sales, rest, before = (
        format_money(abs(cents), currency=currency) for cents in (sold, left, score.sales_before_12m_cents)
    )
    if sold < 0:
        return format_html(_("Sent back <b>{}</b> more than was bought in 12 months."), sales)
    if sold == 0:
        words = _("Bought nothing in 12 months, after {} the year before.") if score.sales_before_12m_cents > 0 else ""
        bought = format_html(words or _("Bought nothing in 12 months."), before)
        return format_html(_("{} Serving it cost <b>{}</b>."), bought, rest) if left < 0 else bought
    if left < 0:
        words = _("Bought for <b>{}</b> in 12 months{}; goods and service cost <b>{}</b> more than that.")
    else:
        words = _("Bought for <b>{}</b> in 12 months{}; after goods and service <b>{}</b> of it is left.")
    return format_html(words, sales, _compare_sales(score), rest)


def _compare_sales(score: CurrentScore) -> str:
    """``, 41% more than the year before``; "" without a year before."""
    before = score.sales_before_12m_cents
    if before <= 0:
        return ""
    change = score.sales_12m_cents / before - 1
    if abs(change) < 0.02:
        return _(", as much as the year before")
    words = _(", {} less than the year before") if change < 0 else _(", {} more than the year before")
    return words.format(format_percent(abs(change)))


def load_state(customer: Customer, *, now: datetime, with_value: bool = True) -> CustomerState:
    """Everything at first sight; ``customer`` comes from ``with_segment`` with owner, team and score.

    Without ``with_value`` neither score nor alert is read: nothing that reckons in money.
    """
    today = company_day(now)
    score = getattr(customer, "score", None) if with_value else None
    silent = (today - score.last_day).days if score and score.last_day else None
    state = CustomerState(customer, score, read_segment(customer.segment_parts), silent)
    _load_people(state)
    profile = load_facts(customer, today=today)
    state.facts, state.gaps = profile.facts, profile.gaps
    _load_complaint(state, today=today)
    if with_value:
        alerts = Alert.objects.filter(customer=customer).open().select_related("trigger")
        state.alert = alerts.order_by("-rank").first()
    state.conversation = continue_conversation(customer, at=now)
    state.fall = _judge_fall(score) if score else ""
    repeats = find_repeat_rate(score, state.segment) if score else None
    why = explain_score(customer, score, silent_days=silent, repeat_rate=repeats) if score else ""
    state.why = " ".join(filter(None, [why, explain_family(state.alert.evidence) if state.alert else ""]))
    return state
