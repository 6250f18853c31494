"""In which order the values of an own field stand when a list is sorted by it, as SQL over the JSON they are kept in.

An expression must give the same for the same JSON for ever, or no index could hold it; and it must fail on no JSON at
all, or a value of an earlier kind could not be written back. So casts are made only of what was looked at before, and
days are compared as they are written: the year comes first.
"""

SORTED_KINDS = ("text", "choice", "number", "money", "date", "flag")
MOST_SORTED = 8
LONGEST_COMPARED = 200

_NUMBER = "CASE WHEN jsonb_typeof({data} -> '{key}') = 'number' THEN ({data} -> '{key}')::numeric END"
_EXPRESSIONS = {
    "text": f"left(lower({{data}} ->> '{{key}}'), {LONGEST_COMPARED})",
    "choice": "CASE WHEN {data} ->> '{key}' ~ '^o[0-9]{{1,6}}$' THEN substr({data} ->> '{key}', 2)::integer END",
    "number": _NUMBER,
    "money": _NUMBER,
    "date": "left({data} ->> '{key}', 10)",
    "flag": "CASE WHEN jsonb_typeof({data} -> '{key}') = 'boolean' THEN ({data} -> '{key}')::boolean END",
}


def make_order(field_id: int, kind: str, *, data: str) -> str:
    """The expression that orders the values of a field of ``kind``; ``data`` is the SQL of the JSON they stand in.

    Text is compared without capitals and by its first 200 letters, a choice in the order in which its words were
    added. Raises ``KeyError`` for a kind that no list is sorted by.
    """
    return _EXPRESSIONS[kind].format(key=int(field_id), data=data)


def name_sort_index(field_id: int, kind: str) -> str:
    """The index that keeps the values of a field in order; "" for a kind that no list is sorted by."""
    return f"own_sort_{int(field_id)}_{kind}" if kind in SORTED_KINDS else ""
