"""A year of contacts, promises, facts and complaints: what a customer page has to tell."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db.models import F, Min

from complaints.models import Article, ClosingAttempt, Complaint, ComplaintEntry, GoodwillGrant
from crm.core.models import Role, User
from crm.home.demo_company.complaint_stories import STORIES, ComplaintStory
from crm.home.demo_company.customer_base import CustomerBase, copy_rows
from customers.models import Customer, Person
from interactions.models import ContactPreference, Interaction, Promise

CONTACT_COLUMNS = "customer_id person_id channel direction outcome note minutes happened_at logged_by_id"
FACT_COLUMNS = "customer_id label value told_on asked_by_id"
NOTES = (
    "Confirmed the delivery for next week; asked about the price list from January.",
    "Walked the line together. The old conveyor goes in spring, they want an offer for the drives.",
    "Wants the certificates by mail, the auditor comes on Thursday.",
    "Not happy with the last lead time, otherwise well. I explained the new stock in the south.",
    "Talked about next year's volume: two shifts again from March.",
    "Their buyer changes in the summer; she will introduce the new colleague.",
    "Asked for invoices split by plant. I pass it on.",
    "Left the samples with maintenance, they test for two weeks.",
    "Short call: order is complete, nothing open.",
    "He compares us with a web shop for small parts, but needs advice on seals.",
    "They stopped one machine until January; smaller orders until then.",
    "Went through the open points, all settled except the credit note.",
)
PROMISED = (
    "Send the certificates for valve series V40",
    "Price hold to the end of the year, in writing",
    "Sample of the new FKM ring",
    "Call back with the lead time for 200 pieces",
    "Credit note for the wrong box",
)
ASKED = (
    "Invoices split by plant",
    "Delivery before seven in the morning",
    "One contact for all plants",
    "A list of what we bought this year",
)
FACTS = (
    ("Needs", ("Line must not stop", "Small lots, quick", "Certificates with every box", "Advice on seals")),
    ("On their mind", ("Second line in spring", "New owner", "Energy prices", "Nobody to hire")),
    ("Buys from", ("A web shop, small parts", "The maker directly", "A dealer in town", "Nobody else")),
    ("Pays", ("30 days net", "14 days, 2%", "One invoice a month")),
)


class Conversations:
    """Writes the past of the owned customers, relative to ``today``."""

    def __init__(self, base: CustomerBase, *, now: datetime, rng: np.random.Generator) -> None:
        self.base, self.now, self.today, self.rng = base, now, base.today, rng
        owned = Customer.objects.filter(id__gte=base.first_id, owner__isnull=False)
        self.customers = list(owned.order_by("id").values_list("id", "owner_id")[:40_000])
        people = Person.objects.filter(customer__in=[pk for pk, _owner in self.customers])
        self.person = dict(people.values("customer").annotate(first=Min("id")).values_list("customer", "first"))

    def write(self) -> None:
        """All of it; about six rows an owned customer."""
        self._contacts()
        self._promises()
        self._facts()
        self._complaints()

    def _at(self, days: float) -> datetime:
        """Some working hour, ``days`` before now."""
        moment = self.now - timedelta(days=float(days))
        return moment.replace(hour=int(self.rng.integers(7, 16)), minute=int(self.rng.integers(0, 60)), second=0)

    def _contacts(self) -> None:
        copy_rows("interactions_interaction", CONTACT_COLUMNS, self._draw_contacts())

    def _draw_contacts(self) -> Iterator[tuple[Any, ...]]:
        channels = np.array(["call", "call", "call", "mail", "mail", "visit", "chat"])
        for customer, owner in self.customers:
            for _nth in range(int(self.rng.poisson(2.2))):
                channel = str(channels[self.rng.integers(0, len(channels))])
                minutes = int(self.rng.integers(40, 150) if channel == "visit" else self.rng.integers(3, 25))
                direction = "in" if self.rng.random() < 0.25 else "out"
                note = NOTES[int(self.rng.integers(0, len(NOTES)))]
                at = self._at(1 + self.rng.exponential(110))
                person = self.person.get(customer)
                yield customer, person, channel, direction, Interaction.Outcome.TALKED.value, note, minutes, at, owner

    def _promises(self) -> None:
        rows = []
        for customer, owner in self.customers[::14]:
            ours = self.rng.random() < 0.6
            due = self.today + timedelta(days=int(self.rng.integers(-4, 12)))
            rows.append(
                Promise(
                    customer_id=customer,
                    person_id=self.person.get(customer),
                    side="ours" if ours else "theirs",
                    text=str(self.rng.choice(PROMISED if ours else ASKED)),
                    due_on=due,
                    owner_id=owner,
                )
            )
        Promise.objects.bulk_create(rows, batch_size=2000)

    def _draw_facts(self) -> Iterator[tuple[Any, ...]]:
        for customer, owner in self.customers:
            if self.rng.random() < 0.5:
                label, values = FACTS[int(self.rng.integers(0, len(FACTS)))]
                told = self.today - timedelta(days=int(self.rng.integers(5, 700)))
                yield customer, label, values[int(self.rng.integers(0, len(values)))], told, owner

    def _facts(self) -> None:
        copy_rows("customers_profilefact", FACT_COLUMNS, self._draw_facts())
        ContactPreference.objects.bulk_create(
            [
                ContactPreference(
                    customer_id=customer, channel="call", is_allowed=False, said_on=self.today, reason="by mail, please"
                )
                for customer, _owner in self.customers[30::97]
            ]
        )

    def _complaints(self) -> None:
        """Closed ones of the past year with their story; open ones come through the verb, in ``company``."""
        self.guardians = dict(User.objects.filter(role=Role.GUARDIAN).order_by("id").values_list("id", "name"))
        guardians = list(self.guardians)
        told: list[tuple[Complaint, ComplaintStory]] = []
        for nth, (customer, owner) in enumerate(self.customers[20::55]):
            story = STORIES[nth % len(STORIES)]
            taken = self._at(40 + nth * 61 % 320)
            solved = taken + timedelta(days=1 + nth * 13 % 34)
            guardian = guardians[nth % len(guardians)]
            if solved > self.now:
                continue
            complaint = Complaint(
                customer_id=customer,
                person_id=self.person.get(customer),
                title=story.title,
                words=story.words,
                wants=story.wants,
                cost_to_customer=story.costs_them,
                severity=1 + nth % 3,
                taken_at=taken,
                taken_by_id=owner,
                guardian_id=guardian,
                guardian_named_at=taken + timedelta(minutes=12),
                first_answer_at=taken + timedelta(minutes=20 + nth * 37 % 900),
                remedy=story.remedy,
                customers_word=story.last_word,
                mended="yes" if nth % 5 else "part",
                closed_at=solved,
                closed_by_id=guardian,
            )
            told.append((complaint, story))
        Complaint.objects.bulk_create(complaint for complaint, _story in told)
        self._tell_complaints(told)
        self._publish_answers(told)

    def _tell_complaints(self, told: list[tuple[Complaint, ComplaintStory]]) -> None:
        """What happened with each, in the order in which it did; goodwill where some was given."""
        entries, grants = [], []
        for complaint, story in told:
            taken, answered, solved = complaint.taken_at, complaint.first_answer_at, complaint.closed_at
            agreed = answered + (solved - answered) * 0.4
            by, quality = complaint.taken_by_id, complaint.guardian_id
            lines = [
                ("taken", story.words, taken, by, 9),
                ("guardian", f"{self.guardians[quality]} is the guardian.", complaint.guardian_named_at, None, 0),
                ("answer", story.answer, answered, quality, 14),
                ("remedy", story.remedy, agreed, quality, 11),
                ("closed", story.last_word, solved, quality, 6),
            ]
            if story.goodwill:
                grants.append(
                    GoodwillGrant(
                        complaint=complaint,
                        what=story.goodwill,
                        amount_cents=story.goodwill_cents,
                        granted_at=agreed,
                        granted_by_id=quality,
                    )
                )
                lines.insert(4, ("goodwill", story.goodwill, agreed, quality, 0))
            entries += [
                ComplaintEntry(complaint=complaint, kind=kind, text=text, at=at, by_id=who, minutes=minutes)
                for kind, text, at, who, minutes in lines
            ]
        ComplaintEntry.objects.bulk_create(entries, batch_size=2000)
        GoodwillGrant.objects.bulk_create(grants)
        ClosingAttempt.objects.bulk_create(
            [ClosingAttempt(complaint=c, day=c.closed_at.date(), by_id=c.guardian_id) for c, _story in told]
        )

    def _publish_answers(self, told: list[tuple[Complaint, ComplaintStory]]) -> None:
        """What was learnt from the first case of each kind, published by its guardian the day after."""
        first = {story.title: (complaint, story) for complaint, story in reversed(told) if story.learnt}
        Article.objects.bulk_create(
            Article(
                title=story.title,
                answer=story.learnt,
                complaint=complaint,
                created_at=min(complaint.closed_at + timedelta(days=1), self.now),
                created_by_id=complaint.guardian_id,
                changed_by_id=complaint.guardian_id,
            )
            for complaint, story in first.values()
        )
        Article.objects.update(changed_at=F("created_at"))


def noon(day: date, now: datetime) -> datetime:
    """Midday of ``day`` in ``now``'s zone."""
    return datetime.combine(day, time(12), tzinfo=now.tzinfo)
