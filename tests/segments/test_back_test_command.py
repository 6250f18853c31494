"""``manage.py back_test`` on a file of orders."""

import gzip
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.segments.rules.published_data import find_data_file

RANDOM = np.random.default_rng(3)


def write_orders(path):
    """Customers with a rhythm of their own, a third of whom stop."""
    lines = ["customer_id,date,amount"]
    start = np.datetime64("2024-01-01")
    for customer in range(400):
        gap, stops = RANDOM.uniform(10, 60), RANDOM.random() < 0.3
        day, end = RANDOM.uniform(0, 200), RANDOM.uniform(250, 500) if stops else 700
        while day < end:
            lines.append(f"{customer},{start + int(day)},{RANDOM.gamma(2.0, 40.0):.2f}")
            day += 1 + RANDOM.gamma(2.0, gap / 2)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


def test_the_command_writes_all_tables_of_any_base(tmp_path):
    orders, report = tmp_path / "orders.csv.gz", tmp_path / "report.md"
    write_orders(orders)
    call_command(
        "back_test",
        cdnow=orders,
        evening=[np.datetime64("2025-06-01").item()],
        draws=20,
        write=report,
        stdout=StringIO(),
    )
    text = report.read_text()
    assert text.startswith("# Back-test: orders")
    for words in (
        "**My day**",
        "Deepest falls of 40%",
        "Gap over mean + 2 sd",
        "Spend down 10%",
        "Evening of 2025-06-01",
        "of equal falls the latest purchase first",
    ):
        assert words in text
    assert "nan" not in text
    assert "What was to be reached" not in text  # 400 customers are too few to say how far hindsight gets


def test_a_file_without_orders_is_refused(tmp_path):
    (tmp_path / "empty.csv").write_text("no orders here\n")
    with pytest.raises(CommandError, match="no line"):
        call_command("back_test", cdnow=tmp_path / "empty.csv")
    with pytest.raises(CommandError):
        call_command("back_test", cdnow=tmp_path / "missing.csv")


def test_the_published_file_is_read_as_it_is(tmp_path):
    from segments.back_test_file import read_log_file

    log = read_log_file(find_data_file("CDNOW_master.txt"))
    assert log.customers == 23_570
    assert log.spend.sum() == pytest.approx(250_031_563, rel=0.001)


def test_the_report_of_the_published_shop_says_which_goal_was_missed_and_why(tmp_path):
    report = tmp_path / "report.md"
    call_command(
        "back_test",
        cdnow=find_data_file("CDNOW_master.txt"),
        evening=[np.datetime64("1997-12-31").item()],
        draws=5,
        write=report,
        stdout=StringIO(),
    )
    text = report.read_text()
    goals = text.partition("## What was to be reached")[2].partition("## Other readings")[0]
    rows = [line for line in goals.splitlines() if line.startswith("| **")]
    answers = {tuple(cell.strip() for cell in row.split("|")[1:4]): row for row in rows}
    certainty = "**Certainty**: gap ÷ own mean gap"
    assert "**missed**" in answers[certainty, "precision at 2%", "1.3×"]
    assert "reached" in answers[certainty, "precision at 5%", "1.12×"]
    assert "1.3× at 2% would take a precision of 0.9" in goals
    assert "even fitted to all answers themselves" in goals
