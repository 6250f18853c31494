"""The steps of a night in their order, with the words by which people know them, and the kind of job that helps."""

from django.utils.translation import gettext_lazy as _

SCORING_HELP = "scoring-help"
STEPS = {
    "ingest": _("orders taken in"),
    "plan": _("evening planned"),
    "score": _("customers scored"),
    "finish": _("scores in force"),
    "segments": _("segments moved"),
    "alerts": _("alerts and tasks"),
    "index": _("lists sorted"),
    "figures": _("figures of the segments"),
    "lists": _("lists of the best and the worst"),
    "items": _("items and families"),
}
