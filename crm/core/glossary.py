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
    "ladder": Term(_("Relationship"), _("How close we are: contact, relationship, intimacy, trust.")),
    "wallet-share": Term(
        _("Share of wallet"),
        _("What they bought from us in 12 months as a part of all they spend on what we could sell them, estimated."),
    ),
    "potential": Term(
        _("Potential"), _("Sales a year that we could have with this customer, by what they did or said; kept by date.")
    ),
    "need": Term(_("Need"), _("What a customer needs beside the goods, by what evidence, and whether we meet it.")),
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
    "night": Term(_("Night"), _("The nightly run that works out values, classes, segments and alerts anew.")),
}


def find_term(key: str) -> Term:
    """The term of a key; KeyError names a key that nobody has explained."""
    return TERMS[key]
