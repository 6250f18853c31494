"""What customers said they need, and what came of it: how much of it was answered by a change or a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class HeardMonth:
    """Needs noted in one month: how many, of how many something changed, of how many a reason says why not."""

    month: date
    heard: int
    changed: int
    declined: int

    @property
    def last_day(self) -> date:
        return (self.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def waiting(self) -> int:
        return self.heard - self.changed - self.declined

    @property
    def changed_share(self) -> float:
        return self.changed / self.heard


def list_heard_months(rows: Iterable[tuple[date, str, int]], *, most: int) -> list[HeardMonth]:
    """The newest ``most`` months of which something was heard, newest first.

    ``rows`` are counts by the first day of the month and the answer (changed, declined, or "" for nothing yet).
    """
    months: dict[date, dict[str, int]] = {}
    for month, answer, count in rows:
        months.setdefault(month, {})[answer] = months.setdefault(month, {}).get(answer, 0) + count
    newest = sorted(months, reverse=True)[:most]
    return [
        HeardMonth(month, sum(counts.values()), counts.get("changed", 0), counts.get("declined", 0))
        for month, counts in ((month, months[month]) for month in newest)
    ]
