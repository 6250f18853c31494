"""What a new company starts with: five segments and a process for each in five flows.

Texts are English message ids, translated when they are written; from then on they are the company's own and edited in
the browser. A step is (what is done, who, working hours, channel, how).
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from segments.models import Process, ProcessStep, Segment

_OWNER, _REP, _MANAGER, _GUARDIAN, _EXECUTIVE = (
    ProcessStep.Doer.OWNER,
    ProcessStep.Doer.REP,
    ProcessStep.Doer.MANAGER,
    ProcessStep.Doer.GUARDIAN,
    ProcessStep.Doer.EXECUTIVE,
)
_CALL, _MAIL, _VISIT, _NONE = (
    ProcessStep.Channel.CALL,
    ProcessStep.Channel.MAIL,
    ProcessStep.Channel.VISIT,
    ProcessStep.Channel.NONE,
)
_PROMOTE, _ORDER, _PROPOSE, _DELIVER, _CADENCE = (
    Process.Flow.PROMOTE,
    Process.Flow.ORDER,
    Process.Flow.PROPOSE,
    Process.Flow.DELIVER,
    Process.Flow.CADENCE,
)
DefaultStep = tuple[str, str, int, str, str]


@dataclass(frozen=True)
class DefaultSegment:
    """A segment, its first rule and what its customers can expect."""

    key: str
    name: str
    mark: str
    priority: int
    target: str
    counter: str
    proposition: str
    cadence_days: int | None
    goodwill_cents: int
    criteria: dict[str, Any]
    processes: dict[str, tuple[str, list[DefaultStep]]] = field(default_factory=dict)
    is_fallback: bool = False
    is_passing: bool = False
    needs_owner: bool = False
    answer_hours: int | None = None


def _when(metric: str, operator: str, value: Any) -> dict[str, Any]:
    return {"metric": metric, "operator": operator, "value": value}


_VALUABLE = _when("abc", "one_of", ["A", "B"])

PREMIUM = DefaultSegment(
    key="premium",
    name=_("Premium"),
    mark=Segment.Mark.PREMIUM,
    priority=1,
    target=_(
        "Customers whose line must not stand still. They buy certainty, not price; they tell us what they need "
        "and let us change how we work."
    ),
    counter=_("Large one-off project buyers, however much they spend in the year."),
    proposition=_("One person who knows them, an answer within four working hours, a call after every delivery."),
    cadence_days=30,
    goodwill_cents=50_000,
    criteria={
        "all": [
            _when("abc", "is", "A"),
            _when("frequency_score", "at_least", 5),
            _when("purchase_days", "at_least", 8),
            _when("contribution_12m", "more_than", 0),
            {"not": _when("risk", "is", "lost")},
        ]
    },
    answer_hours=4,
    needs_owner=True,
    processes={
        _PROMOTE: (
            _("one idea, in person"),
            [
                (_("Read what they bought and asked for in the last year"), _OWNER, 8, _NONE, ""),
                (_("Choose one idea that fits their line, with its gain in figures"), _OWNER, 16, _NONE, ""),
                (_("Ask whether a talk is welcome, and when"), _OWNER, 8, _CALL, ""),
                (_("Visit and show it where they work"), _OWNER, 40, _VISIT, _("Bring one idea, not a list.")),
                (_("Write what they said, and what we leave alone from now on"), _OWNER, 8, _NONE, ""),
            ],
        ),
        _ORDER: (
            _("answer in 4 hours"),
            [
                (_("Thank and confirm by phone"), _OWNER, 1, _CALL, _("The same person every time.")),
                (_("Hear the whole need, not only the lines"), _OWNER, 2, _CALL, _("Machine, hours, last failure.")),
                (_("Promise stock and day in writing"), _OWNER, 4, _MAIL, ""),
                (_("Agree packing, kits and invoice cycle"), _OWNER, 4, _CALL, ""),
                (_("Tell them before it leaves"), _REP, 8, _MAIL, ""),
                (_("Call after delivery, not by the seller"), _GUARDIAN, 16, _CALL, _("What fell short?")),
                (_("Write what we learned"), _OWNER, 24, _NONE, ""),
            ],
        ),
        _PROPOSE: (
            _("draft in 2 days"),
            [
                (_("Confirm that we have it, and who answers"), _OWNER, 2, _CALL, ""),
                (_("Ask what success looks like for them"), _OWNER, 8, _CALL, ""),
                (_("Go through the draft with the manager"), _MANAGER, 8, _NONE, ""),
                (_("Present the proposal in person"), _OWNER, 16, _VISIT, ""),
                (_("Ask what is missing"), _OWNER, 24, _CALL, ""),
                (_("Hear the decision and write why"), _OWNER, 40, _CALL, ""),
            ],
        ),
        _DELIVER: (
            _("by promise"),
            [
                (_("Name who looks after the delivery"), _MANAGER, 4, _NONE, ""),
                (_("Agree how it is to be customised"), _OWNER, 8, _VISIT, ""),
                (_("Confirm the day in writing"), _OWNER, 8, _MAIL, ""),
                (_("Check the goods against what was agreed"), _GUARDIAN, 16, _NONE, ""),
                (_("Tell them it is on its way"), _REP, 4, _MAIL, ""),
                (_("Be there when it arrives"), _OWNER, 8, _VISIT, ""),
                (_("Ask after a week whether it does what it should"), _GUARDIAN, 40, _CALL, ""),
                (_("Write what to do differently next time"), _OWNER, 16, _NONE, ""),
            ],
        ),
        _CADENCE: (
            _("a talk every 30 days"),
            [
                (_("Read where we left off and what we owe"), _OWNER, 4, _NONE, ""),
                (_("Talk: what has changed on their side?"), _OWNER, 16, _CALL, ""),
                (_("Thank them from the top once a quarter"), _EXECUTIVE, 40, _CALL, _("Skip with a reason.")),
            ],
        ),
    },
)  # fmt: skip

AT_RISK = DefaultSegment(
    key="at-risk",
    name=_("At risk"),
    mark=Segment.Mark.RISK,
    priority=2,
    target=_("Customers of class A or B whose silence is unusual for them: they may leave, and can still be kept."),
    counter=_("Those who only buy in season, and those who told us why they pause."),
    proposition=_("Somebody comes, listens and mends what went wrong, before anything is sold."),
    cadence_days=14,
    goodwill_cents=50_000,
    criteria={"all": [_when("risk", "one_of", ["high", "lost"]), _VALUABLE]},
    is_passing=True,
    answer_hours=4,
    needs_owner=True,
    processes={
        _PROMOTE: (
            _("a visit in 2 days"),
            [
                (_("Find out what changed: orders, people, complaints"), _OWNER, 4, _NONE, ""),
                (_("Visit or call and listen; sell nothing"), _OWNER, 16, _VISIT, _("Ask what we should have done.")),
                (_("Say within a day what we do about it"), _MANAGER, 8, _CALL, ""),
            ],
        ),
        _ORDER: (
            _("answer in 4 hours"),
            [
                (_("Thank for coming back, by phone"), _OWNER, 2, _CALL, ""),
                (_("Ask what made them pause"), _OWNER, 2, _CALL, ""),
                (_("Promise stock and day in writing"), _OWNER, 4, _MAIL, ""),
                (_("Tell them before it leaves"), _REP, 8, _MAIL, ""),
                (_("Call after delivery, not by the seller"), _GUARDIAN, 16, _CALL, ""),
                (_("Write what we learned"), _OWNER, 24, _NONE, ""),
            ],
        ),
        _PROPOSE: (
            _("answer in 1 day"),
            [
                (_("Confirm that we have it, and who answers"), _OWNER, 2, _CALL, ""),
                (_("Ask what went wrong last time"), _OWNER, 4, _CALL, ""),
                (_("Go through the draft with the manager"), _MANAGER, 4, _NONE, ""),
                (_("Present the proposal in person"), _OWNER, 8, _VISIT, ""),
                (_("Ask what is missing"), _OWNER, 16, _CALL, ""),
                (_("Hear the decision and write why"), _OWNER, 40, _CALL, ""),
            ],
        ),
        _DELIVER: (
            _("by promise"),
            [
                (_("Name who looks after the delivery"), _MANAGER, 4, _NONE, ""),
                (_("Confirm the day in writing"), _OWNER, 8, _MAIL, ""),
                (_("Check the goods against what was agreed"), _GUARDIAN, 16, _NONE, ""),
                (_("Tell them it is on its way"), _REP, 4, _MAIL, ""),
                (_("Call on the day it arrives"), _OWNER, 8, _CALL, ""),
                (_("Ask after a week whether we are back where we were"), _GUARDIAN, 40, _CALL, ""),
            ],
        ),
        _CADENCE: (
            _("a talk every 14 days"),
            [
                (_("Read where we left off and what we owe"), _OWNER, 4, _NONE, ""),
                (_("Talk: is what went wrong mended?"), _OWNER, 8, _CALL, ""),
                (_("Tell the manager how it stands"), _MANAGER, 16, _NONE, ""),
            ],
        ),
    },
)  # fmt: skip

NEW = DefaultSegment(
    key="new",
    name=_("New"),
    mark=Segment.Mark.NEW,
    priority=3,
    target=_("Bought for the first time within half a year, or not yet. The second order decides whether they stay."),
    counter=_("New branches of a customer we have known for long."),
    proposition=_("We make the beginning easy and ask early how it went."),
    cadence_days=30,
    goodwill_cents=20_000,
    criteria={
        "any": [_when("days_since_first_order", "at_most", 180), _when("purchase_days", "at_most", 0)],
    },
    is_passing=True,
    answer_hours=8,
    needs_owner=True,
    processes={
        _PROMOTE: (
            _("in 5 days"),
            [
                (_("Welcome them by phone"), _OWNER, 8, _CALL, ""),
                (_("Ask what they do and whom else they buy from"), _OWNER, 16, _CALL, _("Two questions, no more.")),
                (_("Send what fits, on one page"), _OWNER, 16, _MAIL, ""),
                (_("Ask whether it helped"), _OWNER, 40, _CALL, ""),
                (_("Write what kind of customer this may become"), _OWNER, 8, _NONE, ""),
            ],
        ),
        _ORDER: (
            _("answer in 1 day"),
            [
                (_("Thank for the order and say who we are"), _OWNER, 4, _CALL, ""),
                (_("Check address, payment and who receives it"), _REP, 8, _MAIL, ""),
                (_("Promise stock and day in writing"), _OWNER, 8, _MAIL, ""),
                (_("Tell them before it leaves"), _REP, 8, _MAIL, ""),
                (_("Call after delivery: how was it?"), _OWNER, 16, _CALL, ""),
                (_("Plan the second order"), _OWNER, 24, _NONE, ""),
            ],
        ),
        _PROPOSE: (
            _("answer in 3 days"),
            [
                (_("Confirm that we have it, and who answers"), _OWNER, 4, _MAIL, ""),
                (_("Ask what they compare us with"), _OWNER, 8, _CALL, ""),
                (_("Send the proposal"), _OWNER, 16, _MAIL, ""),
                (_("Ask what is missing"), _OWNER, 24, _CALL, ""),
                (_("Hear the decision and write why"), _OWNER, 40, _CALL, ""),
            ],
        ),
        _DELIVER: (
            _("by promise"),
            [
                (_("Confirm the day in writing"), _OWNER, 8, _MAIL, ""),
                (_("Show how to order, complain and return"), _REP, 16, _MAIL, ""),
                (_("Tell them it is on its way"), _REP, 8, _MAIL, ""),
                (_("Ask whether everything is there"), _OWNER, 24, _CALL, ""),
            ],
        ),
        _CADENCE: (
            _("a talk every 30 days"),
            [
                (_("Read where we left off and what we owe"), _OWNER, 8, _NONE, ""),
                (_("Ask how the first goods do"), _OWNER, 16, _CALL, ""),
            ],
        ),
    },
)  # fmt: skip

STANDARD = DefaultSegment(
    key="standard",
    name=_("Standard"),
    mark=Segment.Mark.STANDARD,
    priority=4,
    target=_("Customers of class A or B who buy in their rhythm and need no more than good work."),
    counter=_("Those who bring little and ask for much."),
    proposition=_("A named person, an answer the same day, what was promised."),
    cadence_days=90,
    goodwill_cents=15_000,
    criteria={"all": [_VALUABLE]},
    processes={
        _PROMOTE: (
            _("in 20 days"),
            [
                (_("Read what they bought in the last year"), _OWNER, 16, _NONE, ""),
                (_("Send one suggestion that fits"), _OWNER, 40, _MAIL, ""),
                (_("Call if it was of interest"), _OWNER, 40, _CALL, ""),
                (_("Write what they said"), _OWNER, 16, _NONE, ""),
            ],
        ),
        _ORDER: (
            _("answer in 1 day"),
            [
                (_("Confirm the order"), _OWNER, 8, _MAIL, ""),
                (_("Promise the day in writing"), _REP, 8, _MAIL, ""),
                (_("Offer what is usually taken with it"), _OWNER, 8, _CALL, ""),
                (_("Tell them before it leaves"), _REP, 16, _MAIL, ""),
                (_("Ask whether everything is there"), _OWNER, 40, _MAIL, ""),
            ],
        ),
        _PROPOSE: (
            _("answer in 5 days"),
            [
                (_("Confirm that we have it"), _OWNER, 8, _MAIL, ""),
                (_("Send the proposal"), _OWNER, 32, _MAIL, ""),
                (_("Ask what is missing"), _OWNER, 40, _CALL, ""),
                (_("Hear the decision and write why"), _OWNER, 40, _CALL, ""),
            ],
        ),
        _DELIVER: (
            _("by promise"),
            [
                (_("Agree how it is to be customised"), _OWNER, 16, _CALL, ""),
                (_("Confirm the day in writing"), _REP, 8, _MAIL, ""),
                (_("Tell them it is on its way"), _REP, 8, _MAIL, ""),
                (_("Ask whether everything is there"), _OWNER, 40, _MAIL, ""),
            ],
        ),
        _CADENCE: (
            _("a talk every 90 days"),
            [
                (_("Read where we left off and what we owe"), _OWNER, 8, _NONE, ""),
                (_("Talk: what do they plan?"), _OWNER, 40, _CALL, ""),
            ],
        ),
    },
)  # fmt: skip

LOW_COST = DefaultSegment(
    key="low-cost",
    name=_("Low-cost"),
    mark=Segment.Mark.LOW,
    priority=5,
    target=_("Customers who want the goods, a fair price and no talk: quick, simple, by mail."),
    counter=_("Small customers with much more to come: pin them to Standard."),
    proposition=_("Order when you like, get it on the day in the list, pay less for less."),
    cadence_days=None,
    goodwill_cents=5_000,
    criteria={},
    is_fallback=True,
    processes={
        _PROMOTE: (
            _("by mail"),
            [
                (_("Send the list of the month"), _REP, 40, _MAIL, _("Only where mail is welcome.")),
                (_("Answer only what is asked"), _REP, 40, _MAIL, ""),
            ],
        ),
        _ORDER: (
            _("answer in 2 days"),
            [
                (_("Confirm by mail"), _REP, 8, _MAIL, ""),
                (_("Look at exceptions only: no price or no stock"), _REP, 16, _MAIL, ""),
                (_("Send the dispatch note"), _REP, 16, _MAIL, _("No visit and no call are offered.")),
            ],
        ),
        _PROPOSE: (
            _("list price"),
            [
                (_("Send the list price"), _REP, 16, _MAIL, ""),
                (_("Close it after two weeks without an answer"), _REP, 80, _NONE, ""),
            ],
        ),
        _DELIVER: (
            _("on the list date"),
            [
                (_("Send the date from the list"), _REP, 16, _MAIL, ""),
                (_("Send the dispatch note"), _REP, 16, _MAIL, ""),
            ],
        ),
        _CADENCE: (
            _("when they write"),
            [(_("Answer by mail"), _REP, 16, _MAIL, "")],
        ),
    },
)  # fmt: skip

SEGMENTS = [PREMIUM, AT_RISK, NEW, STANDARD, LOW_COST]
