"""The triggers that come switched on and the first cost rates; from then on the company edits them in the browser."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from customers.models import CostRate


@dataclass(frozen=True)
class DefaultTrigger:
    """A recipe that comes switched on; the key names the code that judges it."""

    key: str
    name: str
    explanation: str
    task_title: str
    origin: str
    due_hours: int = 16
    cooldown_days: int = 30
    holdout_percent: int = 0
    tell_manager: bool = False
    segments: tuple[str, ...] = ()
    criteria: dict[str, Any] = field(default_factory=dict)


TRIGGERS = [
    DefaultTrigger(
        key="slipping-away",
        name=_("Slipping away"),
        explanation=_(
            "A customer with a rhythm of his own is silent for longer than is usual for him. All of a rep's customers "
            "are ranked by the money at stake and the chance of losing it; only the first within the rep's budget are "
            "told, once in a silence. A purchase arms it again."
        ),
        task_title=_("Find out why they are silent"),
        origin=_("Back-tests on four customer bases: ranking by chance and money together"),
        due_hours=16,
        cooldown_days=30,
        holdout_percent=5,
    ),
    DefaultTrigger(
        key="visit-now",
        name=_("Visit now: fall against the own baseline"),
        explanation=_(
            "Sales of the last quarter fell against this customer's own baseline by the share set in the business "
            "settings (40%). Alone it is often wrong, so it only opens a task where the fall costs most."
        ),
        task_title=_("Visit: sales are well under their own baseline"),
        origin=_("Founding text on falls against the own baseline"),
        due_hours=16,
        cooldown_days=90,
        tell_manager=True,
        segments=("premium", "standard", "at-risk"),
    ),
    DefaultTrigger(
        key="growing",
        name=_("Growing"),
        explanation=_(
            "The twin of the fall: sales of the last quarter rose over this customer's own baseline by the share set "
            "in the business settings (40%), and he buys in his rhythm. Whoever asks why while it lasts learns what "
            "more he needs. It has a small budget of its own and takes no place from an alert."
        ),
        task_title=_("Ask what changed: they buy far more than usual"),
        origin=_("Founding text on falls against the own baseline, turned round"),
        due_hours=24,
        cooldown_days=180,
    ),
    DefaultTrigger(
        key="contract-used-less",
        name=_("Contract: uses less"),
        explanation=_(
            "A customer under contract has no rhythm of purchases that could break. What warns before a renewal is "
            "that he uses less: sales of the last quarter fell by 40% or more against his own baseline."
        ),
        task_title=_("Ask before the renewal: they use much less"),
        origin=_("Contracts are told about by renewals and use"),
        due_hours=16,
        cooldown_days=90,
        criteria={
            "all": [
                {"metric": "relation", "operator": "is", "value": "contract"},
                {"metric": "fall", "operator": "at_least", "value": 0.4},
                {"not": {"metric": "risk", "operator": "is", "value": "lost"}},
            ]
        },
    ),
    DefaultTrigger(
        key="second-order",
        name=_("The second order has not come"),
        explanation=_(
            "A customer bought once and is now later than most of those who came back. The second purchase decides "
            "whether a new customer stays."
        ),
        task_title=_("Ask how the first goods do"),
        origin=_("Repeat rates: most one-time buyers never return after this point"),
        due_hours=8,
        cooldown_days=60,
        segments=("new",),
    ),
    DefaultTrigger(
        key="overdue-contact",
        name=_("Talk overdue"),
        explanation=_(
            "Nobody talked to this customer for longer than the rhythm of his segment promises, and nothing is planned."
        ),
        task_title=_("Talk: the rhythm of the segment is past"),
        origin=_("The contact rhythm of each segment"),
        due_hours=24,
        cooldown_days=30,
    ),
]

# (work, cents a minute, cents each)
COST_RATES = [
    (CostRate.Work.CALL, 75, 0),
    (CostRate.Work.MAIL, 75, 0),
    (CostRate.Work.CHAT, 75, 0),
    (CostRate.Work.VISIT, 90, 6_000),
    (CostRate.Work.ORDER, 0, 900),
    (CostRate.Work.COMPLAINT, 90, 2_500),
]
