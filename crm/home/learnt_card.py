"""What we learned of a customer that rivals cannot know: counted, and how long one would need for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from customers.models import Customer, CustomerNeed, ItemRhythm, Person, ProfileFact
from customers.question_asking import AnswerRate, measure_answer_rates
from customers.rules.item_rhythm import REMEMBERED_DAYS
from customers.rules.learnt_advantage import Relearning, estimate_relearning
from interactions.models import Interaction

MOST_READ = 1_000  # of contacts or items: more say nothing new


@dataclass(frozen=True)
class Learnt:
    """How much is in use: facts told to us, of them those for talk; needs; people whose part is known; items with a
    rhythm; the day of the oldest fact or need."""

    facts: int
    for_talk: int
    needs: int
    people: int
    rhythms: int
    since: date | None
    relearning: Relearning

    @property
    def total(self) -> int:
        return self.facts + self.needs + self.people + self.rhythms

    @property
    def told(self) -> int:
        return self.total - self.rhythms

    @property
    def for_ourselves(self) -> int:
        return self.facts - self.for_talk


@require_GET
def learnt_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetched into the page of a customer; a page of its own without script."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    card = "home/learnt_card.html"
    context: dict[str, Any] = {"customer": customer, "learnt": count_learnt(customer, at=timezone.now()), "card": card}
    return render(request, card if request.htmx else "customers/card_alone.html", context)


def count_learnt(customer: Customer, *, at: datetime) -> Learnt:
    """What is in use at ``at``: no guesses, nothing withdrawn or run out, nobody who left; five queries."""
    today = company_day(at)
    in_force = ProfileFact.objects.filter(customer=customer).in_force(on=today)
    facts = [fact for fact in in_force if fact.confidence != ProfileFact.Confidence.GUESS]
    needs = list(CustomerNeed.objects.filter(customer=customer).order_by().values_list("noted_on", flat=True))
    unknown = Q(job_title="", seniority="", influence="")
    people = Person.objects.filter(customer=customer, left_on=None).exclude(unknown).order_by()[:MOST_READ].count()
    gaps = _read_gaps(customer, on=today)
    return Learnt(
        facts=len(facts),
        for_talk=sum(fact.use_in_talk for fact in facts),
        needs=len(needs),
        people=people,
        rhythms=len(gaps),
        since=min([*(fact.told_on for fact in facts), *needs], default=None),
        relearning=estimate_relearning(
            told=len(facts) + len(needs) + people,
            contacts_12m=_count_talks(customer, at=at),
            questions_a_contact=int(setting("questions.per_contact")),
            answer_rate=_measure_answering(),
            gaps_days=gaps,
        ),
    )


def _read_gaps(customer: Customer, *, on: date) -> list[float]:
    """The mean gap in days of each item that he still buys, or has not stopped buying for long."""
    known = ItemRhythm.objects.filter(customer=customer, lost_from__gt=on - timedelta(days=REMEMBERED_DAYS))
    rows = known.order_by().values_list("purchase_days", "first_day", "last_day")[:MOST_READ]
    return [(last - first).days / (days - 1) for days, first, last in rows]


def _count_talks(customer: Customer, *, at: datetime) -> int:
    talks = Interaction.objects.filter(customer=customer, outcome=Interaction.Outcome.TALKED)
    return talks.filter(happened_at__gt=at - timedelta(days=365), happened_at__lte=at).order_by()[:MOST_READ].count()


def _measure_answering() -> float:
    """How often any of our questions is answered, careful while few were asked."""
    rates = measure_answer_rates().values()
    return AnswerRate(
        answered=sum(rate.answered for rate in rates),
        refused=sum(rate.refused for rate in rates),
        put_off=sum(rate.put_off for rate in rates),
    ).expected
