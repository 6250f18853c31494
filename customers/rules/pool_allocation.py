"""A period's actual cost, shared among the customers who caused it: by minutes or pieces, to the cent.

Every customer gets his part rounded down; the cents left over go to the largest remainders, so the parts and what
nobody caused add up to the pool exactly, whatever its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Allocation:
    """``parts`` in cents in the order of the drivers; ``unassigned`` is what no driver explains."""

    parts: tuple[int, ...]
    unassigned: int


def allocate_pool(pool_cents: int, drivers: Sequence[int], *, capacity: int = 0) -> Allocation:
    """Share ``pool_cents`` (not negative) by ``drivers`` (minutes or pieces, not negative).

    ``capacity`` is what the pool paid for, in the unit of the drivers: what was paid for and not used stays
    unassigned, instead of making everybody's hour dearer. Below the sum of the drivers, and without drivers, it does
    nothing: without drivers the whole pool is unassigned. Raises ``ValueError`` for negative numbers.
    """
    if pool_cents < 0 or any(driver < 0 for driver in drivers):
        raise ValueError("a pool and what drives it cannot be below zero")
    used = sum(drivers)
    if used == 0:
        return Allocation((0,) * len(drivers), pool_cents)
    whole = max(used, capacity)
    shares = [*drivers, whole - used]
    parts = [pool_cents * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda at: (-(pool_cents * shares[at] % whole), at))
    for at in by_remainder[: pool_cents - sum(parts)]:
        parts[at] += 1
    return Allocation(tuple(parts[:-1]), parts[-1])
