"""Orders from a file into the database: written in batches, as sets.

Known by number: the same file again changes nothing.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from customers.customer_import import CUSTOMER_TABLE
from customers.import_inserting import RowsInsert
from customers.import_kinds import ImportKind, WritingTask
from customers.import_remembering import WrittenTable, change_remembered, insert_remembered
from customers.import_staging import Stage, fetch_row, run_sql
from customers.models import Order, OrderLine
from customers.order_checking import STAGE_COLUMNS, check_orders, prepare_orders, shape_orders
from customers.product_import import PRODUCT_TABLE
from customers.rules.import_columns import ORDER_FIELDS, ORDERS, REQUIRED, has_lines

BATCH = 50_000


def write_orders(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next ``batch`` orders behind record ``after``; call it inside ``one_writer``.

    Returns created, changed, unchanged and the last record written (``until``).
    """
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    total, here = fetch_row(f"SELECT count(*), count(order_id) FROM {stage.records} n WHERE {scope}")  # noqa: S608
    lined = has_lines(task.columns)
    if lined:
        _gather_lines(stage, scope)
    changed = _change_orders(stage, scope, task, lined=lined) if here and task.mode != "create" else 0
    created = _create_orders(stage, scope, task) if here < total else 0
    if lined:
        lines = f"""
            INSERT INTO customers_orderline AS t
                (order_id, product_id, position, description, quantity, amount_cents, cost_cents)
            SELECT o.id, f.product_id, f.position, f.description, f.quantity, f.amount_cents, f.cost_cents
            FROM fresh_lines f JOIN {stage.records} n ON n.id = f.record JOIN customers_order o ON o.number = n.number
            WHERE n.order_id IS NULL OR f.order_differs
            ORDER BY o.id, f.position"""  # noqa: S608
        RowsInsert("customers_orderline", lines, once="order_id, position").run()
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


def _create_orders(stage: Stage, scope: str, task: WritingTask) -> int:
    return insert_remembered(
        ORDER_TABLE,
        f"""INSERT INTO customers_order AS t (id, customer_id, number, day, placed_at, amount_cents, cost_cents,
                freight_cents, line_count, currency, original_cents, data_import_id)
            SELECT n.new_id, coalesce(n.customer_id, (SELECT id FROM customers_customer WHERE number = n.customer)),
                n.number, n.day, n.moment, n.amount, n.cost, n.freight, n.line_count, n.currency, n.original, %s
            FROM {stage.records} n WHERE {scope} AND n.order_id IS NULL
            ORDER BY n.id""",  # noqa: S608
        [task.import_id],
        import_id=task.import_id,
        once="number",
    )


def _changes(columns: Mapping[str, str]) -> dict[str, str]:
    """What a file may change in an order that is there: the columns it has, and of those the cells it fills."""
    changes = {"day": "n.day", "amount_cents": "n.amount"}
    if "cost" in columns:
        changes["cost_cents"] = "coalesce(n.cost, t.cost_cents)"
    if "freight" in columns:
        changes["freight_cents"] = "coalesce(n.freight, t.freight_cents)"
    if "currency" in columns:
        changes |= {"currency": "n.currency", "original_cents": "n.original"}
    if has_lines(columns) and "number" in columns:
        changes["line_count"] = "n.line_count"
    return {**changes, "placed_at": "coalesce(n.moment, t.placed_at)"}


def _change_orders(stage: Stage, scope: str, task: WritingTask, *, lined: bool) -> int:
    """Change the orders of the batch that differ, in themselves or in a line; their lines are taken away."""
    changes = _changes(task.columns)
    kept = ", ".join(f"t.{column}" for column in changes)
    differs = f"({kept}) IS DISTINCT FROM ({', '.join(changes.values())})"
    if lined:
        _note_different_lines(stage, scope)
        differs = f"({differs} OR n.id IN (SELECT record FROM different_lines))"  # noqa: S608
    # Whosever it is by now: its customer may have gone into another since the rows were checked.
    where = f"{scope} AND t.id = n.order_id AND {differs}"
    if lined:
        run_sql(
            f"UPDATE fresh_lines f SET order_differs = true FROM {stage.records} n, customers_order t"  # noqa: S608
            f" WHERE f.record = n.id AND {where}"
        )
    changed = change_remembered(
        ORDER_TABLE,
        import_id=task.import_id,
        changes=", ".join(f"{column} = {value}" for column, value in changes.items())
        + ", data_import_id = %s, updated_at = statement_timestamp()",
        source=f"{stage.records} n",
        where=where,
        params=[task.import_id],
    )
    if lined and changed:
        run_sql(f"""DELETE FROM customers_orderline WHERE order_id IN (
                SELECT n.order_id FROM fresh_lines f JOIN {stage.records} n ON n.id = f.record
                WHERE f.order_differs)""")  # noqa: S608
    return changed


def _gather_lines(stage: Stage, scope: str) -> None:
    """``fresh_lines``: the lines of the batch as they would be written; a cost that is not told stays as it was."""
    run_sql("DROP TABLE IF EXISTS pg_temp.fresh_lines")
    run_sql(f"""
        CREATE TEMP TABLE fresh_lines ON COMMIT DROP AS
        SELECT n.id AS record, p.id AS product_id, n.order_id,
               row_number() OVER (PARTITION BY n.id ORDER BY l.position NULLS LAST, l.row)::int AS position,
               left(coalesce(l.description, ''), 200) AS description,
               coalesce(l.quantity, 1)::numeric(14, 3) AS quantity,
               l.amount AS amount_cents, l.cost AS cost_cents, false AS order_differs
        FROM {stage.records} n JOIN {stage.lines} l ON l.number = n.number
        LEFT JOIN customers_product p ON p.number = l.product_number WHERE {scope}""")  # noqa: S608


def _note_different_lines(stage: Stage, scope: str) -> None:
    """``different_lines``: the records of orders that are here with other lines."""
    run_sql("""
        UPDATE fresh_lines f SET cost_cents = old.cost_cents FROM customers_orderline old
        WHERE f.cost_cents IS NULL AND old.order_id = f.order_id AND old.position = f.position
        AND old.cost_cents IS NOT NULL""")
    columns = "product_id, description, quantity, amount_cents, cost_cents"
    fresh, old = (", ".join(f"{alias}.{name}" for name in columns.split(", ")) for alias in ("f", "l"))
    run_sql("DROP TABLE IF EXISTS pg_temp.different_lines")
    run_sql(f"""
        CREATE TEMP TABLE different_lines ON COMMIT DROP AS
        SELECT DISTINCT coalesce(f.record, l.record) AS record
        FROM (SELECT * FROM fresh_lines WHERE order_id IS NOT NULL) f
        FULL JOIN (SELECT n.id AS record, o.* FROM {stage.records} n
                   JOIN customers_orderline o ON o.order_id = n.order_id WHERE {scope}) l
        ON l.record = f.record AND l.position = f.position
        WHERE ({fresh}) IS DISTINCT FROM ({old})""")  # noqa: S608


def link_returns(stage: Stage, task: WritingTask) -> None:
    """Point returns at the order they return, where the file names it and we have it."""
    if "returns" not in task.columns:
        return
    change_remembered(
        ORDER_TABLE,
        import_id=task.import_id,
        changes="returns_id = r.id, updated_at = statement_timestamp()",
        source=f"{stage.lines} l, customers_order r",
        where="r.number = l.returns AND t.number = l.number AND r.id <> t.id AND r.customer_id = t.customer_id"
        " AND t.returns_id IS DISTINCT FROM r.id",
        may_be_new=True,
    )


ORDER_TABLE = WrittenTable(
    "order",
    Order,
    columns=(
        "customer_id",
        "number",
        "day",
        "placed_at",
        "amount_cents",
        "cost_cents",
        "freight_cents",
        "line_count",
        "currency",
        "original_cents",
        "returns_id",
        "data_import_id",
    ),
    label=_("order"),
    name_sql="t.number",
    stamp="updated_at",
    unmarked=frozenset({"returns_id"}),
    parts=(OrderLine, "order_id"),
)
LABELS = {
    "customer_number": _("Customer number"),
    "customer_name": _("Customer name"),
    "number": _("Order number"),
    "day": _("Order day"),
    "amount": _("Amount without tax"),
    "cost": _("Cost of goods"),
    "freight": _("Freight we paid"),
    "currency": _("Currency"),
    "product_number": _("Product number"),
    "product_name": _("Product name"),
    "description": _("Text of the line"),
    "quantity": _("Quantity"),
    "position": _("Line number"),
    "returns": _("Returns order"),
}
KIND = ImportKind(
    name=ORDERS,
    label=_("orders"),
    labels=LABELS,
    fields=ORDER_FIELDS,
    required=REQUIRED[ORDERS],
    stage_columns=STAGE_COLUMNS,
    shape=shape_orders,
    check=check_orders,
    prepare=prepare_orders,
    write=write_orders,
    tables=(CUSTOMER_TABLE, PRODUCT_TABLE, ORDER_TABLE),
    finish=link_returns,
    keys=(("number", _("order number")),),
    makes_customers=True,
    in_pairs=True,
    seen_at=("home:order-list", ""),
)
