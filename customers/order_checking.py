"""Orders from a file, before they are written: shaped for the stage, checked as a set, customers and products made.

Orders without a number get one made of customer, day, amount and how often that combination came before in the file.
The file's own days go into it, so it stays the same when dates are moved.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

from crm.core.late_imports import pandas as pd
from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.customer_import import CUSTOMER_TABLE
from customers.import_kinds import WritingTask
from customers.import_parsing import as_objects
from customers.import_relating import follow_merged
from customers.import_remembering import insert_remembered
from customers.import_staging import Stage, copy_frame, fetch_row, one_writer, run_sql, visible_ids
from customers.models import Customer
from customers.order_sums import OF_ORDER, share_sums
from customers.product_import import PRODUCT_TABLE
from customers.rules.import_columns import has_lines
from customers.rules.product_naming import read_coded_name

STAGE_COLUMNS = {
    "customer": "text",
    "customer_name": "text",
    "customer_folded": "text",
    "number": "text",
    "day": "date",
    "moment": "timestamptz",
    "amount": "bigint",
    "cost": "bigint",
    "freight": "bigint",
    "currency": "text",
    "original": "bigint",
    "product_number": "text",
    "product_name": "text",
    "description": "text",
    "quantity": "numeric",
    "position": "numeric",
    "returns": "text",
}
# The number by which the file knows a line's order.
TOLD = "CASE WHEN NOT l.is_made THEN l.number END"


def shape_orders(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them: day and moment apart, names folded where no number is given."""
    shaped = frame.rename(columns={"customer_number": "customer"})
    reads = shaped["day"].tolist()
    # Each different text was read once: few days, however many rows.
    places = list(map(id, reads))
    different = dict(zip(places, reads, strict=True))
    days = {place: read.day.isoformat() for place, read in different.items()}
    shaped["day"] = as_objects(list(map(days.__getitem__, places)))
    if any(read.moment is not None for read in different.values()):
        shaped["moment"] = [read.moment.isoformat() if read.moment else None for read in reads]
    if "customer_name" in shaped:
        nameless = shaped["customer"].isna() if "customer" in shaped else pd.Series(True, index=shaped.index)  # noqa: FBT003
        if nameless.any():
            folded = {name: fold_text(name) for name in shaped.loc[nameless, "customer_name"].unique()}
            shaped["customer_folded"] = shaped["customer_name"].map(folded).where(nameless, None)
    if "product_name" in shaped and "product_number" not in shaped:
        _tell_numbers_from_names(shaped)
    return shaped


def _tell_numbers_from_names(shaped: pd.DataFrame) -> None:
    """Odoo writes a product as "[FS-100] Floor scrubber": we know it by its number."""
    read = {name: read_coded_name(name) for name in shaped["product_name"].dropna().unique()}
    if any(number for number, _name in read.values()):
        shaped["product_number"] = shaped["product_name"].map({name: told[0] or None for name, told in read.items()})
        shaped["product_name"] = shaped["product_name"].map({name: told[1] for name, told in read.items()})


def last_day(stage: Stage) -> date | None:
    """The day of the last order among the rows staged."""
    day = fetch_row(f"SELECT max(day) FROM {stage.rows}")[0]  # noqa: S608
    return day if isinstance(day, date) else None


def holds_lines(task: WritingTask) -> bool:
    """Whether several rows may be one order."""
    return has_lines(task.columns) and "number" in task.columns


def check_orders(stage: Stage, task: WritingTask) -> None:
    """Check the staged rows against each other and the database; those that cannot be written move to ``rejected``."""
    _check_rows(stage, task)


def _check_rows(stage: Stage, task: WritingTask) -> bool:
    """``check_orders``; whether any of their orders is here already."""
    lined = holds_lines(task)
    follow_merged(stage)
    _name_customers(stage)
    _number_lines(stage, lined=lined, all_told=task.numbers_differ)
    _reject_unknown_names(stage)
    is_here = f"FROM {stage.lines} l JOIN customers_order o ON o.number = l.number"
    are_here = bool(fetch_row(f"SELECT count(*) {is_here}")[0])
    if "number" in task.columns:
        if lined and task.options.get("amount_of") == OF_ORDER:
            share_sums(stage)
        _reject_contradictions(stage, lined=lined, numbers_differ=task.numbers_differ)
        if are_here:
            stage.reject(f"""SELECT l.row, 'number', 'order_of_other_customer', c.number, {TOLD} {is_here}
                             JOIN customers_customer c ON c.id = o.customer_id WHERE c.number <> l.customer""")
    _reject_foreign(stage, task.by)
    if task.mode == "update":
        stage.reject(f"""SELECT l.row, 'number', 'not_here', l.number, {TOLD} FROM {stage.lines} l
                         WHERE NOT EXISTS (SELECT FROM customers_order o WHERE o.number = l.number)""")  # noqa: S608
    return are_here


def prepare_orders(stage: Stage, task: WritingTask) -> dict[str, int]:
    """Check the staged rows; make customers and products that those which are left name.

    Returns up to which one orders wait in ``records``, and how many customers were made.
    """
    columns, options = task.columns, task.options
    lined = holds_lines(task)
    with one_writer():
        are_here = _check_rows(stage, task)
        customers = _make_customers(stage, task)
        if has_lines(columns):
            _make_products(stage, task)
        shift = int(options.get("shift_days") or 0)
        before = None
        if not has_lines(columns) and not are_here:
            last = fetch_row(f"SELECT coalesce(max(row), 0) FROM {stage.lines}")[0]  # noqa: S608
            before = stage.reserve_ids("customers_order", rows=last)
        if before is None:
            _gather_records(stage, lined=lined, shift=shift)
        else:
            _show_lines_as_records(stage, shift=shift, before=before)
    return {"records": stage.last_record(), "customers_created": customers}


def _name_customers(stage: Stage) -> None:
    """Rows that name a customer without a number: the one customer of that name, else a number made of the name."""
    if not fetch_row(f"SELECT EXISTS (SELECT FROM {stage.rows} WHERE customer IS NULL)")[0]:  # noqa: S608
        return
    run_sql(f"""
        UPDATE {stage.rows} s SET customer = c.number, customer_folded = NULL
        FROM (SELECT name_folded, min(number) AS number FROM customers_customer
              WHERE name_folded IN (SELECT customer_folded FROM {stage.rows}) AND merged_into_id IS NULL
              GROUP BY 1 HAVING count(*) = 1) c
        WHERE s.customer IS NULL AND c.name_folded = s.customer_folded""")  # noqa: S608
    run_sql(f"""
        UPDATE {stage.rows} SET customer = 'N-' || upper(substr(md5(customer_folded), 1, 10))
        WHERE customer IS NULL AND customer_folded NOT IN (SELECT name_folded FROM customers_customer
              WHERE name_folded IN (SELECT customer_folded FROM {stage.rows}) AND merged_into_id IS NULL
              GROUP BY 1 HAVING count(*) > 1)""")  # noqa: S608


def _number_lines(stage: Stage, *, lined: bool, all_told: bool) -> None:
    """``lines``: the rows, each with a number; ``is_made`` where the file told none.

    Where it tells all of them the rows are the lines, just as they are: copied, they took a fifth of the preparation.
    """
    run_sql(f"DROP TABLE IF EXISTS {stage.lines}")
    if all_told or not fetch_row(f"SELECT EXISTS (SELECT FROM {stage.rows} WHERE number IS NULL)")[0]:  # noqa: S608
        run_sql(f"ALTER TABLE {stage.rows} RENAME TO {stage.lines}")
        run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN is_made boolean NOT NULL DEFAULT false")
    else:
        nth = "row_number() OVER (PARTITION BY customer, day, amount ORDER BY row)"
        run_sql(f"""
            CREATE UNLOGGED TABLE {stage.lines} AS
            SELECT row, customer, customer_name, customer_folded, day, moment, amount, cost, freight, currency,
                   original, product_number, product_name, description, quantity, position, returns,
                   told IS NULL AS is_made,
                   CASE WHEN told IS NOT NULL THEN told WHEN length(made) <= 60 THEN made
                        ELSE 'O-' || md5(made) END AS number
            FROM (SELECT *, number AS told, customer || '·' || to_char(day, 'YYYYMMDD') || '·' || amount
                         || CASE WHEN {nth} > 1 THEN '·' || {nth} ELSE '' END AS made FROM {stage.rows}) r""")  # noqa: S608
    if lined:
        run_sql(f"CREATE INDEX ON {stage.lines} (number)")
    stage.learn(stage.lines, told=("row", "number", "customer", "day", "product_number", "product_name"))


def _reject_unknown_names(stage: Stage) -> None:
    stage.reject(f"SELECT row, 'customer_name', 'two_of_that_name', customer_name, {TOLD} FROM {stage.lines} l"  # noqa: S608
                 " WHERE customer IS NULL")  # fmt: skip


def _reject_contradictions(stage: Stage, *, lined: bool, numbers_differ: bool) -> None:
    """Lines of one order that disagree, orders given twice, and lines whose sisters were rejected."""
    first = "first_value({}) OVER (PARTITION BY number ORDER BY row)"
    if lined:
        stage.reject(f"""
            SELECT row, 'number', 'order_differs', first_row::text, number FROM (
                SELECT row, number, customer, day, {first.format("row")} AS first_row,
                       {first.format("customer")} AS first_customer, {first.format("day")} AS first_day
                FROM {stage.lines} WHERE NOT is_made) l
            WHERE customer <> first_customer OR day <> first_day""")  # noqa: S608
        stage.reject(f"""
            SELECT row, 'number', 'order_incomplete', number, number FROM {stage.lines}
            WHERE NOT is_made AND number IN (SELECT number FROM {stage.rejected})""")  # noqa: S608
    elif not numbers_differ:
        stage.reject(f"""
            SELECT l.row, 'number', 'number_twice', f.row::text, l.number FROM {stage.lines} l
            JOIN (SELECT number, min(row) AS row FROM {stage.lines} WHERE NOT is_made
                  GROUP BY number HAVING count(*) > 1) f
            ON f.number = l.number WHERE l.row <> f.row AND NOT l.is_made""")  # noqa: S608


def _reject_foreign(stage: Stage, by: User | None) -> None:
    """Nobody writes to customers he may not see."""
    if by is None or (seen := visible_ids(by)) is None:
        return
    sql, params = seen
    stage.reject(
        f"""SELECT l.row, 'customer_number', 'customer_not_yours', l.customer, {TOLD}
            FROM {stage.lines} l JOIN customers_customer c ON c.number = l.customer
            WHERE c.id NOT IN ({sql})""",  # noqa: S608
        params,
    )


def _make_customers(stage: Stage, task: WritingTask) -> int:
    """Customers that orders name and we do not have yet; without a name they are called by their number."""
    options = task.options
    run_sql("DROP TABLE IF EXISTS pg_temp.new_customers")
    run_sql("CREATE TEMP TABLE new_customers (number text, name text, folded text) ON COMMIT DROP")
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT l.customer, coalesce(max(l.customer_name), %s || l.customer), min(l.day) FROM {stage.lines} l
            LEFT JOIN customers_customer c ON c.number = l.customer WHERE c.id IS NULL GROUP BY 1 ORDER BY min(l.row)
            """, [options.get("name_prefix", "Customer ")])  # noqa: S608  # fmt: skip
        new = pd.DataFrame(cursor.fetchall(), columns=["number", "name", "since"], dtype=object)
    if new.empty:
        return 0
    new["folded"] = [fold_text(name) for name in new["name"]]
    copy_frame("new_customers", new[["number", "name", "folded"]])
    return insert_remembered(
        CUSTOMER_TABLE,
        """INSERT INTO customers_customer AS t
               (number, name, name_folded, kind, owner_id, team_id, created_by_id, source)
           SELECT number, name, folded, %s, %s, %s, %s, %s FROM new_customers""",
        [
            options.get("customer_kind", Customer.Kind.ORGANISATION),
            options.get("owner_id"),
            options.get("team_id"),
            options.get("by_id"),
            options.get("source", "")[:100],
        ],
        import_id=task.import_id,
        once="number",
    )


def _make_products(stage: Stage, task: WritingTask) -> None:
    """Products by number, else by name; those we do not have are added."""
    run_sql(f"""
        UPDATE {stage.lines} l SET product_number = coalesce(
            (SELECT min(p.number) FROM customers_product p WHERE lower(p.name) = lower(l.product_name)),
            left(product_name, 40))
        WHERE product_number IS NULL AND product_name IS NOT NULL""")  # noqa: S608
    insert_remembered(
        PRODUCT_TABLE,
        f"""INSERT INTO customers_product AS t (number, name, family)
            SELECT product_number, coalesce(max(product_name), product_number), '' FROM {stage.lines}
            WHERE product_number IS NOT NULL AND product_number NOT IN (SELECT number FROM customers_product)
            GROUP BY 1 ON CONFLICT (number) DO NOTHING""",  # noqa: S608
        import_id=task.import_id,
    )


def _show_lines_as_records(stage: Stage, *, shift: int, before: int) -> None:
    """Lines of which each is an order that is not here yet, with the days moved and the ids behind ``before``.

    Nothing is copied: what one would do alone before, two do as they write. Whose an order is they look up by
    ``customer``; not here, as a view that a crash left over would hold on to the table of customers.
    """
    run_sql(f"CREATE INDEX ON {stage.lines} USING brin (row) WITH (pages_per_range = 16)")
    run_sql(f"""
        CREATE VIEW {stage.records} AS
        SELECT row AS id, number, customer, NULL::bigint AS customer_id, NULL::bigint AS order_id,
               row + {before} AS new_id, day + {shift} AS day, moment + interval '{shift} days' AS moment,
               amount, cost, freight, 1 AS line_count, coalesce(currency, '') AS currency, original
        FROM {stage.lines}""")  # noqa: S608


def _gather_records(stage: Stage, *, lined: bool, shift: int) -> None:
    """One row per order, in the order of the file, with the customer's id and the days moved.

    Where each row of the file is one, it keeps its number as ``id``.
    """
    moved = f"{{}} + {shift}", f"{{}} + interval '{shift} days'"
    if lined:
        source = f"""(
            SELECT min(row) AS row, number, min(customer) AS customer, min(day) AS day, min(moment) AS moment,
                   sum(amount)::bigint AS amount,
                   CASE WHEN count(cost) = count(*) THEN sum(cost)::bigint END AS cost,
                   -- The same on every line is said of the order; else each line says its part.
                   CASE WHEN count(*) = count(freight) AND min(freight) = max(freight) THEN min(freight)
                        ELSE sum(freight)::bigint END AS freight,
                   count(*)::int AS line_count, max(currency) AS currency,
                   CASE WHEN count(original) = count(*) THEN sum(original)::bigint END AS original
            FROM {stage.lines} GROUP BY number)"""  # noqa: S608
    else:
        source = f"(SELECT *, 1 AS line_count FROM {stage.lines})"  # noqa: S608
    number = "row_number() OVER (ORDER BY r.row)" if lined else "r.row"
    run_sql(f"""
        CREATE UNLOGGED TABLE {stage.records} AS
        SELECT {number} AS id, r.number, NULL::text AS customer, c.id AS customer_id, o.id AS order_id,
               {stage.new_id_sql("customers_order", where="o.id IS NULL")} AS new_id,
               {moved[0].format("r.day")} AS day, {moved[1].format("r.moment")} AS moment, r.amount, r.cost,
               r.freight, r.line_count, coalesce(r.currency, '') AS currency, r.original
        FROM {source} r JOIN customers_customer c ON c.number = r.customer
        LEFT JOIN customers_order o ON o.number = r.number ORDER BY r.row""")  # noqa: S608
    run_sql(f"ALTER TABLE {stage.records} ADD PRIMARY KEY (id)")
    if lined:
        run_sql(f"CREATE INDEX ON {stage.records} (number)")
    stage.learn(stage.records, told=("id", "number", "customer_id", "order_id"))


def shift_for_trial(last: date, *, on: date) -> int:
    """By how many days dates move so that the last order is the day before ``on``."""
    return (on - timedelta(days=1) - last).days
