"""What colleagues know of customers beside orders and talks: needs, room to grow, closeness, favours, notes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from crm.core.models import Team, User
from crm.core.text_folding import fold_text
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.customer_base import CustomerBase, copy_rows, move_sequences
from crm.home.demo_company.relation_words import (
    ANSWERS,
    CLOSENESS,
    NEED_ANSWERS,
    NEED_EVIDENCE,
    NEEDS,
    NOTES,
    REFERRALS,
    RIVALS,
    ROOM_EVIDENCE,
    SOURCES,
    TAGS,
    TOPICS,
    WANTED_FOR,
)
from customers.models import (
    CustomerTag,
    Need,
    Note,
    ProfileFact,
    Question,
    QuestionAsking,
    ReferenceVisit,
    Referral,
    ShowroomReference,
    Source,
    Tag,
    WantedCompany,
    Watch,
)
from customers.rules.fact_validity import find_last_day

MOST = 40_000
NEED_COLUMNS = "customer_id need_id evidence noted_on noted_by_id is_met answer answer_text answered_on"
POTENTIAL_COLUMNS = "customer_id yearly_cents evidence noted_on noted_by_id"
WALLET_COLUMNS = "id customer_id total_cents low_cents high_cents confidence source estimated_on estimated_by_id"
LADDER_COLUMNS = "customer_id level evidence seen_on noted_by_id"
LEAST_SPEND = 4_000_00


class Relations:
    """Writes what is known of the owned customers; ``year_cents`` are the sales of twelve months by index."""

    def __init__(self, base: CustomerBase, *, year_cents: np.ndarray, now: datetime, rng: np.random.Generator) -> None:
        self.base, self.now, self.today, self.year_cents = base, now, base.today, year_cents
        known = base.owned | (np.arange(base.count) < len(CASES))
        self.indices = [int(index) for index in np.flatnonzero(known)[:MOST]]
        drawn = rng.integers(0, 1 << 30, (len(self.indices), 6)).tolist()
        self.draw = dict(zip(self.indices, drawn, strict=True))
        self.owner = {index: base.owner_of(index)[0] for index in self.indices}

    def write(self) -> None:
        """All of it; about three rows an owned customer."""
        Source.objects.bulk_create(
            Source(name=name, lawful_basis=basis, note=note, received_on=self._ago(days) if days else None)
            for name, basis, note, days in SOURCES
        )
        self._tag()
        needs = Need.objects.bulk_create(Need(name=name, description=description) for name, description in NEEDS)
        copy_rows("customers_customerneed", NEED_COLUMNS, self._draw_needs([need.pk for need in needs]))
        copy_rows("customers_potential", POTENTIAL_COLUMNS, self._draw_potentials())
        self._write_wallets()
        copy_rows("customers_ladderevidence", LADDER_COLUMNS, self._draw_closeness())
        self._write_notes()
        self._ask_questions()
        self._ask_favours()

    def _id(self, index: int) -> int:
        return self.base.first_id + index

    def _ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def _tag(self) -> None:
        tags = Tag.objects.bulk_create(Tag(name=name, name_folded=fold_text(name)) for name in TAGS)
        CustomerTag.objects.bulk_create(
            (
                CustomerTag(
                    customer_id=self._id(index),
                    tag=tags[self.draw[index][0] % len(tags)],
                    tagged_at=self.now - timedelta(days=self.draw[index][1] % 400),
                    tagged_by_id=self.owner[index],
                )
                for index in self.indices[1::7]
            ),
            batch_size=2000,
        )

    def _draw_needs(self, needs: list[int]) -> Iterator[tuple[Any, ...]]:
        for index in self.indices[::4]:
            first, second, days, many, met, words = self.draw[index]
            chosen = dict.fromkeys([needs[first % len(needs)], needs[second % len(needs)]][: 1 + many % 2])
            for need in chosen:
                evidence = NEED_EVIDENCE[(words + need) % len(NEED_EVIDENCE)]
                is_met = (True, True, False, None)[(met + need) % 4]
                ago = 5 + days % 500
                answer, text = NEED_ANSWERS[(words + met) % len(NEED_ANSWERS)] if ago > 10 else ("", "")
                answered = self._ago(ago - 6) if answer else None
                noted = (self._ago(ago), self.owner[index])
                yield self._id(index), need, evidence, *noted, is_met, answer, text, answered

    def _draw_potentials(self) -> Iterator[tuple[Any, ...]]:
        for index in self.indices[::6]:
            more, days, words = self.draw[index][:3]
            cents = max(LEAST_SPEND, int(self.year_cents[index] * (115 + more % 90) / 100))
            evidence = ROOM_EVIDENCE[words % len(ROOM_EVIDENCE)]
            yield self._id(index), cents // 100_000 * 100_000, evidence, self._ago(3 + days % 300), self.owner[index]

    def _write_wallets(self) -> None:
        suppliers: list[tuple[int, str, int]] = []
        copy_rows("customers_walletestimate", WALLET_COLUMNS, self._draw_wallets(suppliers))
        copy_rows("customers_walletsupplier", "estimate_id name percent", iter(suppliers))
        move_sequences("customers_walletestimate")

    def _draw_wallets(self, suppliers: list[tuple[int, str, int]]) -> Iterator[tuple[Any, ...]]:
        """What rivals sell stays within what we do not."""
        for number, index in enumerate(self.indices[2::7], start=1):
            part, days, words = self.draw[index][:3]
            ours = 25 + part % 55  # percent of what they spend
            total = max(LEAST_SPEND, int(self.year_cents[index] * 100 / ours))
            first = words % len(RIVALS)
            suppliers.append((number, RIVALS[first], (95 - ours) * 6 // 10))
            if words % 3:
                suppliers.append((number, RIVALS[(first + 1) % len(RIVALS)], (95 - ours) * 3 // 10))
            sure, source = (("high", "The buyer"), ("medium", "Their annual report"), ("low", "Number of machines"))[
                days % 3
            ]
            day = self._ago(10 + days % 420)
            low, high = total * 85 // 100, total * 120 // 100
            yield number, self._id(index), total, low, high, sure, source, day, self.owner[index]

    def _draw_closeness(self) -> Iterator[tuple[Any, ...]]:
        """Evidence of each level up to the one reached, the higher the later."""
        for index in self.indices[::3]:
            reach, days, words = self.draw[index][3:]
            reached = 1 + sum(reach % 100 >= line for line in (40, 75, 93))
            for level in range(1, reached + 1):
                evidence = CLOSENESS[level][(words >> level) % len(CLOSENESS[level])]
                yield (
                    self._id(index),
                    level,
                    evidence,
                    self._ago(30 + (4 - level) * 210 + days % 180),
                    self.owner[index],
                )

    def _write_notes(self) -> None:
        """Owners tell their manager, managers ask owners; who is named hears of it. Some customers are watched."""
        names = dict(User.objects.values_list("pk", "name"))
        managers = dict(Team.objects.filter(managers__isnull=False).values_list("pk", "managers"))
        chosen = [*self.indices[: len(CASES)], *self.indices[len(CASES) :: max(1, len(self.indices) // 48)]]
        notes, watches = [], []
        for nth, index in enumerate(chosen):
            owner, team = self.base.owner_of(index)
            manager = managers.get(team)
            if owner is None or manager is None:
                continue
            author, named = (manager, owner) if nth % 2 else (owner, manager)
            at = (self.now - timedelta(days=1 + nth * 5 % 43)).replace(hour=8 + nth % 9, minute=nth * 17 % 60)
            words = NOTES[nth % len(NOTES)].format(name=f"@{names[named]}")
            notes.append(
                Note(
                    customer_id=self._id(index),
                    text=words,
                    mentioned=[named],
                    told_at=at,
                    created_at=at,
                    created_by_id=author,
                )
            )
            if nth % 3 == 0:
                watches.append(Watch(customer_id=self._id(index), user_id=owner, since=self.now - timedelta(days=60)))
        Note.objects.bulk_create(notes)
        Watch.objects.bulk_create(watches)

    def _ask_questions(self) -> None:
        """One customer in six was asked a question of the bank: most answer, some later, a few rather not."""
        bank = list(Question.objects.select_related("kind").order_by("pk")[: len(ANSWERS)])
        facts, askings = [], []
        for index in self.indices[len(CASES) + 3 :: 6] if bank else []:
            place, fate, days, words = self.draw[index][:4]
            nth = place % len(bank)
            question, on, limit = bank[nth], self._ago(2 + days % 200), 52 + 5 * nth
            outcome = "answered" if fate % 100 < limit else ("put_off", "refused")[fate % 3 == 0]
            said = {"customer_id": self._id(index), "asked_by_id": self.owner[index]}
            asking = QuestionAsking(question=question, outcome=outcome, asked_on=on, **said)
            if outcome == "answered":
                kind, answer = question.kind, ANSWERS[nth][words % len(ANSWERS[nth])]
                until = find_last_day(on, months=kind.holds_months) if kind.holds_months else None
                kept = {"kind": kind, "label": kind.name, "use_in_talk": kind.use_in_talk, "valid_until": until}
                asking.fact = ProfileFact(value=answer, told_on=on, source="The buyer", **kept, **said)
                facts.append(asking.fact)
            askings.append(asking)
        ProfileFact.objects.bulk_create(facts, batch_size=2000)
        QuestionAsking.objects.bulk_create(askings, batch_size=2000)

    def _ask_favours(self) -> None:
        """The largest were asked whom else we could help, some show others what they have; and whom we want to win."""
        largest = sorted(self.indices, key=lambda index: -self.year_cents[index])
        referrals = []
        for nth, index in enumerate(largest[:90:3]):
            name = REFERRALS[nth % len(REFERRALS)]
            state = "given" if name else ("asked", "declined")[nth % 2]
            fields = {"state": state, "referred_name": name, "asked_on": self._ago(8 + nth * 23 % 330)}
            referrals.append(Referral(customer_id=self._id(index), asked_by_id=self.owner[index], **fields))
        Referral.objects.bulk_create(referrals)
        references, visits = [], []
        for nth, index in enumerate(largest[1:60:4]):
            reference = ShowroomReference(
                customer_id=self._id(index),
                topic=TOPICS[nth % len(TOPICS)],
                rest_days=60,
                willing_since=self._ago(200 + nth * 31),
                noted_by_id=self.owner[index],
            )
            if nth % 2:
                reference.uses, reference.last_used_on = 1, self._ago(12 + nth * 9)
                visit = ReferenceVisit(reference=reference, visited_on=reference.last_used_on)
                visit.for_whom, visit.booked_by_id = "A works manager who plans the same", self.owner[index]
                visits.append(visit)
            references.append(reference)
        ShowroomReference.objects.bulk_create(references)
        ReferenceVisit.objects.bulk_create(visits)
        WantedCompany.objects.bulk_create(
            WantedCompany(
                customer_id=self._id(index),
                year=self.today.year + nth % 2,
                reason=WANTED_FOR[nth % len(WANTED_FOR)],
                wanted_by_id=self.owner[index],
            )
            for nth, index in enumerate(largest[len(largest) // 2 :: max(1, len(largest) // 40)])
        )
