"""What we learned of a customer that rivals cannot know, as the time one would need to learn it again.

What he told us is learnt by asking: a rival who talks to him as often as we do and is answered as often as we are needs
as many contacts. How he buys is learnt by waiting: a rhythm shows at the third purchase, two gaps after the first. Both
go on side by side, so the longer of the two counts; it is the least time, since a rival does not know what to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

DAYS_A_MONTH = 365 / 12
FEWEST_CONTACTS_A_MONTH = 1 / 3  # whoever wants a customer comes once a quarter
GAPS_OF_A_RHYTHM = 2


@dataclass(frozen=True)
class Relearning:
    """The months a rival would need at least, and how they were reckoned; 0 where there is nothing to learn.

    ``contacts`` a month, ``answers`` a contact, ``gap_days`` the median gap of the items with a rhythm (None: none)."""

    asking_months: float
    waiting_months: float
    contacts: float
    answers: float
    gap_days: float | None

    @property
    def months(self) -> int:
        return ceil(max(self.asking_months, self.waiting_months))


def estimate_relearning(
    *, told: int, contacts_12m: int, questions_a_contact: int, answer_rate: float, gaps_days: Sequence[float]
) -> Relearning:
    """``told`` things learnt by asking, ``contacts_12m`` talks of the last year, ``answer_rate`` 0 to 1 of our
    questions, and the mean gap in days of every item whose rhythm is known."""
    contacts = max(contacts_12m / 12, FEWEST_CONTACTS_A_MONTH)
    answers = max(questions_a_contact, 1) * answer_rate
    gap = median(gaps_days) if gaps_days else None
    return Relearning(
        asking_months=told / (contacts * answers) if told else 0.0,
        waiting_months=GAPS_OF_A_RHYTHM * gap / DAYS_A_MONTH if gap else 0.0,
        contacts=contacts,
        answers=answers,
        gap_days=gap,
    )
