"""``make bench``: everything at the sizes asked for, on servers and databases of its own.

``python -m tests.bench [--customers N …] [--lines-each 20] [--only PART]`` with the parts of ``PARTS``
"""

import argparse
import logging
import os
from pathlib import Path

PARTS = (
    "start",
    "import",
    "large_import",
    "demo",
    "night",
    "workers",
    "day",
    "pages",
    "search",
    "duplicates",
    "every_page",
    "products",
)
DEMO_CUSTOMERS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--customers", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--lines-each", type=int, default=20, help="order lines for each customer")
    parser.add_argument("--only", choices=PARTS, action="append")
    options = parser.parse_args()
    wanted = set(options.only or PARTS)
    if "start" in wanted:
        from tests.bench.bench_start import bench_start

        bench_start()
    from tests.bench.database import start_bench_servers

    servers = start_bench_servers(Path(os.environ.get("DATA_DIR", "data")).resolve() / "bench")
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
        os.environ["DEMO"] = "1"
        import django

        django.setup()
        logging.disable(logging.INFO)  # who signed in is no figure
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)  # pages name their files by the manifest
        measure(wanted, options.customers, lines_each=options.lines_each)
    finally:
        for server in servers:
            server.stop()


def measure(wanted: set[str], sizes: list[int], *, lines_each: int) -> None:
    """Everything wanted that needs a database, each size on a copy of a company that is made once and kept."""
    from tests.bench.bench_duplicates import bench_duplicates
    from tests.bench.bench_every_page import bench_every_page
    from tests.bench.bench_import import bench_import, bench_large_import
    from tests.bench.bench_night import bench_day, bench_demo, bench_night, bench_workers
    from tests.bench.bench_pages import bench_pages
    from tests.bench.bench_products import bench_products
    from tests.bench.bench_search import bench_search
    from tests.bench.database import fresh_database, large_database

    of_large = (
        ("workers", bench_workers),
        ("day", bench_day),
        ("pages", bench_pages),
        ("search", bench_search),
        ("duplicates", bench_duplicates),
        ("every_page", bench_every_page),
    )
    if "import" in wanted:
        with fresh_database("bench_import"):
            bench_import()
    if "demo" in wanted:
        with fresh_database("bench_demo"):
            bench_demo(DEMO_CUSTOMERS)
    for customers in sizes:
        if not {"night", *(part for part, _bench in of_large)} & wanted:
            break
        with large_database(customers, customers * lines_each):
            bench_night(customers)  # the others need its scores
            for part, bench in of_large:
                if part in wanted:
                    bench(customers)
    for customers in sizes:
        if "large_import" in wanted:
            with fresh_database("bench_large_import"):
                bench_large_import(customers)
        if "products" in wanted:
            with fresh_database("bench_products"):
                bench_products(customers)


if __name__ == "__main__":
    main()
