"""Customers alike, and what they buy: worked out once a week, read by white space.

At most 200,000 customers are looked at, every so many-th of a larger base: medians of some thousands are as good.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import connection, transaction

from crm.core.id_arrays import write_array
from customers.item_rollup import run_sql
from customers.models import PeerFamily
from customers.rules.white_space import (
    LEAST_BUYERS,
    LEAST_PEERS,
    LEAST_SHARE,
    SIZE_EDGES,
    FamilyAmongPeers,
    PeerKey,
)

MOST_CUSTOMERS = 200_000
YEAR_DAYS = 365
SEPARATOR = "\x1f"

YEAR = """
CREATE TEMP TABLE peer_sales ON COMMIT DROP AS
SELECT i.customer_id, coalesce(p.family, '') AS family, sum(i.amount_cents)::bigint AS cents
FROM customers_itemday i
JOIN customers_customer c ON c.id = i.customer_id AND c.archived_at IS NULL
LEFT JOIN customers_product p ON p.id = i.product_id
WHERE i.day > %(on)s::date - %(days)s AND i.day <= %(on)s AND i.customer_id %% %(step)s = 0
GROUP BY 1, 2 HAVING sum(i.amount_cents) > 0
"""
PEERS = """
INSERT INTO customers_peercustomer (customer_id, industry, band, main_family, sales_cents)
SELECT s.customer_id, c.industry, width_bucket(s.cents / 100.0, %(edges)s::numeric[]), coalesce(s.main_family, ''),
       s.cents
FROM (SELECT customer_id, sum(cents)::bigint AS cents,
             (array_agg(family ORDER BY cents DESC, family) FILTER (WHERE family <> ''))[1] AS main_family
      FROM peer_sales GROUP BY 1) s
JOIN customers_customer c ON c.id = s.customer_id
"""
# The four ways of being alike, of customers and of what they bought; an industry that is not known is nobody's.
FAMILIES = """
INSERT INTO customers_peerfamily (industry, band, main_family, family, peers, buyers, median_cents, worked_out_on)
WITH kinds AS (
    SELECT coalesce(industry, '') AS industry, band, coalesce(main_family, '') AS main_family, count(*) AS peers
    FROM customers_peercustomer
    GROUP BY GROUPING SETS ((industry, band, main_family), (industry, band), (band, main_family), (band))
    HAVING count(*) >= %(least_peers)s AND NOT (grouping(industry) = 0 AND industry = '')
       AND NOT (grouping(main_family) = 0 AND main_family = '')
), bought AS (
    SELECT coalesce(c.industry, '') AS industry, c.band, coalesce(c.main_family, '') AS main_family, s.family,
           count(*) AS buyers, percentile_disc(0.5) WITHIN GROUP (ORDER BY s.cents) AS median
    FROM peer_sales s JOIN customers_peercustomer c ON c.customer_id = s.customer_id
    WHERE s.family <> ''
    GROUP BY GROUPING SETS ((c.industry, c.band, c.main_family, s.family), (c.industry, c.band, s.family),
                            (c.band, c.main_family, s.family), (c.band, s.family))
    HAVING count(*) >= %(least_buyers)s AND NOT (grouping(c.industry) = 0 AND c.industry = '')
       AND NOT (grouping(c.main_family) = 0 AND c.main_family = '')
)
SELECT k.industry, k.band, k.main_family, '', k.peers, 0, 0, %(on)s::date FROM kinds k
UNION ALL
SELECT k.industry, k.band, k.main_family, b.family, k.peers, b.buyers, b.median, %(on)s::date
FROM kinds k JOIN bought b USING (industry, band, main_family)
WHERE b.buyers >= k.peers * %(least_share)s
"""


def has_peers() -> bool:
    """Whether it was ever worked out who is alike."""
    return PeerFamily.objects.exists()


@transaction.atomic
def rebuild_peers(*, on: date) -> None:
    """Work all groups out from the sales of the 12 months up to ``on``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_purchasestate")
        (known,) = cursor.fetchone()
    run_sql("SET LOCAL work_mem = '128MB'")
    run_sql(YEAR, {"on": on, "days": YEAR_DAYS, "step": max(1, -(-known // MOST_CUSTOMERS))})
    run_sql("DELETE FROM customers_peercustomer")
    run_sql("DELETE FROM customers_peerfamily")
    run_sql(PEERS, {"edges": list(SIZE_EDGES)})
    run_sql("ANALYZE customers_peercustomer")
    run_sql(
        FAMILIES,
        {"on": on, "least_peers": LEAST_PEERS, "least_buyers": LEAST_BUYERS, "least_share": LEAST_SHARE},
    )
    run_sql("DROP TABLE peer_sales")


# Of each list the first kind that has customers enough; then what those of the kinds so chosen buy.
CHOSEN = """
WITH asked AS (
    SELECT * FROM unnest(%s::text::integer[], %s::text::integer[], (string_to_array(%s, E'\\x1f'))[2:],
                         %s::text::smallint[], (string_to_array(%s, E'\\x1f'))[2:])
        AS k (who, place, industry, band, main_family)
), chosen AS (
    SELECT DISTINCT ON (who) industry, band, main_family
    FROM asked JOIN customers_peerfamily f USING (industry, band, main_family)
    WHERE f.family = '' ORDER BY who, place
)
SELECT f.industry, f.band, f.main_family, f.family, f.buyers, f.peers, f.median_cents
FROM (SELECT DISTINCT * FROM chosen) c JOIN customers_peerfamily f USING (industry, band, main_family)
"""


def read_peer_families(lists: Iterable[Sequence[PeerKey]]) -> dict[PeerKey, list[FamilyAmongPeers]]:
    """What the customers of the first kind of each list buy that has customers enough. One query."""
    distinct = dict.fromkeys(tuple(keys) for keys in lists)
    wanted = [(who, place, key) for who, keys in enumerate(distinct) for place, key in enumerate(keys)]
    if not wanted:
        return {}
    columns = [
        write_array(who for who, _place, _key in wanted),
        write_array(place for _who, place, _key in wanted),
        _write_texts(key.industry for _who, _place, key in wanted),
        write_array(key.band or 0 for _who, _place, key in wanted),
        _write_texts(key.main_family for _who, _place, key in wanted),
    ]
    found: dict[PeerKey, list[FamilyAmongPeers]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN, columns)
        for industry, band, main_family, *family in cursor.fetchall():
            among = found.setdefault(PeerKey(industry, band, main_family), [])
            if family[0]:
                among.append(FamilyAmongPeers(*family))
    return found


def _write_texts(texts: Iterable[str]) -> str:
    """As ``string_to_array`` reads them; the empty one before them keeps a single empty text from being none."""
    return SEPARATOR.join(["", *texts])


def choose_peers(keys: Iterable[PeerKey], known: Collection[PeerKey]) -> PeerKey | None:
    """The first kind, from the most alike on, that has customers enough; ``None`` where none has."""
    return next((key for key in keys if key in known), None)
