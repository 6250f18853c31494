"""What complaints say about a customer, for segments, triggers and lists."""

from django.utils.translation import gettext_lazy as _

from crm.core.local_time import in_company_days
from crm.core.metric_catalogue import Metric, MetricKind, register_metrics
from crm.core.service_cost_catalogue import ServiceEvents, register_service_events
from customers.customer_metrics import KNOWN

_GROUP = _("Complaints")
_CASES = in_company_days("""LEFT JOIN (
    SELECT k.customer_id, count(*) FILTER (WHERE k.closed_at IS NULL) AS open_now,
           count(*) FILTER (WHERE day_of(k.taken_at) > %(today)s::date - 365) AS of_12m,
           max(day_of(k.taken_at)) AS latest
    FROM complaints_complaint k WHERE k.kind = 'complaint' GROUP BY k.customer_id
) complaint_cases ON complaint_cases.customer_id = c.id""")

_COST = in_company_days("""LEFT JOIN (
    SELECT k.customer_id, sum(coalesce(r.cents_each, 0) + coalesce(g.cents, 0))::bigint AS cents
    FROM complaints_complaint k
    LEFT JOIN customers_costrate r ON r.work = 'complaint'
        AND day_of(k.taken_at) >= r.valid_from AND (r.valid_to IS NULL OR day_of(k.taken_at) <= r.valid_to)
    LEFT JOIN (
        SELECT complaint_id, sum(amount_cents) AS cents FROM complaints_goodwillgrant GROUP BY complaint_id
    ) g ON g.complaint_id = k.id
    WHERE k.kind = 'complaint' AND day_of(k.taken_at) > %(today)s::date - 365 AND day_of(k.taken_at) <= %(today)s::date
    GROUP BY k.customer_id
) complaint_cost ON complaint_cost.customer_id = c.id""")

_EVENTS = in_company_days("""SELECT k.customer_id, 'complaint'::text AS work, day_of(k.taken_at) AS day,
    1 AS pieces, 0 AS minutes, coalesce(r.cents_each, 0)::bigint AS cents
    FROM complaints_complaint k LEFT JOIN customers_costrate r ON r.work = 'complaint'
        AND day_of(k.taken_at) >= r.valid_from AND (r.valid_to IS NULL OR day_of(k.taken_at) <= r.valid_to)
    WHERE k.kind = 'complaint'""")
# Goodwill is counted with its complaint, on the day that was taken.
_GOODWILL = in_company_days("""SELECT k.customer_id, 'goodwill'::text AS work, day_of(k.taken_at) AS day,
    1 AS pieces, 0 AS minutes, g.amount_cents AS cents
    FROM complaints_goodwillgrant g JOIN complaints_complaint k ON k.id = g.complaint_id
    WHERE k.kind = 'complaint'""")

# Whatever carries its author and that a partner may write. Read from the author, as the mark beside it is: who becomes
# a colleague has written as one. Each of these tables has an index by author.
_WRITTEN_BY = (
    ("customers_person", "created_by_id"),
    ("customers_profilefact", "asked_by_id"),
    ("customers_note", "created_by_id"),
    ("interactions_interaction", "logged_by_id"),
    ("complaints_complaint", "created_by_id"),
)
_PARTNERS = "SELECT u.id FROM core_user u WHERE u.role = 'partner'"
FED_BY_PARTNERS = " UNION ALL ".join(
    f"SELECT w.customer_id FROM {table} w WHERE w.{author} IN ({_PARTNERS})"  # noqa: S608 - text of ours
    for table, author in _WRITTEN_BY
)
IS_FED = " OR ".join(
    f"EXISTS (SELECT FROM {table} w WHERE w.customer_id = c.id AND w.{author} IN ({_PARTNERS}))"
    for table, author in _WRITTEN_BY
)


def register_complaint_metrics() -> None:
    """Put them into the catalogue; called once when the app starts."""
    register_service_events(
        ServiceEvents("complaints", ("complaint",), _EVENTS), ServiceEvents("goodwill", ("goodwill",), _GOODWILL)
    )
    register_metrics(
        Metric(
            "open_complaints",
            _("open complaints"),
            MetricKind.NUMBER,
            _("Complaints of the customer that are not closed yet."),
            "coalesce(complaint_cases.open_now, 0)",
            _CASES,
            group=_GROUP,
        ),
        Metric(
            "complaints_12m",
            _("complaints in 12 months"),
            MetricKind.NUMBER,
            _("Complaints taken in the last 365 days, closed ones included."),
            "coalesce(complaint_cases.of_12m, 0)",
            _CASES,
            group=_GROUP,
        ),
        Metric(
            "days_since_complaint",
            _("days since the last complaint"),
            MetricKind.DAYS,
            _("Days since a complaint was last taken; empty for a customer who never complained."),
            "%(today)s::date - complaint_cases.latest",
            _CASES,
            group=_GROUP,
        ),
        Metric(
            "service_cost_complaints",
            _("cost of complaints, 12 months"),
            MetricKind.MONEY,
            _("Complaints taken in the last 12 months × the rate for handling one, and the goodwill given."),
            "coalesce(complaint_cost.cents, 0)",
            _COST,
            group=_("cost to serve"),
        ),
        # Here, because complaints are the highest of what a partner may write.
        Metric(
            "fed_by_partner",
            _("something added by a partner"),
            MetricKind.FLAG,
            _("A partner wrote a person, a fact, a note, a contact or a complaint that is on their record."),
            f"c.id IN ({FED_BY_PARTNERS})",
            group=KNOWN,
            among=FED_BY_PARTNERS,
            surely=IS_FED,
        ),
    )
