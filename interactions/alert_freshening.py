"""The alerts of one customer right after an act on him: what is over is closed, and what he crosses is told at once.

The rules are those of the night. Whether he is told is decided among all customers of the person who would have to act,
by the same order and out of the same budget of the day; whatever is told by day, the night of that day finds told.
"""

from datetime import date, datetime

from django.db import connection, transaction

from crm.core.job_ledger import request_job
from interactions.alert_candidates import name_customer, name_portfolio
from interactions.alert_closing import close_what_is_over, refresh_ranks
from interactions.alert_raising import ALERT_LOCK, Pool, build_queries, choose_in_pool, list_pools, write_alerts
from interactions.jobs import ALERTS_OF_CUSTOMER
from interactions.models import Alert
from interactions.rules import alert_conditions as conditions
from segments.models import CurrentScore

# A person with more customers than this is told whatever crosses while his budget lasts: ranking them all takes longer
# than whoever acts should wait.
MOST_TO_RANK = 20_000


@transaction.atomic
def refresh_alerts(customer_id: int, *, on: date, at: datetime) -> list[Alert]:
    """Close the alerts of one customer that are over, with their tasks, rank his other tasks by his figures of now, and
    raise what he crosses on the local day ``on``; returns what was raised. Again is harmless.

    While a night is at its alerts nobody waits for it: a job looks again as soon as it is done. Before the first night
    there are no figures, and nothing is raised.
    """
    close_what_is_over(on=on, at=at, customer_id=customer_id)
    refresh_ranks(customer_id=customer_id)
    score = CurrentScore.objects.filter(customer=customer_id).first()
    if score is None:
        return []
    if not _take_turn():
        request_job(ALERTS_OF_CUSTOMER, key=str(customer_id), due_at=at, params={"customer": customer_id})
        return []
    pools = [_without_needless(pool, score=score) for pool in list_pools()]
    return [alert for pool in pools for alert in _raise_in_pool(pool, customer_id=customer_id, on=on, at=at)]


def _take_turn() -> bool:
    """Whether no night is at its alerts; if so none begins before we commit. Acts do not keep each other out: taking in
    the customer's orders has put them in a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [ALERT_LOCK])
        return bool(cursor.fetchone()[0])


def _without_needless(pool: Pool, *, score: CurrentScore) -> Pool:
    """When a second order is late is measured over many customers: only asked about somebody who bought once."""
    if score.purchase_days == 1:
        return pool
    triggers = [one for one in pool.triggers if one.criteria or one.key != conditions.SECOND_ORDER]
    return Pool(pool.name, triggers, pool.budget)


def _raise_in_pool(pool: Pool, *, customer_id: int, on: date, at: datetime) -> list[Alert]:
    queries = build_queries([pool], on=on)
    alone = choose_in_pool(pool, queries=queries, on=on, among=name_customer(customer_id))
    if not alone:
        return []
    portfolio = name_portfolio(alone[0].row, most=MOST_TO_RANK)
    chosen = alone if portfolio is None else choose_in_pool(pool, queries=queries, on=on, among=portfolio)
    return write_alerts([one for one in chosen if one.row["customer_id"] == customer_id], on=on, at=at)
