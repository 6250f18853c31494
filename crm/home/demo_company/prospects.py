"""Companies that buy from others: met at the fair, with what they spend elsewhere and from whom (I14)."""

from datetime import timedelta

import numpy as np

from crm.core.text_folding import fold_text
from crm.home.demo_company.customer_base import CustomerBase
from crm.home.demo_company.places import PLACES
from crm.home.demo_company.relation_words import RIVALS
from customers.models import ContactPoint, Customer, Person, WalletEstimate
from customers.wallet_estimating import Supplier, estimate_wallet

PROSPECTS = 18
SHARE = 50
SURE = (
    (WalletEstimate.Confidence.HIGH, "Their buyer, at our stand"),
    (WalletEstimate.Confidence.MEDIUM, "Number of machines"),
    (WalletEstimate.Confidence.LOW, "Size of the plant"),
)


def write_prospects(base: CustomerBase, *, rng: np.random.Generator) -> int:
    """One prospect for fifty customers, at most 18, each with a person, an owner in two of three, and an estimate;
    how many."""
    count = min(PROSPECTS, base.count // SHARE)
    for nth in range(count):
        place = PLACES[nth % len(PLACES)]
        town, surname, word = (
            pool[int(rng.integers(len(pool)))] for pool in (place.cities, place.surnames, place.words)
        )
        team = nth % len(base.staff.teams)
        rep = base.staff.reps[team][nth % len(base.staff.reps[team])]
        name = place.company[0].format(s=surname, w=word, c=town)
        met = base.today - timedelta(days=6 + nth * 9)
        prospect = Customer.objects.create(
            number=f"F-{10001 + nth}",
            name=name,
            name_folded=fold_text(name),
            city=town,
            country=place.country,
            language=place.language,
            industry="machinery",
            source="trade fair",
            lawful_basis="interest shown",
            stage=Customer.Stage.PROSPECT,
            owner_id=rep if nth % 3 else None,
            team=base.staff.teams[team],
        )
        given = place.given[int(rng.integers(len(place.given)))]
        person = Person.objects.create(customer=prospect, name=f"{given} {surname}", job_title="buyer", is_main=True)
        mail = f"buyer@f{10001 + nth}.example"
        ContactPoint.objects.create(
            customer=prospect, person=person, kind="email", value=mail, value_normal=mail, proven_on=met
        )
        _estimate(prospect, nth=nth, base=base, rep=rep, rng=rng)
    return count


def _estimate(prospect: Customer, *, nth: int, base: CustomerBase, rep: int, rng: np.random.Generator) -> None:
    total = int(rng.integers(8, 160)) * 1_000_00
    confidence, source = SURE[nth % len(SURE)]
    first = int(rng.integers(len(RIVALS)))
    suppliers = [Supplier(RIVALS[first], 40 + nth % 4 * 10)]
    if nth % 2:
        suppliers.append(Supplier(RIVALS[(first + 1) % len(RIVALS)], 20))
    estimate_wallet(
        prospect,
        total_cents=total,
        low_cents=total * 7 // 10,
        high_cents=total * 13 // 10,
        confidence=confidence,
        source=source,
        suppliers=suppliers,
        by=base.staff.accounts["rep@rapport.example"],
        on=base.today - timedelta(days=5 + nth * 9),
    )
