"""Drip questions: which are offered before a contact, and what becomes of them.

An answer is a fact of the profile; a question answered or refused is never put to that customer again, whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q

from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.fact_noting import note_fact
from customers.models import Customer, Person, ProfileFact, Question, QuestionAsking
from customers.rules.question_choice import Candidate, choose_questions, estimate_answer_rate

_BANK_KEY = "question-bank"
_RATES_KEY = "question-rates"
Outcome = QuestionAsking.Outcome


@dataclass(frozen=True)
class BankQuestion:
    """A question in use, as remembered."""

    pk: int
    text: str
    kind: int
    kind_name: str
    value_kind: str
    worth: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionReply:
    """What came of a question that was put: ``words`` are the answer."""

    question: int
    outcome: str
    words: str = ""


@dataclass(frozen=True)
class AnswerRate:
    """How a question fared with everybody: answered, refused, put off."""

    answered: int = 0
    refused: int = 0
    put_off: int = 0

    @property
    def asked(self) -> int:
        return self.answered + self.refused + self.put_off

    @property
    def share(self) -> float | None:
        """The share that was answered; None while nobody was asked."""
        return self.answered / self.asked if self.asked else None

    @property
    def expected(self) -> float:
        """The share to expect, careful while it was asked seldom."""
        return estimate_answer_rate(answered=self.answered, asked=self.asked)


def list_bank() -> list[BankQuestion]:
    """Questions in use whose kind of fact is in use; remembered by all processes for five minutes."""
    bank: list[BankQuestion] | None = cache.get(_BANK_KEY)
    if bank is None:
        rows = Question.objects.filter(is_active=True, kind__is_active=True).select_related("kind")
        bank = [
            BankQuestion(
                one.pk, one.text, one.kind_id, one.kind.name, one.kind.value_kind, one.kind.worth, tuple(one.tags)
            )
            for one in rows
        ]
        cache.set(_BANK_KEY, bank, 300)
    return bank


def measure_answer_rates() -> dict[int, AnswerRate]:
    """Answer rates by question, over all customers; at most five minutes old."""
    rates: dict[int, AnswerRate] | None = cache.get(_RATES_KEY)
    if rates is None:
        counts = {outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome}
        rows = QuestionAsking.objects.order_by().values("question").annotate(**counts)
        rates = {row.pop("question"): AnswerRate(**row) for row in rows}
        cache.set(_RATES_KEY, rates, 300)
    return rates


def forget_bank() -> None:
    """Questions or their kinds have changed: read them again next time."""
    cache.delete_many([_BANK_KEY, _RATES_KEY])


def offer_questions(customer: Customer, *, on: date) -> list[BankQuestion]:
    """The questions worth asking this customer on the local day ``on``, at most two; two queries."""
    bank = list_bank()
    if not bank:
        return []
    facts = ProfileFact.objects.filter(customer=customer).in_force(on=on)
    known = {label.casefold(): confidence for label, confidence in facts.values_list("label", "confidence")}
    asked = QuestionAsking.objects.filter(customer=customer).order_by("asked_on", "pk")
    by_question: dict[int, tuple[str, date]] = {}
    refused_kinds: set[int] = set()
    for question, kind, outcome, day in asked.values_list("question", "question__kind", "outcome", "asked_on"):
        if by_question.get(question, (Outcome.PUT_OFF, day))[0] == Outcome.PUT_OFF:
            by_question[question] = (outcome, day)
        if outcome == Outcome.REFUSED:
            refused_kinds.add(kind)
    rates = measure_answer_rates()
    candidates = [
        Candidate(
            question=one.pk,
            kind=one.kind,
            worth=one.worth,
            confidence=known.get(one.kind_name.casefold(), ""),
            is_closed=one.pk in by_question and by_question[one.pk][0] != Outcome.PUT_OFF,
            kind_refused=one.kind in refused_kinds,
            rested_days=(on - by_question[one.pk][1]).days if one.pk in by_question else None,
            answered=rates.get(one.pk, AnswerRate()).answered,
            asked=rates.get(one.pk, AnswerRate()).asked,
        )
        for one in bank
    ]
    chosen = choose_questions(
        candidates, most=int(setting("questions.per_contact")), rest_days=int(setting("questions.rest_days"))
    )
    by_pk = {one.pk: one for one in bank}
    return [by_pk[pk] for pk in chosen]


@transaction.atomic
def keep_replies(
    customer: Customer, replies: Sequence[QuestionReply], *, by: User, on: date, person: Person | None = None
) -> list[QuestionAsking]:
    """Keep what came of the questions put on the local day ``on``; an answer becomes a fact.

    Two colleagues who asked the same on the same day both stand in the history; the newer answer is in force. Raises
    ``FactRefused`` for an answer of the wrong kind, ``Question.DoesNotExist`` for a question that is not there.
    """
    kept = []
    for reply in replies:
        question = Question.objects.select_related("kind").get(pk=reply.question)
        fact = None
        if reply.outcome == Outcome.ANSWERED:
            fact = note_fact(customer, kind=question.kind, value=reply.words, on=on, by=by, person=person)
        kept.append(
            QuestionAsking.objects.create(
                customer=customer,
                question=question,
                outcome=reply.outcome,
                asked_on=on,
                asked_by=by,
                person=person,
                fact=fact,
            )
        )
    return kept
