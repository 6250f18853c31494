"""Which sign is the decimal one, and whether the day or the month comes first, is told by the whole file."""

import pytest

from customers.import_parsing import find_styles
from customers.import_reading import open_table


def styles_of(tmp_path, *columns, headers=("day", "amount")):
    path = tmp_path / "orders.csv"
    rows = [headers, *zip(*columns, strict=True)]
    path.write_text("\n".join(";".join(row) for row in rows))
    found = find_styles(open_table(path), "orders", {name: name for name in headers})
    return found["decimal_sign"], found["day_order"], found["days_open"]


@pytest.mark.parametrize(
    ("amounts", "sign"),
    [
        (["1.234", "12,50"], ","),
        (["1,234", "12.50"], "."),
        (["1.234", "950"], None),
        (["12.5", "950"], "."),
        (["950"] * 30 + ["1.234", "12,50"], ","),
    ],
)
def test_one_telling_amount_decides_for_the_column(tmp_path, amounts, sign):
    assert styles_of(tmp_path, ["2026-03-04"] * len(amounts), amounts)[0] == sign


@pytest.mark.parametrize(
    ("days", "order", "is_open"),
    [
        (["03/04/2026", "13/04/2026"], "day", False),
        (["03/04/2026", "04/13/2026"], "month", False),
        (["03/04/2026", "03/03/2026"], None, True),
        (["03/03/2026"], None, False),
        (["03.04.2026"], "day", False),
    ],
)
def test_day_or_month_first_is_told_by_the_whole_column_or_asked(tmp_path, days, order, is_open):
    assert styles_of(tmp_path, days, ["5"] * len(days))[1:] == (order, is_open)
