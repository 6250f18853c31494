"""What we do not know of customers: each gap as a rule of the criteria grammar, and how many have it.

The evening counts a gap by the very rule by which its worklist is found, so a number opens the customers it counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from segments.rules.criteria import Criteria

STALE_DAYS = 365


def _lately(metric: str) -> Criteria:
    return {"metric": metric, "operator": "at_most", "value": STALE_DAYS}


# In the order in which the evening keeps their counts; a new one is added at the end.
GAPS: Mapping[str, Criteria] = {
    "no_email": {"metric": "has_email", "operator": "no"},
    "no_phone": {"metric": "has_phone", "operator": "no"},
    "stale": {"not": {"any": [_lately("days_since_proof"), _lately("days_since_contact")]}},
    "bounced": {"metric": "email_bounced", "operator": "yes"},
    "vacant": {"metric": "post_empty", "operator": "yes"},
    "incomplete": {"metric": "incomplete", "operator": "yes"},
}
UNREACHABLE: Criteria = {"metric": "reachable", "operator": "no"}
# What stands between us and a customer: to be mended before anything else.
MEND_FIRST: Criteria = {"any": [UNREACHABLE, GAPS["bounced"], GAPS["vacant"], GAPS["no_email"]]}


@dataclass(frozen=True)
class Health:
    """Some customers: how many, how many of them can be named and reached, and how many have each gap (None where the
    evening was written before gaps were counted)."""

    customers: int = 0
    reached: int = 0
    gaps: Mapping[str, int] | None = None

    @property
    def reached_share(self) -> float | None:
        return self.reached / self.customers if self.customers else None

    @property
    def unreached(self) -> int:
        return self.customers - self.reached

    @property
    def email_share(self) -> float | None:
        return self._share_without("no_email")

    @property
    def phone_share(self) -> float | None:
        return self._share_without("no_phone")

    def _share_without(self, gap: str) -> float | None:
        return 1 - self.gaps[gap] / self.customers if self.gaps is not None and self.customers else None


def add_health(counts: Iterable[Sequence[int]]) -> Health:
    """Counts as the evening keeps them (customers, reached, then each gap) as one."""
    rows = list(counts)
    known = all(len(row) >= 2 + len(GAPS) for row in rows)
    gaps = {name: sum(row[place] for row in rows) for place, name in enumerate(GAPS, start=2)} if known else None
    return Health(sum(row[0] for row in rows), sum(row[1] for row in rows), gaps)
