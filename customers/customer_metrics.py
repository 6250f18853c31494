"""What the customers app can say about a customer: who he is, and his purchases as rolled up.

``service_cost_*`` metrics are cents of the twelve months that end on ``today``; every app that causes work adds
its own, and scoring takes their sum as the cost to serve.
"""

from django.utils.translation import gettext_lazy as _

from crm.core.metric_catalogue import Metric, MetricKind, register_metrics
from crm.core.service_cost_catalogue import ServiceEvents, register_service_events
from customers.models import Customer

STATE = "LEFT JOIN customers_purchasestate ps ON ps.customer_id = c.id"
HANDLING = """
LEFT JOIN (
    SELECT d.customer_id, sum(d.orders * r.cents_each)::bigint AS cents
    FROM customers_purchaseday d
    JOIN customers_costrate r
        ON r.work = 'order' AND d.day >= r.valid_from AND (r.valid_to IS NULL OR d.day <= r.valid_to)
    WHERE d.day > %(today)s::date - 365 AND d.day <= %(today)s::date
    GROUP BY d.customer_id
) handling ON handling.customer_id = c.id
""".strip()

# An order that knows its own freight costs that instead of the rate: its day has the rate, this is the difference. A
# return has no rate of freight, only its own where that is known; it lies on the day of the order it returns.
_OWN_FREIGHT = """SELECT own.customer_id, 'freight'::text AS work, own.day, own.came_back AS pieces, 0 AS minutes,
    (own.freight_cents - (1 - own.came_back) * coalesce(r.cents_each, 0))::bigint AS cents
    FROM (
        SELECT o.customer_id, o.freight_cents, (o.amount_cents < 0)::int AS came_back,
            CASE WHEN o.returns_id IS NULL THEN o.day ELSE coalesce(
            (SELECT original.day FROM customers_order original WHERE original.id = o.returns_id), o.day) END AS day
        FROM customers_order o WHERE o.freight_cents IS NOT NULL
    ) own LEFT JOIN customers_costrate r
        ON r.work = 'freight' AND own.day >= r.valid_from AND (r.valid_to IS NULL OR own.day <= r.valid_to)"""
FREIGHT = f"""
LEFT JOIN (
    SELECT f.customer_id, sum(f.cents)::bigint AS cents
    FROM (
        SELECT d.customer_id, d.day, d.orders * r.cents_each AS cents
        FROM customers_purchaseday d
        JOIN customers_costrate r
            ON r.work = 'freight' AND d.day >= r.valid_from AND (r.valid_to IS NULL OR d.day <= r.valid_to)
        UNION ALL SELECT own.customer_id, own.day, own.cents FROM ({_OWN_FREIGHT}) own
    ) f
    WHERE f.day > %(today)s::date - 365 AND f.day <= %(today)s::date
    GROUP BY f.customer_id
) freight ON freight.customer_id = c.id
""".strip()  # noqa: S608 - text of ours
RETURNS = """
LEFT JOIN (
    SELECT o.customer_id, sum(r.cents_each)::bigint AS cents
    FROM customers_order o
    JOIN customers_costrate r
        ON r.work = 'return' AND o.day >= r.valid_from AND (r.valid_to IS NULL OR o.day <= r.valid_to)
    WHERE o.amount_cents < 0 AND o.day > %(today)s::date - 365 AND o.day <= %(today)s::date
    GROUP BY o.customer_id
) returned ON returned.customer_id = c.id
""".strip()

# Work by order and by delivery is counted from the purchase days, as the night does; returns from the orders.
_OF_DAYS = """SELECT d.customer_id, '{work}'::text AS work, d.day, d.orders AS pieces, 0 AS minutes,
    (d.orders * coalesce(r.cents_each, 0))::bigint AS cents
    FROM customers_purchaseday d LEFT JOIN customers_costrate r
        ON r.work = '{work}' AND d.day >= r.valid_from AND (r.valid_to IS NULL OR d.day <= r.valid_to)"""
_OF_RETURNS = """SELECT o.customer_id, 'return'::text AS work, o.day, 1 AS pieces, 0 AS minutes,
    coalesce(r.cents_each, 0)::bigint AS cents
    FROM customers_order o LEFT JOIN customers_costrate r
        ON r.work = 'return' AND o.day >= r.valid_from AND (r.valid_to IS NULL OR o.day <= r.valid_to)
    WHERE o.amount_cents < 0"""
EVENTS = (
    ServiceEvents("orders", ("order",), _OF_DAYS.format(work="order"), of_days=True),
    ServiceEvents("freight", ("freight",), _OF_DAYS.format(work="freight"), of_days=True),
    ServiceEvents("own-freight", ("freight",), _OWN_FREIGHT),
    ServiceEvents("returns", ("return",), _OF_RETURNS),
)

NEEDS = """
LEFT JOIN (
    SELECT cn.customer_id, string_agg(n.name, ' · ' ORDER BY n.name) AS names, count(*) AS needs,
        count(*) FILTER (WHERE cn.is_met) AS met, count(*) FILTER (WHERE NOT cn.is_met) AS unmet
    FROM customers_customerneed cn JOIN customers_need n ON n.id = cn.need_id GROUP BY cn.customer_id
) needs ON needs.customer_id = c.id
""".strip()
POTENTIAL = """
LEFT JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, yearly_cents FROM customers_potential
    WHERE noted_on <= %(today)s::date ORDER BY customer_id, noted_on DESC, id DESC
) potential ON potential.customer_id = c.id
""".strip()
WALLET = """
LEFT JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, total_cents FROM customers_walletestimate
    WHERE estimated_on <= %(today)s::date ORDER BY customer_id, estimated_on DESC, id DESC
) wallet ON wallet.customer_id = c.id
""".strip()
TAGS = """
LEFT JOIN (
    SELECT ct.customer_id, string_agg(t.name, ' · ' ORDER BY t.name) AS names
    FROM customers_customertag ct JOIN customers_tag t ON t.id = ct.tag_id GROUP BY ct.customer_id
) tags ON tags.customer_id = c.id
""".strip()
# Who has left is reached no more: his numbers and addresses count for nothing.
REACH = """
LEFT JOIN (
    SELECT p.customer_id FROM customers_person p WHERE p.left_on IS NULL GROUP BY p.customer_id
) named ON named.customer_id = c.id
LEFT JOIN (
    SELECT k.customer_id, bool_or(k.is_valid AND k.kind IN ('phone', 'email')) AS works,
        bool_or(k.is_valid AND k.kind = 'email') AS email, bool_or(k.is_valid AND k.kind = 'phone') AS phone,
        bool_or(NOT k.is_valid AND k.kind = 'email') AS bounced
    FROM customers_contactpoint k LEFT JOIN customers_person p ON p.id = k.person_id
    WHERE k.kind IN ('phone', 'email') AND p.left_on IS NULL GROUP BY k.customer_id
) channel ON channel.customer_id = c.id
""".strip()
PROOF = """
LEFT JOIN (
    SELECT proofs.customer_id, max(proofs.day) AS day FROM (
        SELECT k.customer_id, k.proven_on AS day FROM customers_contactpoint k
        WHERE k.is_valid AND k.proven_on <= %(today)s::date
        UNION ALL
        SELECT f.customer_id, f.told_on FROM customers_profilefact f
        WHERE f.withdrawn_on IS NULL AND f.told_on <= %(today)s::date
    ) proofs GROUP BY proofs.customer_id
) proof ON proof.customer_id = c.id
""".strip()

# The same of one customer at a time, so that a list in some order stops at the end of its page.
_POINT = """(EXISTS (
    SELECT FROM customers_contactpoint k LEFT JOIN customers_person p ON p.id = k.person_id
    WHERE k.customer_id = c.id AND k.kind = '{kind}' AND {works} AND p.left_on IS NULL)) = {{value}}"""
HAS_EMAIL = _POINT.format(kind="email", works="k.is_valid")
HAS_PHONE = _POINT.format(kind="phone", works="k.is_valid")
BOUNCED = _POINT.format(kind="email", works="NOT k.is_valid")
REACHABLE = """(EXISTS (SELECT FROM customers_person p WHERE p.customer_id = c.id AND p.left_on IS NULL) AND EXISTS (
    SELECT FROM customers_contactpoint k LEFT JOIN customers_person p ON p.id = k.person_id
    WHERE k.customer_id = c.id AND k.kind IN ('phone', 'email') AND k.is_valid AND p.left_on IS NULL)) = {value}"""
# Whose customers have a post that somebody left within a year and nobody has: one in some sixty.
_LEFT_LATELY = "p.left_on > %(today)s::date - 365 AND p.left_on <= %(today)s::date"
_NOBODY_ELSE = """NOT EXISTS (
    SELECT FROM customers_person other WHERE other.customer_id = p.customer_id AND other.left_on IS NULL
        AND (p.job_title = '' OR lower(other.job_title) = lower(p.job_title)))"""
LEFT = f"SELECT p.customer_id FROM customers_person p WHERE {_LEFT_LATELY}"  # noqa: S608 - text of ours
VACATED = f"{LEFT} AND {_NOBODY_ELSE}"
IS_VACATED = f"""EXISTS (
    SELECT FROM customers_person p WHERE p.customer_id = c.id AND {_LEFT_LATELY} AND {_NOBODY_ELSE})"""
PROVEN_LATELY = """EXISTS (
    SELECT FROM customers_contactpoint k WHERE k.customer_id = c.id AND k.is_valid
        AND k.proven_on BETWEEN %(today)s::date - {value}::int AND %(today)s::date
) OR EXISTS (
    SELECT FROM customers_profilefact f WHERE f.customer_id = c.id AND f.withdrawn_on IS NULL
        AND f.told_on BETWEEN %(today)s::date - {value}::int AND %(today)s::date)"""

IDENTITY = _("who they are")
ORDERS = _("what they bought")
NEEDED = _("what they need and could buy")
KNOWN = _("how well we know them")


def register() -> None:
    """Add them to the catalogue; called once when Django starts."""
    register_service_events(*EVENTS)
    register_metrics(
        Metric(
            "kind",
            _("kind"),
            MetricKind.CHOICE,
            _("An organisation or a person."),
            "c.kind",
            choices=tuple(Customer.Kind.choices),
            group=IDENTITY,
        ),
        Metric(
            "stage",
            _("stage"),
            MetricKind.CHOICE,
            _("Prospect or customer."),
            "c.stage",
            choices=tuple(Customer.Stage.choices),
            group=IDENTITY,
        ),
        Metric(
            "tags",
            _("tags"),
            MetricKind.TEXT,
            _("What colleagues put on them to find them again, one after the other."),
            "tags.names",
            TAGS,
            group=IDENTITY,
        ),
        Metric(
            "relation",
            _("purchasing"),
            MetricKind.CHOICE,
            _("Buys when needed, or has a contract."),
            "c.relation",
            # Read in sentences: "purchasing is by contract".
            choices=((Customer.Relation.ORDERS, _("when needed")), (Customer.Relation.CONTRACT, _("by contract"))),
            group=IDENTITY,
        ),
        Metric(
            "country",
            _("country"),
            MetricKind.TEXT,
            _("Two letters, as in DK."),
            "c.country",
            group=IDENTITY,
            letters=2,
        ),
        Metric("city", _("city"), MetricKind.TEXT, _("As in the address."), "c.city", group=IDENTITY),
        Metric("industry", _("industry"), MetricKind.TEXT, _("As entered."), "c.industry", group=IDENTITY),
        Metric("source", _("where it came from"), MetricKind.TEXT, _("As entered."), "c.source", group=IDENTITY),
        Metric(
            "has_owner",
            _("has an owner"),
            MetricKind.FLAG,
            _("Somebody is named as owner."),
            "c.owner_id IS NOT NULL",
            group=IDENTITY,
        ),
        Metric(
            "main_family",
            _("family they spend most on"),
            MetricKind.TEXT,
            _("The product family with the largest sales of the last 12 months."),
            "peer.main_family",
            join="LEFT JOIN customers_peercustomer peer ON peer.customer_id = c.id",
            group=ORDERS,
        ),
        Metric(
            "reachable",
            _("can be named and reached"),
            MetricKind.FLAG,
            _("A person is known who has not left, and a phone number or e-mail address that works."),
            "named.customer_id IS NOT NULL AND coalesce(channel.works, false)",
            join=REACH,
            group=IDENTITY,
            match=REACHABLE,
        ),
        Metric(
            "customer_since",
            _("customer since"),
            MetricKind.DATE,
            _("The day entered, else that of the first purchase."),
            "coalesce(c.since, ps.first_day)",
            join=STATE,
            group=IDENTITY,
        ),
        Metric(
            "days_since_first_order",
            _("days since the first purchase"),
            MetricKind.DAYS,
            _("Days from the first purchase to today."),
            "CASE WHEN ps.first_day <= %(today)s::date THEN %(today)s::date - ps.first_day END",
            join=STATE,
            group=ORDERS,
        ),
        Metric(
            "days_since_order",
            _("days since the last purchase"),
            MetricKind.DAYS,
            _("Days from the last purchase to today."),
            "CASE WHEN ps.first_day <= %(today)s::date THEN %(today)s::date - least(ps.last_day, %(today)s::date) END",
            join=STATE,
            group=ORDERS,
        ),
        Metric(
            "purchase_days",
            _("purchase days"),
            MetricKind.NUMBER,
            _("Days on which they bought, ever; orders of one day count once."),
            "CASE WHEN ps.first_day <= %(today)s::date THEN ps.purchase_days ELSE 0 END",
            join=STATE,
            group=ORDERS,
        ),
        Metric(
            "sales_ever",
            _("sales, ever"),
            MetricKind.MONEY,
            _("Net of returns, since the first purchase."),
            "CASE WHEN ps.first_day > %(today)s::date THEN 0 ELSE coalesce(ps.amount_cents, 0) END",
            join=STATE,
            group=ORDERS,
        ),
        Metric(
            "service_cost_orders",
            _("cost of handling orders, 12 months"),
            MetricKind.MONEY,
            _("Orders of the last 12 months × the rate for handling one."),
            "coalesce(handling.cents, 0)",
            join=HANDLING,
            group=_("cost to serve"),
        ),
        Metric(
            "service_cost_freight",
            _("cost of freight, 12 months"),
            MetricKind.MONEY,
            _("What sending the orders and returns of the last 12 months cost; where nobody said it, the rate."),
            "coalesce(freight.cents, 0)",
            join=FREIGHT,
            group=_("cost to serve"),
        ),
        Metric(
            "service_cost_returns",
            _("cost of handling returns, 12 months"),
            MetricKind.MONEY,
            _("Returns of the last 12 months × the rate for handling one."),
            "coalesce(returned.cents, 0)",
            join=RETURNS,
            group=_("cost to serve"),
        ),
    )
    register_metrics(*_need_metrics(), *_health_metrics())


def _need_metrics() -> list[Metric]:
    number, share, money = MetricKind.NUMBER, MetricKind.SHARE, MetricKind.MONEY
    return [
        Metric("needs", _("needs"), MetricKind.TEXT, _("The names of the needs noted for them."), "needs.names",
               join=NEEDS, group=NEEDED),
        Metric("unmet_needs", _("needs not met"), number, _("Noted needs that we do not meet."),
               "coalesce(needs.unmet, 0)", join=NEEDS, group=NEEDED),
        Metric("needs_met_share", _("needs we meet"), share, _("Of the needs of which we know whether we meet them."),
               "needs.met::float8 / nullif(needs.met + needs.unmet, 0)", join=NEEDS, group=NEEDED),
        Metric("potential", _("potential, a year"), money, _("Sales a year that we could have, as noted last."),
               "potential.yearly_cents", join=POTENTIAL, group=NEEDED),
        Metric("wallet", _("spends with everybody, a year"), money, _("As estimated last, ours included."),
               "wallet.total_cents", join=WALLET, group=NEEDED),
    ]  # fmt: skip


def _health_metrics() -> list[Metric]:
    flag, days = MetricKind.FLAG, MetricKind.DAYS
    return [
        Metric("has_email", _("e-mail known"), flag, _("An e-mail address that works, of them or of somebody there."),
               "coalesce(channel.email, false)", join=REACH, group=KNOWN, match=HAS_EMAIL),
        Metric("has_phone", _("phone known"), flag, _("A phone number that works, of them or of somebody there."),
               "coalesce(channel.phone, false)", join=REACH, group=KNOWN, match=HAS_PHONE),
        Metric("email_bounced", _("e-mail came back"), flag,
               _("An e-mail address no longer works, of them or of somebody there."),
               "coalesce(channel.bounced, false)", join=REACH, group=KNOWN, match=BOUNCED),
        Metric("post_empty", _("somebody left, the post is empty"), flag,
               _("Somebody left within 365 days, and nobody known there has the same job title."),
               f"c.id IN ({VACATED})", group=KNOWN, among=VACATED, perhaps=LEFT, surely=IS_VACATED),
        Metric("days_since_proof", _("days since anything was proven"), days,
               _("Days since a number or an address was last proven, or a fact told."),
               "%(today)s::date - proof.day", join=PROOF, group=KNOWN, lately=PROVEN_LATELY),
        Metric("incomplete", _("record is incomplete"), flag,
               _("City, country or language is missing; or, of an organisation, the industry."),
               "c.city = '' OR c.country = '' OR c.language = '' OR (c.kind = 'organisation' AND c.industry = '')",
               group=KNOWN),
    ]  # fmt: skip
