"""The CDNOW data of Fader and Hardie, read from the files of an installed distribution that is never imported."""

import csv
import os
from collections import defaultdict
from datetime import date, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pytest

from segments.rules.purchase_history import PurchaseHistories, build_histories

CALIBRATION_END = date(1997, 9, 30)


@cache
def find_data_file(name: str) -> Path:
    """Where a data file lies. Without the data a test is skipped with the reason; under CI it fails."""
    try:
        found = [entry for entry in files("lifetimes") or [] if entry.name == name]
    except PackageNotFoundError:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("the published data are not installed (requirements-testdata.txt)")
    return Path(str(found[0].locate()))


@cache
def load_cdnow_sample() -> PurchaseHistories:
    """The 1/10 sample of 2,357 customers, in weeks."""
    with find_data_file("cdnow_customers_summary.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    return build_histories(
        [int(float(row["frequency"])) for row in rows],
        [float(row["recency"]) for row in rows],
        [float(row["T"]) for row in rows],
    )


@cache
def load_cdnow_spend() -> tuple[np.ndarray, np.ndarray]:
    """Repeat purchases and their mean spend of the 946 customers of the sample who came back."""
    with find_data_file("cdnow_customers_summary_with_transactions.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if float(row["x"]) > 0]
    return (
        np.array([int(float(row["x"])) for row in rows]),
        np.array([float(row["zbar"]) for row in rows]),
    )


@cache
def load_cdnow_days() -> dict[str, dict[int, float]]:
    """All 23,570 customers: spend by purchase day (ordinal), orders of a day merged."""
    days: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    with find_data_file("CDNOW_master.txt").open() as lines:
        next(lines)
        for line in lines:
            customer, day, _, amount = line.split()
            days[customer][datetime.strptime(day, "%Y%m%d").date().toordinal()] += float(amount)  # noqa: DTZ007
    return days


@cache
def load_cdnow_calibration(*, with_free_orders: bool) -> tuple[PurchaseHistories, np.ndarray]:
    """Histories in days up to 30 September 1997, and the purchase days of each customer in the 273 days after.

    Some orders cost nothing; a day without net revenue is no purchase for us, but the published studies count it.
    """
    end = CALIBRATION_END.toordinal()
    repeats, last, age, log_gaps, later = [], [], [], [], []
    for amounts in load_cdnow_days().values():
        days = sorted(day for day, amount in amounts.items() if with_free_orders or amount > 0)
        seen = [day for day in days if day <= end]
        if not seen:
            continue
        repeats.append(len(seen) - 1)
        last.append(seen[-1] - seen[0])
        age.append(end - seen[0])
        log_gaps.append(sum(log(b - a) for a, b in pairwise(seen)))
        later.append(len(days) - len(seen))
    return build_histories(repeats, last, age, log_gaps), np.array(later)
