"""The class that the rule alone gives, which for a pinned customer is not the one that stands in his scores."""

from typing import Any

from django.db import connection

from segments.models import ScoreRun
from segments.rules.abc_classes import GRADES

# Whoever is inside of one cut is inside of all that follow, so he stands as many places down as cuts leave him out
# (``abc_classes.place_grades``, in the database because the night asks it for every pin at once).
RULED_GRADE = """CASE WHEN graded.purchase_days > 0 THEN (%(grades)s::text[])[1 + (
    SELECT count(*) FROM unnest(%(cut_cents)s::bigint[], %(cut_ids)s::bigint[]) cut(cents, customer_id)
    WHERE (-graded.sales_12m_cents, graded.customer_id) <= (-cut.cents, cut.customer_id) IS NOT TRUE)] ELSE '' END"""


def read_grade_cuts() -> dict[str, Any]:
    """What ``RULED_GRADE`` asks of a score named ``graded``: the grades and the cuts of the run in force.

    Before the first run the cuts are unknown, and the class is null.
    """
    plan = ScoreRun.objects.filter(is_current=True).values_list("plan__scoring__grade_cuts", flat=True)
    cuts = next(iter(plan), None)
    cents, ids = ([cut and cut[name] for cut in cuts or ()] for name in ("revenue_cents", "customer_id"))
    return {"grades": list(GRADES) if cuts else [], "cut_cents": cents, "cut_ids": ids}


def read_ruled_grades(customer_ids: list[int]) -> dict[int, str]:
    """The class of each of these customers by the cuts in force, whatever is pinned; "" before the first purchase.

    Customers without a score, and all of them before the first run, are left out. Two queries.
    """
    query = "SELECT customer_id, {ruled} FROM segments_current_score graded WHERE customer_id = ANY (%(customers)s)"
    with connection.cursor() as cursor:
        cursor.execute(query.format(ruled=RULED_GRADE), {**read_grade_cuts(), "customers": customer_ids})
        return {customer: grade for customer, grade in cursor.fetchall() if grade is not None}
