"""What complaints say about a customer, for segments, triggers and lists."""

from django.utils.translation import gettext_lazy as _

from crm.core.metric_catalogue import Metric, MetricKind, register_metrics

_GROUP = _("Complaints")
_OPEN = """LEFT JOIN (
    SELECT customer_id, count(*) AS cases FROM complaints_complaint
    WHERE closed_at IS NULL AND kind = 'complaint' GROUP BY customer_id
) complaints_now ON complaints_now.customer_id = c.id"""
_YEAR = """LEFT JOIN (
    SELECT customer_id, count(*) AS cases, max(taken_at) AS latest FROM complaints_complaint
    WHERE kind = 'complaint' GROUP BY customer_id
) complaints_ever ON complaints_ever.customer_id = c.id"""

METRICS = (
    Metric(
        "open_complaints",
        _("open complaints"),
        MetricKind.NUMBER,
        _("Complaints of the customer that are not closed."),
        "coalesce(complaints_now.cases, 0)",
        _OPEN,
        group=_GROUP,
    ),
)
register_metrics  # noqa: B018
