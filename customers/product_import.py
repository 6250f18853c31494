"""Products from a file: known by number, else by name; the same file again changes nothing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.late_imports import pandas as pd
from customers.import_kinds import ImportKind, WritingTask
from customers.import_remembering import WrittenTable, change_differing, insert_remembered
from customers.import_staging import Stage, fetch_row, run_sql
from customers.models import Product
from customers.rules.import_columns import PRODUCT_FIELDS, PRODUCTS, REQUIRED

BATCH = 50_000
STAGE_COLUMNS = {
    "number": "text",
    "name": "text",
    "family": "text",
    "price": "bigint",
    "cost": "bigint",
    "sold": "boolean",
}
_CHANGES = {
    "name": "coalesce(n.name, t.name)",
    "family": "coalesce(n.family, t.family)",
    "price_cents": "coalesce(n.price, t.price_cents)",
    "cost_cents": "coalesce(n.cost, t.cost_cents)",
    "is_active": "coalesce(n.sold, t.is_active)",
}


def shape_products(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows are as the stage wants them."""
    return frame


def check_products(stage: Stage, task: WritingTask) -> None:
    """Find the products that are here; reject what the file holds twice."""
    run_sql(f"DROP TABLE IF EXISTS {stage.lines}")
    run_sql(f"""
        CREATE UNLOGGED TABLE {stage.lines} AS
        SELECT s.*, coalesce(c.id, a.id) AS product_id, coalesce(c.number, s.number, a.number,
            CASE WHEN length(s.name) <= 40 THEN s.name ELSE 'P-' || upper(substr(md5(s.name), 1, 10)) END) AS known
        FROM {stage.rows} s LEFT JOIN customers_product c ON c.number = s.number
        LEFT JOIN (SELECT lower(name) AS name, min(id) AS id, min(number) AS number FROM customers_product
                   GROUP BY 1 HAVING count(*) = 1) a ON s.number IS NULL AND a.name = lower(s.name)""")  # noqa: S608
    stage.reject_repeated(field="number", code="product_twice", key="known")
    if task.mode == "update":
        stage.reject_absent(field="number", found="product_id", value="known")


def write_products(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next ``batch`` products behind record ``after``; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    total = fetch_row(f"SELECT count(*) FROM {stage.records} n WHERE {scope}")[0]  # noqa: S608
    changed = 0
    if task.mode != "create":
        changed = change_differing(
            PRODUCT_TABLE,
            import_id=task.import_id,
            changes=_CHANGES,
            source=f"{stage.records} n",
            where=f"{scope} AND t.id = n.product_id",
        )
    created = insert_remembered(
        PRODUCT_TABLE,
        f"""INSERT INTO customers_product AS t (number, name, family, price_cents, cost_cents, is_active)
            SELECT n.known, coalesce(n.name, n.known), coalesce(n.family, ''), n.price, n.cost, coalesce(n.sold, true)
            FROM {stage.records} n WHERE {scope} AND n.product_id IS NULL
            ORDER BY n.id ON CONFLICT (number) DO NOTHING""",  # noqa: S608
        import_id=task.import_id,
    )
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


PRODUCT_TABLE = WrittenTable(
    "product",
    Product,
    columns=("number", "name", "family", "price_cents", "cost_cents", "is_active"),
    label=_("product"),
    name_sql="t.number || ' ' || t.name",
)
KIND = ImportKind(
    name=PRODUCTS,
    label=_("products"),
    labels={
        "number": _("Product number"),
        "name": _("Name"),
        "family": _("Family"),
        "price": _("List price"),
        "cost": _("Cost"),
        "sold": _("Sold (yes or no)"),
    },
    fields=PRODUCT_FIELDS,
    required=REQUIRED[PRODUCTS],
    stage_columns=STAGE_COLUMNS,
    shape=shape_products,
    check=check_products,
    write=write_products,
    tables=(PRODUCT_TABLE,),
    keys=(("number", _("product number, else the name")),),
    seen_at=("customers:product-list", ""),
)
