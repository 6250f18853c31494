"""Rows of a file whose source was withdrawn, named while the file is looked through; the writing refuses them alike."""

from __future__ import annotations

from crm.core.late_imports import pandas as pd
from crm.core.text_folding import fold_text
from customers.import_parsing import Parsed
from customers.models import Customer, Source


def note_withdrawn_sources(parsed: Parsed, *, file_name: str) -> None:
    """Move the rows of withdrawn sources (the file's name where a row tells none) to the problems of ``parsed``.

    Whoever stands here already by that source keeps his row; he is known by number, else by name.
    """
    sources = Source.objects.filter(withdrawn_at__isnull=False).values_list("name", "withdrawn_reason")
    withdrawn = {name.lower(): f"{name}, {reason}" for name, reason in sources}
    frame = parsed.frame
    if not withdrawn or frame.empty:
        return
    named = frame["source"] if "source" in frame else pd.Series(None, index=frame.index, dtype=object)
    told = [(file_name[:100] if pd.isna(one) else str(one)).strip().lower() for one in named]
    places = [place for place, name in enumerate(told) if name in withdrawn]
    if not places:
        return
    rows = frame.iloc[places]
    numbers = rows["number"].tolist() if "number" in rows else [None] * len(rows)
    here = _find_sources(numbers, rows["name"].tolist())
    refused = []
    for place, number, name in zip(places, numbers, rows["name"], strict=True):
        known = here.get(number if isinstance(number, str) else fold_text(name))
        source = named.iloc[place]
        if known is None or (isinstance(source, str) and known.lower() != told[place]):
            refused.append((frame.index[place], withdrawn[told[place]], number))
    if not refused:
        return
    index = [one[0] for one in refused]
    notes = pd.DataFrame(
        {
            "row": frame.loc[index, "row"].to_numpy(),
            "field": "source",
            "code": "source_withdrawn",
            "value": [one[1] for one in refused],
            "number": [one[2] for one in refused],
        },
        dtype=object,
    )
    parsed.problems = pd.concat([parsed.problems, notes], ignore_index=True)
    parsed.frame = frame.drop(index=index)


def _find_sources(numbers: list[str | None], names: list[str]) -> dict[str, str]:
    """The source of each customer who is here, by number and by folded name."""
    by_number = Customer.objects.filter(number__in=[number for number in numbers if isinstance(number, str)])
    by_name = Customer.objects.filter(name_folded__in=[fold_text(name) for name in names], merged_into=None)
    return dict(by_name.values_list("name_folded", "source")) | dict(by_number.values_list("number", "source"))
