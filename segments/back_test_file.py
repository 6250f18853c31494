"""A purchase log read from a file of orders: customer, day, and the amount in the last column.

Commas, semicolons or blanks between; a heading is skipped, ``.gz`` is read as it is. The CDNOW master file (customer,
date as 19970101, number of disks, dollars) is one of them.
"""

import gzip
import re
from datetime import date
from pathlib import Path

from segments.rules.purchase_log import PurchaseLog, build_log

_BETWEEN = re.compile(r"[,;\s]+")


class NotALogError(ValueError):
    """The file holds no line with a customer, a day and an amount."""


def read_log_file(path: Path) -> PurchaseLog:
    """Days as ordinals, money in cents of the file's currency. Raises ``NotALogError`` and ``OSError``."""
    customers: list[str] = []
    days: list[int] = []
    cents: list[int] = []
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            cells = _BETWEEN.split(line.strip())
            try:
                day, amount = date.fromisoformat(cells[1]).toordinal(), round(100 * float(cells[-1]))
            except (IndexError, ValueError):
                continue
            customers.append(cells[0].zfill(20))  # so that 2 comes before 10 in any file
            days.append(day)
            cents.append(amount)
    if not days:
        raise NotALogError(f"{path.name} has no line with a customer, a day and an amount")
    return build_log(customers, days, cents)
