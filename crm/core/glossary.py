"""The terms of art, each explained in a sentence: shown beside the word wherever it stands on a page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Term:
    """A word of the product and what it means."""

    word: str | Promise
    meaning: str | Promise


TERMS = {
    "class": Term(
        _("Class"),
        _(
            "A, B or C by sales of the last 12 months: A are the few customers that bring most of them. "
            "1 and 2 say who has more to come."
        ),
    ),
    "segment": Term(
        _("Segment"),
        _(
            "A group of customers that is treated the same way: its own steps, clocks and rhythm of "
            "contact. Worked out each night from rules an administrator can read and change."
        ),
    ),
    "at-stake": Term(
        _("At stake"),
        _("The margin of the coming quarter, weighed by how likely it is that this customer is slipping away."),
    ),
    "silent": Term(
        _("Silent"), _("Days since the last purchase, beside the gap that is usual for this very customer.")
    ),
    "own-gap": Term(_("Own gap"), _("The median number of days between this customer’s purchases.")),
    "rhythm": Term(_("Rhythm"), _("When this customer bought, and how long the gaps between usually are.")),
    "contribution": Term(
        _("Contribution"),
        _("What is left of the sales of 12 months after cost of goods, returns and the cost of serving the customer."),
    ),
    "cost-to-serve": Term(
        _("Cost to serve"),
        _(
            "What visits, calls, deliveries, returns and complaints of 12 months have cost, at the "
            "rates in the settings."
        ),
    ),
    "lifetime-value": Term(
        _("Lifetime value"),
        _(
            "The contribution this customer is expected to bring from now on, in today’s money, with "
            "the range it may fall in."
        ),
    ),
    "auc": Term(
        _("AUC"),
        _(
            "Of two customers, one who fell silent and one who did not: how often the ranking had put the silent one "
            "first. 1 is always, 0.5 is by chance."
        ),
    ),
    "lift": Term(
        _("Lift"),
        _("How many times as much came from this tenth of the customers as from the average tenth."),
    ),
    "lost-item": Term(
        _("Lost item"),
        _(
            "Bought on at least three days, and now silent longer than its own mean gap at this customer and twice the "
            "spread of its gaps. What it brought a week while it was bought is what is lost."
        ),
    ),
    "white-space": Term(
        _("White space"),
        _(
            "Product families that customers alike buy and this one never bought here. Alike: the same industry, a "
            "year of the same size, most of it spent on the same family."
        ),
    ),
    "bought-together": Term(
        _("Bought together"),
        _(
            "Items that stand in one order more often than by chance, in the latest orders of all customers, and are "
            "bought together here less than half as often."
        ),
    ),
    "risk": Term(
        _("Risk"),
        _(
            "How unusual the present silence is for this customer. Three bars: so long a gap was rare "
            "or never seen before."
        ),
    ),
    "coverage": Term(
        _("Coverage"), _("The share of customers who were spoken to within the rhythm their segment promises.")
    ),
    "reach": Term(
        _("Named and reached"),
        _(
            "The share of customers of whom we know a person who has not left, and a phone number or e-mail "
            "address that works."
        ),
    ),
    "stale": Term(
        _("Stale"),
        _(
            "For 12 months nothing was proven: no number or address, no fact told, and nobody there was spoken to or "
            "wrote."
        ),
    ),
    "bounced": Term(
        _("Bounced"), _("An e-mail address of theirs no longer works, and nobody has replaced or removed it yet.")
    ),
    "empty-post": Term(
        _("Left the company"),
        _("Somebody left within 12 months, and nobody whom we know there has the same job title."),
    ),
    "incomplete": Term(
        _("Incomplete"), _("City, country or language is missing; or, of an organisation, the industry.")
    ),
    "process-fit": Term(
        _("Process fit"),
        _(
            "Whether the steps a customer gets match what they bring: too simple for somebody who brings as much as "
            "half of a segment with more steps, too much for somebody who brings less than nine in ten of their own."
        ),
    ),
    "pareto": Term(
        _("Pareto curve"),
        _("Customers from the largest to the smallest, and the share of all sales they bring together."),
    ),
    "guardian": Term(
        _("Guardian"),
        _("The person who owns a complaint until the customer says it is mended. Never the customer’s own seller."),
    ),
    "promise": Term(_("Promise"), _("What we said we would do, or what they said they would, with its day.")),
    "step": Term(_("Step"), _("One piece of a process: who does it, how, and by when.")),
    "wallet-share": Term(
        _("Share of wallet"),
        _("What they bought from us in 12 months as a part of all they spend on what we could sell them, estimated."),
    ),
    "potential": Term(
        _("Potential"), _("Sales a year that we could have with this customer, by what they did or said; kept by date.")
    ),
    "ladder": Term(
        _("Relationship"),
        _("Contact, relationship, intimacy, trust: each level by dated evidence, and none is jumped."),
    ),
    "learnt": Term(
        _("What rivals would have to learn"),
        _("Facts in use that only we know, by talk and by watching, and the least time a rival would need for them."),
    ),
    "need": Term(_("Need"), _("What a customer needs beside the goods, by what evidence, and whether we meet it.")),
    "referral": Term(
        _("Speaks for us"),
        _("Whom a customer recommended us to, and what he shows to others; asked seldom, never while he complains."),
    ),
    "pin": Term(_("Pinned"), _("Held in a class or segment by a person, with a reason and a day on which it ends.")),
    "dry-run": Term(_("Dry run"), _("What a rule would do, worked out on today’s customers, without doing it.")),
    "cadence": Term(_("Contact rhythm"), _("How often a segment’s customers are to hear from us.")),
    "recovery-clock": Term(
        _("Clock"),
        _("A complaint is to be mended within 30 days: after that fewer than one in five customers come back."),
    ),
    "below-zero": Term(_("Below zero"), _("Costs more to serve than it brings, over the last 12 months.")),
    "owner": Term(_("Owner"), _("The colleague who looks after this customer.")),
    "rfm": Term(_("RFM"), _("How recently, how often and for how much a customer bought, each in five steps.")),
    "margin": Term(
        _("Margin"), _("Sales after returns less the cost of the goods, before what serving the customer costs.")
    ),
    "spread": Term(
        _("Spread"),
        _(
            "How far single customers of a segment lie apart: the line inside the box is the median, the box holds the "
            "middle half, the whiskers eight of ten. Read from steps of a twentieth, so none is off by more."
        ),
    ),
    "median": Term(_("Median"), _("Half of the cases lie below it, half above; single extremes do not move it.")),
    "segment-move": Term(
        _("Moved"),
        _("A customer came under another segment’s rule, or was pinned; the evidence is kept with the move."),
    ),
    "surprise": Term(
        _("Surprise"),
        _("How often so long a silence happens to a customer with this rhythm who is still buying. Low is alarming."),
    ),
    "priority": Term(
        _("Order of the rules"),
        _("Rules are asked from the top; a customer belongs to the first segment whose rule holds."),
    ),
    "rule": Term(
        _("Rule"), _("The condition that puts a customer here, asked each night of the figures of that evening.")
    ),
    "trigger": Term(
        _("Trigger"),
        _("A condition that is watched each night; when a customer meets it somebody gets an alert and a task."),
    ),
    "alert": Term(_("Alert"), _("Something the night noticed about a customer, with the figures that say why.")),
    "held-out": Term(
        _("Held out"),
        _("Customers chosen by chance who get no task although the trigger fires, so that its effect can be measured."),
    ),
    "step-clock": Term(_("Clock"), _("Working hours in which the step is to be done, from the moment it begins.")),
    "evening": Term(
        _("Evening"), _("The local day whose figures a night works out; what is entered later counts next.")
    ),
    "goodwill": Term(
        _("Goodwill"),
        _("What may be given at once to mend a complaint, up to the limit of the segment, and is charged to him."),
    ),
    "severity": Term(
        _("Severity"), _("How bad it is for the customer, not for us: it decides the order of the queue.")
    ),
    "complaint-queue": Term(
        _("Queue"), _("The yearly sales at risk × severity × the days gone by: whoever is first is helped first.")
    ),
    "duplicate-pair": Term(
        _("Pairs"),
        _("Two records that may be one customer: most sales × likeness first."),
    ),
    "escalation": Term(
        _("Escalation"),
        _("On these days a more senior colleague is told that the complaint is still open: guardian, manager, admin."),
    ),
    "recovery": Term(
        _("Recovery"),
        _("How many complainers bought again, by the number of days until we mended what they complained of."),
    ),
    "first-contact": Term(
        _("Solved at first contact"), _("Mended in the customer’s own word with one answer, and never opened again.")
    ),
    "bought-again": Term(
        _("Bought again"), _("Bought within so many days after the complaint was taken, whatever they said about it.")
    ),
    "own-word": Term(
        _("Own word"),
        _("What the customer said when asked whether it is mended; only that, or tries on set days, closes it."),
    ),
    "influence": Term(_("Influence"), _("What somebody has to do with buying: decides, influences, uses or pays.")),
    "lawful-basis": Term(
        _("Lawful basis"), _("Why we may keep and use this customer’s data, in the words of the law.")
    ),
    "stand-in": Term(
        _("Stand-in"),
        _("Who does a colleague’s work while he is away: new tasks go there, and those due are shown there."),
    ),
    "night": Term(_("Night"), _("The nightly run that works out values, classes, segments and alerts anew.")),
}


def find_term(key: str) -> Term:
    """The term of a key; KeyError names a key that nobody has explained."""
    return TERMS[key]
