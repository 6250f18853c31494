"""How it went with a customer: the goods, and the encounters with us around them.

Where a product matters little to the customer, how he is served decides: encounters then count more. The weight is set
by family of products; a customer's own is the mean over what he bought, by money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AS_MUCH = 1.0
HEAVIEST = 5.0


@dataclass(frozen=True)
class Experience:
    """Shares between 0 and 1 of what went well: goods that were kept, encounters without a complaint, and both in one
    with encounters counting ``weight`` times as much as the goods. ``light`` is the part of the purchases that is of
    families with a weight of their own."""

    goods: float
    encounters: float
    weight: float
    light: float

    @property
    def score(self) -> float:
        return (self.goods + self.weight * self.encounters) / (1 + self.weight)


def read_family_weights(entries: Sequence[str]) -> dict[str, float]:
    """``["Abrasives = 2"]`` as weights by family. Raises ``ValueError`` where there is no family before, or no number
    from 1 to 5 behind, the sign."""
    weights = {}
    for entry in entries:
        family, _sign, number = entry.rpartition("=")
        weight = float(number)
        if not family.strip() or not AS_MUCH <= weight <= HEAVIEST:
            raise ValueError(entry)
        weights[family.strip()] = weight
    return weights


def judge_experience(
    *,
    sold_cents: int,
    returned_cents: int,
    encounters: int,
    complaints: int,
    bought_cents: Mapping[str, int],
    weights: Mapping[str, float],
) -> Experience | None:
    """``None`` for who bought nothing in the time. ``bought_cents`` are the purchases by family; ``returned_cents`` and
    complaints may come to more than what was sold and met, which is nothing that went well."""
    if sold_cents <= 0 or encounters <= 0:
        return None
    bought = {family: cents for family, cents in bought_cents.items() if cents > 0}
    whole = sum(bought.values())
    light = sum(cents for family, cents in bought.items() if family in weights)
    extra = sum(cents * (weights[family] - AS_MUCH) for family, cents in bought.items() if family in weights)
    return Experience(
        goods=1 - min(1.0, returned_cents / sold_cents),
        encounters=1 - min(1.0, complaints / encounters),
        weight=AS_MUCH + extra / whole if whole else AS_MUCH,
        light=light / whole if whole else 0.0,
    )
