"""Sources that customers name and nobody registered: by what right their people are kept is not said."""

from django.db import connection

MOST_LOOKED_AT = 300  # spellings of sources, each one step on an index; a file's name is the source of who came by it
_UNREGISTERED = """
WITH RECURSIVE step (source, nth) AS (
    SELECT source, 1 FROM (
        SELECT source FROM customers_customer WHERE source <> '' ORDER BY source LIMIT 1
    ) AS first
    UNION ALL
    SELECT following.source, nth + 1 FROM step, LATERAL (
        SELECT source FROM customers_customer WHERE source <> '' AND source > step.source ORDER BY source LIMIT 1
    ) AS following
    WHERE nth < %s
)
SELECT source FROM step
WHERE NOT EXISTS (SELECT FROM customers_source s WHERE lower(trim(s.name)) = lower(trim(step.source)))
ORDER BY source LIMIT %s
"""


def find_unregistered_sources(*, most: int) -> list[str]:
    """At most so many of them, as customers name them: read off the index by one step each, however many customers
    there are."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREGISTERED, [MOST_LOOKED_AT, most])
        return [source for (source,) in cursor.fetchall()]
