"""A period's actual cost of a kind of work comes to the customers who caused it; what nobody caused is named."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.core.binary_copy import copy_columns
from crm.core.service_cost_catalogue import read_work_drivers
from customers.cost_rate_setting import CostRateRefused, set_cost_rate
from customers.models import CostPool, CostPoolShare, CostRate
from customers.rules.pool_allocation import allocate_pool

COUNTED_BY_MINUTES = (CostRate.Work.CALL, CostRate.Work.MAIL, CostRate.Work.VISIT, CostRate.Work.CHAT)
LONGEST_PERIOD = timedelta(days=366)


class CostPoolRefused(Exception):
    """The pool cannot be shared like this; the message says why, in words for the user."""


@transaction.atomic
def allocate_cost_pool(pool: CostPool, *, at: datetime) -> CostPool:
    """Write the pool and each customer's share anew; shares and the unassigned rest add up to its cost, to the cent.

    Work logged since the last time is counted; doing it again changes nothing else. Raises ``CostPoolRefused``.
    """
    _refuse_wrong_pool(pool)
    drivers = read_work_drivers(pool.work, period=(pool.first_day, pool.last_day))
    by_minutes = pool.driver == CostPool.Driver.MINUTES
    units = [one.minutes if by_minutes else one.pieces for one in drivers]
    allocation = allocate_pool(pool.amount_cents, units, capacity=pool.capacity)
    pool.driver_total, pool.customers = sum(units), sum(unit > 0 for unit in units)
    pool.unassigned_cents, pool.standard_cents = allocation.unassigned, sum(one.cents for one in drivers)
    pool.allocated_at = at
    pool.save()
    CostPoolShare.objects.filter(pool=pool).delete()
    if drivers:
        columns = {
            "pool_id": np.full(len(drivers), pool.pk, dtype=np.int64),
            "customer_id": np.array([one.customer_id for one in drivers], dtype=np.int64),
            "driver": np.array(units, dtype=np.int64),
            "cents": np.array(allocation.parts, dtype=np.int64),
            "standard_cents": np.array([one.cents for one in drivers], dtype=np.int64),
        }
        with connection.cursor() as cursor:
            copy_columns(cursor, CostPoolShare._meta.db_table, columns)
    return pool


@transaction.atomic
def adopt_pool_rate(pool: CostPool) -> CostRate:
    """Make what a minute or a piece really cost the standard rate from the day after the pool's period.

    Whole cents, rounded half up; a rate a minute replaces what a piece cost before, and the reverse. Raises
    ``CostPoolRefused`` where there is no rate, or another rate begins that very day.
    """
    if pool.rate_cents is None:
        raise CostPoolRefused(_("Nobody caused this work in the period: there is no rate to take over."))
    cents = int(Decimal(pool.assigned_cents / pool.driver_total).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    by_minutes = pool.driver == CostPool.Driver.MINUTES
    rate = CostRate(
        work=pool.work,
        cents_per_minute=cents if by_minutes else 0,
        cents_each=0 if by_minutes else cents,
        valid_from=pool.last_day + timedelta(days=1),
    )
    try:
        return set_cost_rate(rate)
    except CostRateRefused:
        raise CostPoolRefused(_("Another rate of this work begins on that day already.")) from None


def _refuse_wrong_pool(pool: CostPool) -> None:
    if pool.last_day < pool.first_day or pool.last_day - pool.first_day > LONGEST_PERIOD:
        raise CostPoolRefused(_("A period runs from its first day to its last, a year at most."))
    if pool.amount_cents < 0:
        raise CostPoolRefused(_("A cost cannot be below zero."))
    if pool.driver == CostPool.Driver.MINUTES and pool.work not in COUNTED_BY_MINUTES:
        raise CostPoolRefused(_("Nobody counts minutes of this work: share it by number."))
    others = CostPool.objects.select_for_update().filter(work=pool.work).exclude(pk=pool.pk)
    if others.filter(first_day__lte=pool.last_day, last_day__gte=pool.first_day).exists():
        raise CostPoolRefused(_("There is a pool of this work for some of these days: a day's cost is shared once."))
