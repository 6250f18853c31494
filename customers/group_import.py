"""Groups from the file of customers: under whom each stands, by number or by name, whatever the order of the rows.

Other systems keep trees of any depth; ours has one level (``customers.group_joining``), so whoever stands under another
belongs to the uppermost of that chain, be it in the file, here, or half here and half there. Members that an existing
head brings along move with it. A row whose chain cannot be walked to its end is refused, and so are those below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers import import_batches
from customers.import_kinds import WritingTask
from customers.import_remembering import WrittenTable, change_remembered
from customers.import_staging import Stage, fetch_row, run_sql, visible_ids

GROUP_FIELDS = frozenset({"parent_number", "parent_name"})
GROUP_COLUMNS = {"parent_number": "text", "parent_name": "text", "parent_folded": "text", "plain_folded": "text"}
GROUP_LABELS = {"parent_name": _("Belongs to"), "parent_number": _("Belongs to, number")}
GROUP_PROBLEMS = {
    "two_parents": _("“%(value)s” is the name of more than one customer: give the number"),
    "no_such_parent": _("“%(value)s” is no customer, neither here nor in a row that can be imported"),
    "own_parent": _("“%(value)s” is the customer himself"),
    "group_circle": _("“%(value)s” leads back in a circle"),
    "parent_refused": _("the row of “%(value)s”, or of somebody above, cannot be imported"),
    "group_not_yours": _("“%(value)s”, or the head of that group, belongs to another team"),
    "members_not_yours": _("he is the head of a group with members of other teams, who would move along"),
}


def names_groups(task: WritingTask) -> bool:
    """Whether a column of the file says under whom a customer stands."""
    return not GROUP_FIELDS.isdisjoint(task.columns)


def check_groups(stage: Stage, task: WritingTask) -> None:
    """Give ``lines`` the number of the ``head`` they belong to; reject rows for which there is none. The last check."""
    if not names_groups(task):
        return
    _gather_namings(stage, task)
    for sql in _finding_by_number("parent_number", stage), _finding_by_name(stage, task):
        run_sql(sql)
    # Whatever the header says, such columns hold now numbers and now names.
    run_sql(_finding_by_number("parent_name", stage))
    _judge_namings(task)
    _walk_up(stage)
    _refuse_foreign_heads(task)
    run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN head text")
    run_sql(f"""UPDATE {stage.lines} l SET head = k.up FROM kin k
                WHERE k.known = l.known AND k.code IS NULL AND (k.row IS NOT NULL OR k.up <> k.near)""")  # noqa: S608
    field = "CASE WHEN k.by_number THEN 'parent_number' ELSE 'parent_name' END"
    stage.reject(f"SELECT k.row, {field}, k.code, k.said, NULL FROM kin k WHERE k.row IS NOT NULL AND k.code <> ''")  # noqa: S608


def _gather_namings(stage: Stage, task: WritingTask) -> None:
    """``kin``: the rows that say under whom they stand; ``near`` is the number of the next one above, ``up`` in the end
    that of the uppermost."""
    left_alone = "AND customer_id IS NULL" if task.mode == "create" else ""
    run_sql("DROP TABLE IF EXISTS pg_temp.kin")
    run_sql(f"""
        CREATE TEMP TABLE kin ON COMMIT DROP AS
        SELECT row, known, customer_id, parent_number, parent_name, parent_folded,
            parent_number IS NOT NULL AS by_number, coalesce(parent_number, parent_name) AS said,
            NULL::text AS near, NULL::text AS up, 0 AS alike, NULL::text AS code, false AS tainted
        FROM {stage.lines} WHERE coalesce(parent_number, parent_name) IS NOT NULL {left_alone}""")  # noqa: S608
    run_sql("CREATE INDEX ON kin (known)")
    run_sql("ANALYZE kin")


def _finding_by_number(column: str, stage: Stage) -> str:
    """A number of the file, else of a customer here, else of the one who took that customer in."""
    return f"""
        UPDATE kin t SET near = f.known FROM (
            SELECT k.row, coalesce(min(l.known), min(g.number), min(c.number)) AS known
            FROM kin k LEFT JOIN {stage.lines} l ON l.number = k.{column}
            LEFT JOIN customers_customer c ON c.number = k.{column}
            LEFT JOIN customers_customer g ON g.id = c.merged_into_id
            WHERE k.near IS NULL AND k.alike = 0 AND k.{column} IS NOT NULL GROUP BY k.row) f
        WHERE f.row = t.row AND f.known IS NOT NULL"""  # noqa: S608


def _finding_by_name(stage: Stage, task: WritingTask) -> str:
    """The only one of that name in the file and here; of two the other, where one is the customer himself."""
    plain = "l.plain_folded" if "trading_name" in task.columns else "l.folded"
    return f"""
        WITH asked AS MATERIALIZED (SELECT DISTINCT parent_folded AS folded FROM kin WHERE near IS NULL),
        named AS (
            SELECT a.folded, l.known FROM asked a JOIN {stage.lines} l ON {plain} = a.folded
            UNION SELECT a.folded, c.number FROM asked a JOIN customers_customer c ON c.name_folded = a.folded
            WHERE c.merged_into_id IS NULL),
        found AS (SELECT folded, count(*) AS alike, min(known) AS one, max(known) AS other FROM named GROUP BY 1)
        UPDATE kin k SET alike = f.alike, near = CASE WHEN f.alike = 1 OR f.alike = 2 AND k.known = f.other THEN f.one
                                                      WHEN f.alike = 2 AND k.known = f.one THEN f.other END
        FROM found f WHERE k.near IS NULL AND f.folded = k.parent_folded"""  # noqa: S608


def _judge_namings(task: WritingTask) -> None:
    """What is wrong with a row by itself; and a head that would take along members whom the user may not see."""
    run_sql("""
        UPDATE kin SET code = CASE WHEN near = known THEN 'own_parent'
                                   WHEN alike > 1 THEN 'two_parents' ELSE 'no_such_parent' END
        WHERE near IS NULL OR near = known""")
    if task.by is not None and (seen := visible_ids(task.by)) is not None:
        sql, params = seen
        run_sql(
            f"""UPDATE kin SET code = 'members_not_yours' WHERE code IS NULL AND customer_id IN (
                SELECT m.parent_id FROM customers_customer m
                WHERE m.parent_id IN (SELECT customer_id FROM kin) AND m.id NOT IN ({sql}))""",  # noqa: S608
            params,
        )


def _walk_up(stage: Stage) -> None:
    """From each to the uppermost above him, twice as far with each step; whoever arrives nowhere is refused."""
    # Those whom the file leaves where they are, and those whom it only names, stand as they do here.
    for known in f"SELECT known FROM {stage.lines} WHERE customer_id IS NOT NULL", "SELECT DISTINCT near FROM kin":  # noqa: S608
        run_sql(f"""
            INSERT INTO kin (known, customer_id, near, alike, tainted) SELECT c.number, c.id, h.number, 1, false
            FROM customers_customer c JOIN customers_customer h ON h.id = c.parent_id
            WHERE c.number IN ({known}) AND NOT EXISTS (SELECT FROM kin k WHERE k.known = c.number)""")  # noqa: S608
    run_sql("UPDATE kin SET up = near WHERE code IS NULL")
    run_sql("ANALYZE kin")
    steps = int(fetch_row("SELECT count(*) FROM kin")[0]).bit_length() + 1
    for _step in range(steps):
        walked = run_sql("""
            UPDATE kin k SET up = n.up, tainted = k.tainted OR n.tainted OR n.code IS NOT NULL
            FROM kin n WHERE n.known = k.up""")
        if not walked:
            break
    run_sql("UPDATE kin k SET code = 'group_circle' WHERE EXISTS (SELECT FROM kin n WHERE n.known = k.up)")
    run_sql("UPDATE kin SET code = 'parent_refused' WHERE code IS NULL AND tainted")


def _refuse_foreign_heads(task: WritingTask) -> None:
    """Nobody joins a group whose head the user may not see; whoever is in it already stays."""
    if task.by is None or (seen := visible_ids(task.by)) is None:
        return
    sql, params = seen
    run_sql(
        f"""UPDATE kin k SET code = 'group_not_yours'
            FROM customers_customer h
            WHERE k.row IS NOT NULL AND k.code IS NULL AND h.number = k.up AND h.id NOT IN ({sql})
            AND NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = k.customer_id AND c.parent_id = h.id)""",  # noqa: S608
        params,
    )


def make_group_records(stage: Stage) -> int:
    """``records`` of the ``lines`` that are left, heads before members; the highest number of one.

    A batch lies empty between the two: when the first members are written, side by side or not, every head is there.
    """
    batch = import_batches.WRITE_BATCH
    heads = int(fetch_row(f"SELECT count(*) FROM {stage.lines} WHERE head IS NULL")[0])  # noqa: S608
    shift = (-(-heads // batch) + 1) * batch - heads
    run_sql(f"DROP TABLE IF EXISTS {stage.records}")
    run_sql(f"""
        CREATE UNLOGGED TABLE {stage.records} AS
        SELECT row_number() OVER (ORDER BY head IS NOT NULL, row)
            + CASE WHEN head IS NULL THEN 0 ELSE {shift} END AS id, * FROM {stage.lines} ORDER BY 1""")  # noqa: S608
    run_sql(f"ALTER TABLE {stage.records} ADD PRIMARY KEY (id)")
    run_sql(f"ANALYZE {stage.records}")
    return int(fetch_row(f"SELECT coalesce(max(id), 0) FROM {stage.records}")[0])  # noqa: S608


def head_sql(task: WritingTask) -> str:
    """SQL of the id of the head of record ``n``, as groups are when it is written; NULL where it says none."""
    if not names_groups(task):
        return "NULL::bigint"
    return "(SELECT coalesce(h.parent_id, h.id) FROM customers_customer h WHERE h.number = n.head)"


def move_members_along(stage: Stage, scope: str, task: WritingTask, *, table: WrittenTable) -> int:
    """Members of those in ``scope`` who are heads no more join the head above; how many moved."""
    if not names_groups(task):
        return 0
    return change_remembered(
        table,
        import_id=task.import_id,
        changes="parent_id = p.parent_id, changed_at = statement_timestamp(), changed_by_id = %s,"
        " edit_version = t.edit_version + 1",
        source=f"{stage.records} n JOIN customers_customer p ON p.id = n.customer_id",
        where=f"{scope} AND n.head IS NOT NULL AND p.parent_id IS NOT NULL AND t.parent_id = p.id",
        params=[task.options.get("by_id")],
        may_be_new=True,
    )


def settle_groups(ids: Sequence[int], _at: datetime, _by: User | None) -> None:
    """Customers put back by an undo may stand where meanwhile another head rules: the group keeps its one level."""
    above = "FROM customers_customer p WHERE t.id = ANY(%s) AND t.parent_id = p.id"
    for sql in (
        f"UPDATE customers_customer t SET parent_id = NULL {above} AND p.parent_id = t.id",  # noqa: S608
        f"UPDATE customers_customer t SET parent_id = p.parent_id {above} AND p.parent_id IS NOT NULL",  # noqa: S608
        """UPDATE customers_customer m SET parent_id = t.parent_id FROM customers_customer t
           WHERE t.id = ANY(%s) AND t.parent_id IS NOT NULL AND m.parent_id = t.id""",
    ):
        run_sql(sql, [list(ids)])
