"""How grave a fall of sales under the own baseline is: one answer for a customer's page, an alert and a contract.

Apart from the sums, because pages ask it and never load numpy.
"""

from enum import IntEnum


class Fall(IntEnum):
    """How far a customer fell under his own baseline."""

    NONE = 0
    WARNING = 1
    CRITICAL = 2


def judge_fall(fall: float, *, warning: float, critical: float) -> Fall:
    """All three are shares of the baseline. A fall of ``warning`` or more is a warning; one that leaves less than
    ``1 - critical`` of the baseline is critical."""
    if fall < warning:
        return Fall.NONE
    return Fall.CRITICAL if fall > critical else Fall.WARNING
