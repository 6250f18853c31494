"""Less is spent on customers who cost more than they bring or show the worst signs: nobody is sent to talk to them.

They order for themselves, and whoever rings us is talked to. What would have been planned by the rhythm of their
segment is counted with its cost. A colleague who decided to keep a customer or to raise his price is not overruled, and
customers of class A are decided about by people alone.
"""

from datetime import date, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum

from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.row_visibility import SEES_ALL
from crm.core.single_asking import Asked, Holds
from customers.models import CostRate, Customer
from interactions.models import SparedContact

YEAR = timedelta(days=365)
# Conditions over the customer ``c``.
IS_BELOW_ZERO = "EXISTS (SELECT FROM segments_belowzerospell z WHERE z.customer_id = c.id AND z.until IS NULL)"
IS_SPARED = f"""({IS_BELOW_ZERO} OR EXISTS (SELECT FROM segments_worstsign w WHERE w.customer_id = c.id))
    AND NOT EXISTS (SELECT FROM interactions_belowzerodecision d
        WHERE d.customer_id = c.id AND d.ended_on IS NULL AND d.kind IN ('keep', 'raise'))
    AND NOT EXISTS (SELECT FROM segments_current_score a WHERE a.customer_id = c.id AND a.grade LIKE 'A%%')"""  # noqa: S608
# The same as ``al_spared.spared``: of everybody, read in the order of customers beside their scores ``s``, or of a few.
SPARED_JOINS = (
    "LEFT JOIN segments_belowzerospell al_zero ON al_zero.customer_id = c.id AND al_zero.until IS NULL",
    "LEFT JOIN segments_worstsign al_worst ON al_worst.customer_id = c.id",
    """LEFT JOIN (SELECT d.customer_id FROM interactions_belowzerodecision d
        WHERE d.ended_on IS NULL AND d.kind IN ('keep', 'raise') GROUP BY d.customer_id
    ) al_kept ON al_kept.customer_id = c.id""",
    """CROSS JOIN LATERAL (SELECT num_nonnulls(al_zero.customer_id, al_worst.customer_id) > 0
        AND coalesce(s.grade, '') NOT LIKE 'A%%' AND al_kept.customer_id IS NULL AS spared) al_spared""",
)
SPARED_JOINS_OF_FEW = (f"CROSS JOIN LATERAL (SELECT ({IS_SPARED}) AS spared) al_spared",)


# The members of a segment whom ``IS_SPARED`` names, found before anything else is asked of them: of the best segments
# there are few, which no statistics say. Two orders of customers are merged, and the few of both looked at one by one;
# who shows both signs stands here twice.
SPARED_MEMBERS = """SELECT c.id FROM (
        SELECT m.customer_id FROM segments_membership m
        JOIN segments_belowzerospell z ON z.customer_id = m.customer_id AND z.until IS NULL
        WHERE m.until IS NULL AND m.segment_id = %s
        UNION ALL
        SELECT m.customer_id FROM segments_membership m JOIN segments_worstsign w ON w.customer_id = m.customer_id
        WHERE m.until IS NULL AND m.segment_id = %s
    ) c (id)
    WHERE coalesce((SELECT a.grade FROM segments_current_score a WHERE a.customer_id = c.id), '') NOT LIKE 'A%%'
    AND NOT EXISTS (SELECT FROM interactions_belowzerodecision d
        WHERE d.customer_id = c.id AND d.ended_on IS NULL AND d.kind IN ('keep', 'raise'))"""


def spares_contacts() -> bool:
    """Whether the company lets these customers serve themselves (a business setting)."""
    return bool(setting("economy.spares_contacts"))


def only_spared(customers: QuerySet[Customer], *, segment: int | None = None) -> QuerySet[Customer]:
    """Those of ``customers`` whom nobody is sent to talk to; ``segment`` is its number where all of them are in one."""
    if not spares_contacts():
        return customers.none()
    together = Asked(f"{{0}} IN (SELECT c.id FROM customers_customer c WHERE {IS_SPARED})")  # noqa: S608
    alone = None if segment is None else Asked(SPARED_MEMBERS, (segment, segment))
    return customers.filter(Holds(F("pk"), together=together, alone=alone, is_soon=segment is not None))


def is_spared(customer: Customer) -> bool:
    """Whether nobody is sent to talk to this customer."""
    if not spares_contacts():
        return False
    with connection.cursor() as cursor:
        sql = f"SELECT {IS_SPARED} FROM customers_customer c WHERE c.id = %s"  # noqa: S608
        cursor.execute(sql, [customer.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def write_spared_contacts(*, on: date, source: str) -> int:
    """Keep the talks whose day by the rhythm of the segment was the local day ``on`` and that were left out; again on
    the same evening counts them once. Returns how many.

    ``source`` is a query for them, a row for each: the team, and whether the customer is below zero.
    """
    SparedContact.objects.filter(day=on).delete()
    sql = f"""
        INSERT INTO interactions_sparedcontact (day, team_id, reason, contacts, cents)
        SELECT %(today)s, team_id, reason, count(*), count(*) * %(cents)s
        FROM (SELECT team_id, CASE WHEN below_zero THEN 'below_zero' ELSE 'worst_sign' END AS reason
            FROM ({source}) left_out (team_id, below_zero)) late
        GROUP BY team_id, reason
        RETURNING contacts
    """  # noqa: S608 - a query of ours
    with connection.cursor() as cursor:
        cursor.execute(sql, {"today": on, "cents": price_talk(on=on)})
        return sum(row[0] for row in cursor.fetchall())


def price_talk(*, on: date) -> int:
    """What a planned talk costs in cents: a call of the minutes assumed, by the rate of that local day."""
    rates = CostRate.objects.filter(work=CostRate.Work.CALL, valid_from__lte=on).exclude(valid_to__lt=on)
    rate = rates.order_by("-valid_from").first()
    return 0 if rate is None else rate.cents_each + rate.cents_per_minute * int(setting("contacts.default_minutes"))


def sum_spared(user: User, *, until: date) -> dict[str, int]:
    """Talks left out in the year up to ``until`` and their cost in cents, of the teams that ``user`` sees."""
    rows = SparedContact.objects.filter(day__gt=until - YEAR, day__lte=until)
    if user.role not in SEES_ALL:
        rows = rows.filter(Q(team=user.team_id) | Q(team__in=user.managed_teams.values("pk")))
    found = rows.aggregate(contacts=Sum("contacts"), cents=Sum("cents"))
    return {"contacts": found["contacts"] or 0, "cents": found["cents"] or 0}
