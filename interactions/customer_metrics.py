"""What the interactions app can say about a customer: contacts, minutes, promises, tasks, alerts.

``service_cost_contacts`` is what the contacts of twelve months cost at the rates in force on their days; scoring adds
the ``service_cost_*`` of all apps up to the cost to serve.
"""

from django.utils.translation import gettext_lazy as _

from crm.core.local_time import in_company_days
from crm.core.metric_catalogue import Metric, MetricKind, register_metrics
from crm.core.service_cost_catalogue import ServiceEvents, register_service_events
from interactions.models import Interaction, ProcessRun

CONTACTS = in_company_days(
    """
LEFT JOIN (
    SELECT i.customer_id,
        day_of(max(i.happened_at) FILTER (
            WHERE i.outcome = 'talked' OR i.direction = 'in' OR i.channel = 'mail' OR i.channel = 'chat')) AS last_talk,
        count(*) FILTER (WHERE i.happened_at >= start_of(%(today)s::date - 364)) AS contacts,
        coalesce(sum(i.minutes) FILTER (WHERE i.happened_at >= start_of(%(today)s::date - 89)), 0) AS minutes_90d,
        coalesce(sum(i.minutes) FILTER (WHERE i.happened_at >= start_of(%(today)s::date - 364)), 0) AS minutes_12m
    FROM interactions_interaction i
    WHERE i.happened_at < start_of(%(today)s::date + 1)
    GROUP BY i.customer_id
) contacts ON contacts.customer_id = c.id
""".strip()
)
TALKED_LATELY = in_company_days("""EXISTS (
    SELECT FROM interactions_interaction i WHERE i.customer_id = c.id
        AND (i.outcome = 'talked' OR i.direction = 'in' OR i.channel = 'mail' OR i.channel = 'chat')
        AND i.happened_at >= start_of(%(today)s::date - {value}::int)
        AND i.happened_at < start_of(%(today)s::date + 1))""")
# The limits in time of the rates are worked out once, not for each contact.
CONTACT_COST = in_company_days(
    """
LEFT JOIN (
    SELECT i.customer_id, sum(i.minutes * r.cents_per_minute + r.cents_each)::bigint AS cents
    FROM interactions_interaction i
    JOIN (
        SELECT work, cents_per_minute, cents_each, start_of(valid_from) AS since, start_of(valid_to + 1) AS until
        FROM customers_costrate OFFSET 0
    ) r ON r.work = i.channel AND i.happened_at >= r.since AND (r.until IS NULL OR i.happened_at < r.until)
    WHERE i.happened_at >= start_of(%(today)s::date - 364) AND i.happened_at < start_of(%(today)s::date + 1)
    GROUP BY i.customer_id
) contact_cost ON contact_cost.customer_id = c.id
""".strip()
)
# The local day is worked out once for each contact: who asks compares it with several days.
CONTACT_EVENTS = in_company_days("""SELECT i.customer_id, i.channel::text AS work, local.day,
    1 AS pieces, i.minutes, coalesce(i.minutes * r.cents_per_minute + r.cents_each, 0)::bigint AS cents
    FROM interactions_interaction i CROSS JOIN LATERAL (SELECT day_of(i.happened_at) AS day OFFSET 0) local
    LEFT JOIN customers_costrate r ON r.work = i.channel
        AND local.day >= r.valid_from AND (r.valid_to IS NULL OR local.day <= r.valid_to)""")
# The same of a year for everybody.
CONTACT_COSTS_OF_YEAR = in_company_days("""SELECT i.customer_id,
    (i.minutes * r.cents_per_minute + r.cents_each)::bigint AS cents
    FROM interactions_interaction i JOIN (
        SELECT work, cents_per_minute, cents_each, start_of(valid_from) AS since, start_of(valid_to + 1) AS until
        FROM customers_costrate OFFSET 0
    ) r ON r.work = i.channel AND i.happened_at >= r.since AND (r.until IS NULL OR i.happened_at < r.until)
    WHERE i.happened_at >= (SELECT start_of({today} - 364)) AND i.happened_at < (SELECT start_of({today} + 1))""")
# Answered by the index of a customer's contacts alone.
CONTACTS_MOVED = in_company_days("""SELECT i.customer_id FROM interactions_interaction i
    WHERE i.happened_at >= (SELECT start_of({before} + 1)) AND i.happened_at < (SELECT start_of({today} + 1))
    OR i.happened_at >= (SELECT start_of({before} - 364)) AND i.happened_at < (SELECT start_of({today} - 364))""")
TASKS = in_company_days(
    """
LEFT JOIN (
    SELECT t.customer_id, count(*) AS open, count(*) FILTER (WHERE t.due_at < start_of(%(today)s::date)) AS overdue
    FROM interactions_task t WHERE t.state IN ('open', 'paused') GROUP BY t.customer_id
) tasks ON tasks.customer_id = c.id
""".strip()
)
PROMISES = """
LEFT JOIN (
    SELECT p.customer_id, count(*) AS open, count(*) FILTER (WHERE p.due_on < %(today)s::date) AS overdue
    FROM interactions_promise p WHERE p.state = 'open' GROUP BY p.customer_id
) promises ON promises.customer_id = c.id
""".strip()
ALERTS = """
LEFT JOIN (
    SELECT a.customer_id, count(*) AS open
    FROM interactions_alert a WHERE a.state = 'open' GROUP BY a.customer_id
) alerts ON alerts.customer_id = c.id
""".strip()

QUOTES = in_company_days(
    """
LEFT JOIN (
    SELECT r.customer_id, count(*) AS decided, count(*) FILTER (WHERE r.state = 'done') AS won,
        count(*) FILTER (WHERE r.fills_shortlist) AS for_shortlist
    FROM interactions_processrun r
    JOIN segments_processversion v ON v.id = r.version_id JOIN segments_process p ON p.id = v.process_id
    WHERE p.flow = 'propose' AND r.state IN ('done', 'lost')
        AND r.ended_at >= start_of(%(today)s::date - 730) AND r.ended_at < start_of(%(today)s::date + 1)
    GROUP BY r.customer_id
) quotes ON quotes.customer_id = c.id
""".strip()
)

LOST_QUOTES = in_company_days(
    """
LEFT JOIN (
    SELECT r.customer_id, count(*) AS lost, sum(r.amount_cents)::bigint AS cents, day_of(max(r.ended_at)) AS last,
        (array_agg(r.lost_because ORDER BY r.ended_at DESC, r.id DESC)
            FILTER (WHERE r.lost_because <> ''))[1] AS because
    FROM interactions_processrun r
    JOIN segments_processversion v ON v.id = r.version_id JOIN segments_process p ON p.id = v.process_id
    WHERE p.flow = 'propose' AND r.state = 'lost'
        AND r.ended_at >= start_of(%(today)s::date - 730) AND r.ended_at < start_of(%(today)s::date + 1)
    GROUP BY r.customer_id
) lost_quotes ON lost_quotes.customer_id = c.id
""".strip()
)

# A visit begins with an event half an hour or more after the last of the same person. Told by places in an array: a
# window function, or a look-up for each row, would keep what is asked of everybody in one process of the database.
WEB_VISITS = in_company_days(
    """
LEFT JOIN (
    SELECT e.customer_id, count(*) AS visits
    FROM (
        SELECT e.customer_id, e.moments, generate_subscripts(e.moments, 1) AS place
        FROM (
            SELECT e.customer_id, e.person_id, array_agg(e.at ORDER BY e.at) AS moments
            FROM interactions_webevent e
            WHERE e.at >= start_of(%(today)s::date - 29) AND e.at < start_of(%(today)s::date + 1)
            GROUP BY e.customer_id, e.person_id
        ) e
    ) e
    WHERE e.place = 1 OR e.moments[e.place] > e.moments[e.place - 1] + interval '30 minutes'
    GROUP BY e.customer_id
) web_visits ON web_visits.customer_id = c.id
""".strip()
)
LAST_VISIT = in_company_days(
    """
LEFT JOIN (
    SELECT e.customer_id, day_of(max(e.at)) AS day FROM interactions_webevent e
    WHERE e.at < start_of(%(today)s::date + 1) GROUP BY e.customer_id
) last_visit ON last_visit.customer_id = c.id
""".strip()
)
VISITED_LATELY = in_company_days("""EXISTS (
    SELECT FROM interactions_webevent e WHERE e.customer_id = c.id
        AND e.at >= start_of(%(today)s::date - {value}::int) AND e.at < start_of(%(today)s::date + 1))""")
# Carts are few; whether he ordered since is looked up for those who left one, along the index of their orders.
CART_LEFT = in_company_days(
    """
LEFT JOIN (
    SELECT l.customer_id, l.day
    FROM (
        SELECT e.customer_id, day_of(max(e.at)) AS day FROM interactions_webevent e
        WHERE e.kind = 'cart_left' AND e.at < start_of(%(today)s::date)
        GROUP BY e.customer_id
    ) l
    WHERE NOT EXISTS (SELECT FROM customers_order o
        WHERE o.customer_id = l.customer_id AND o.day BETWEEN l.day AND %(today)s::date AND o.amount_cents > 0)
) cart_left ON cart_left.customer_id = c.id
""".strip()
)

TALK = _("what was said and promised")
WEB = _("what they do on the web")
WORK = _("what is to be done")


def register() -> None:
    """Add them to the catalogue; called once when Django starts."""
    register_metrics(*_contact_metrics(), *_work_metrics(), *_quote_metrics(), *_web_metrics())
    register_service_events(
        ServiceEvents(
            "contacts",
            tuple(Interaction.Channel.values),
            CONTACT_EVENTS,
            of_year=CONTACT_COSTS_OF_YEAR,
            moved=CONTACTS_MOVED,
        )
    )


def _contact_metrics() -> list[Metric]:
    days, number, money = MetricKind.DAYS, MetricKind.NUMBER, MetricKind.MONEY
    return [
        Metric(
            "days_since_contact",
            _("days since the last talk"),
            days,
            _("Days since somebody was reached, wrote or called us; tries that reached nobody do not count."),
            "%(today)s::date - contacts.last_talk",
            join=CONTACTS,
            group=TALK,
            lately=TALKED_LATELY,
        ),
        Metric(
            "contacts_12m",
            _("contacts, 12 months"),
            number,
            _("Calls, mails, visits and chats logged in the last 12 months."),
            "coalesce(contacts.contacts, 0)",
            join=CONTACTS,
            group=TALK,
        ),
        Metric(
            "minutes_90d",
            _("minutes, 90 days"),
            number,
            _("Minutes of contacts logged in the last 90 days."),
            "coalesce(contacts.minutes_90d, 0)",
            join=CONTACTS,
            group=TALK,
        ),
        Metric(
            "minutes_12m",
            _("minutes, 12 months"),
            number,
            _("Minutes of contacts logged in the last 12 months."),
            "coalesce(contacts.minutes_12m, 0)",
            join=CONTACTS,
            group=TALK,
        ),
        Metric(
            "service_cost_contacts",
            _("cost of contacts, 12 months"),
            money,
            _("Minutes of the last 12 months × the rate of their channel, and what each contact costs."),
            "coalesce(contact_cost.cents, 0)",
            join=CONTACT_COST,
            group=_("cost to serve"),
        ),
    ]


def _work_metrics() -> list[Metric]:
    number = MetricKind.NUMBER
    return [
        Metric(
            "open_promises",
            _("open promises"),
            number,
            _("Promised by us, or asked by them, and not yet done."),
            "coalesce(promises.open, 0)",
            join=PROMISES,
            group=TALK,
        ),
        Metric(
            "overdue_promises",
            _("promises past their day"),
            number,
            _("Open promises whose day has gone by."),
            "coalesce(promises.overdue, 0)",
            join=PROMISES,
            group=TALK,
        ),
        Metric(
            "open_tasks",
            _("open tasks"),
            number,
            _("Tasks for this customer, the held ones included."),
            "coalesce(tasks.open, 0)",
            join=TASKS,
            group=WORK,
        ),
        Metric(
            "overdue_tasks",
            _("tasks past their clock"),
            number,
            _("Open tasks that were due before today."),
            "coalesce(tasks.overdue, 0)",
            join=TASKS,
            group=WORK,
        ),
        Metric(
            "open_alerts",
            _("open alerts"),
            number,
            _("Alerts that nobody has answered yet."),
            "coalesce(alerts.open, 0)",
            join=ALERTS,
            group=WORK,
        ),
    ]


def _quote_metrics() -> list[Metric]:
    number, money, days, offers = (MetricKind.NUMBER, MetricKind.MONEY, MetricKind.DAYS, _("what became of our quotes"))
    return [
        Metric("quotes_decided_24m", _("quotes decided, 24 months"), number,
               _("Proposals that were followed to their end, or that they decided against."),
               "coalesce(quotes.decided, 0)", join=QUOTES, group=offers),
        Metric("quotes_won_24m", _("quotes won, 24 months"), number,
               _("Proposals that were followed to their end."), "coalesce(quotes.won, 0)", join=QUOTES, group=offers),
        Metric("quotes_for_shortlist_24m", _("quotes only for a shortlist, 24 months"), number,
               _("Proposals they asked for only to fill a list of suppliers."),
               "coalesce(quotes.for_shortlist, 0)", join=QUOTES, group=offers),
        Metric("quotes_lost_24m", _("quotes lost, 24 months"), number,
               _("Proposals that they decided against."), "coalesce(lost_quotes.lost, 0)", join=LOST_QUOTES,
               group=offers),
        Metric("quotes_lost_24m_cents", _("amount of quotes lost, 24 months"), money,
               _("What the proposals came to that they decided against."), "coalesce(lost_quotes.cents, 0)",
               join=LOST_QUOTES, group=offers),
        Metric("days_since_quote_lost", _("days since a quote was lost"), days,
               _("Days since they last decided against a proposal, in the last 24 months."),
               "%(today)s::date - lost_quotes.last", join=LOST_QUOTES, group=offers),
        Metric("quote_lost_because", _("what decided the last lost quote"), MetricKind.CHOICE,
               _("Said when their last proposal of 24 months was noted as lost; nothing where nobody said it."),
               "lost_quotes.because", join=LOST_QUOTES, choices=tuple(ProcessRun.LostBecause.choices), group=offers),
    ]  # fmt: skip


def _web_metrics() -> list[Metric]:
    number, days = MetricKind.NUMBER, MetricKind.DAYS
    return [
        Metric("web_visits_30d", _("web visits, 30 days"), number,
               _("Visits on our pages by somebody we know there; half an hour without a click ends a visit."),
               "coalesce(web_visits.visits, 0)", join=WEB_VISITS, group=WEB),
        Metric("days_since_web_visit", _("days since the last web visit"), days,
               _("Days since somebody we know there was on our pages; nothing where nobody was or it is not kept."),
               "%(today)s::date - last_visit.day", join=LAST_VISIT, group=WEB, lately=VISITED_LATELY),
        Metric("cart_left_days", _("days since a cart was left"), days,
               _("Days since they last left a cart, from the day after, where they ordered nothing since."),
               "%(today)s::date - cart_left.day", join=CART_LEFT, group=WEB),
    ]  # fmt: skip
