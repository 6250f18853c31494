"""Customers by the level of the relationship, as a filter of the list of customers."""

from django.utils.translation import gettext_lazy as _

from crm.core.list_engine import ChoiceFilter
from customers.models import LadderEvidence
from customers.relationship_climbing import filter_by_level

LADDER_FILTER = ChoiceFilter(
    "ladder",
    _("Relationship"),
    lambda rows, value, request: filter_by_level(rows, int(value)),
    [("0", _("no evidence yet")), *((str(level), label) for level, label in LadderEvidence.Level.choices)],
)
