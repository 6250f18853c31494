"""Files for the tests of imports: the CDNOW purchases as published, and helpers that import what a test writes."""

import importlib.metadata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from crm.core.local_time import company_day
from customers.import_checking import check_file
from customers.import_handling import store_file
from customers.import_writing import NoLease, write_import
from customers.models import DataImport

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@cache
def cdnow_master() -> bytes:
    """The 69,659 purchases of the CDNOW base as the CSV that researchers pass around; read from the package's files."""
    files = importlib.metadata.files("lifetimes") or []
    path = next(Path(str(file.locate())) for file in files if file.name == "CDNOW_master.txt")
    lines = ["customer_id,date,cds,amount"]
    for line in path.read_text().splitlines()[1:]:
        if line.strip():
            customer, day, discs, amount = line.split()
            lines.append(f"{int(customer)},{day[:4]}-{day[4:6]}-{day[6:]},{discs},{amount}")
    return ("\n".join(lines) + "\n").encode()


def read_file(content: bytes | str, *, kind: str = "orders", name: str = "file.csv", by: Any = None, **options: Any):
    """Hand in a file and look through it."""
    data = content.encode() if isinstance(content, str) else content
    columns = options.pop("columns", {})
    data_import = store_file([data], name=name, kind=kind, by=by, options=options)
    data_import.columns = columns
    data_import.preview = check_file(data_import, on=company_day(AT))
    data_import.state = DataImport.State.RUNNING
    data_import.save()
    return data_import


def import_file(content: bytes | str, *, at: datetime = AT, lease: Any = None, **kwargs: Any) -> DataImport:
    """Hand in a file and import it, as the worker does."""
    data_import = read_file(content, **kwargs)
    write_import(data_import, lease=lease or NoLease(), at=at)
    return data_import


def counts(data_import: DataImport) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, rejected."""
    report = data_import.report
    return report["created"], report["changed"], report["unchanged"], report["rejected"]


def problems(data_import: DataImport) -> list[tuple[int, str, str]]:
    """Row, field and code of what was rejected."""
    return [(p["row"], p["field"], p["code"]) for p in data_import.report["first_problems"]]
