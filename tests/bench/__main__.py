"""``make bench``: everything at 20,000 and 200,000 customers, on a database of its own.

``python -m tests.bench [--customers N …] [--only start|import|night|pages]``
"""

import argparse
import os

from tests.embedded_test_servers import start_test_servers

PARTS = ("start", "import", "night", "pages")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--customers", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--only", choices=PARTS, action="append")
    options = parser.parse_args()
    wanted = options.only or PARTS
    if "start" in wanted:
        from tests.bench.bench_start import bench_start

        bench_start()
    start_test_servers()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    os.environ["DEMO"] = "1"
    import django

    django.setup()
    from tests.bench.database import fresh_database

    if "import" in wanted:
        from tests.bench.bench_import import bench_import

        with fresh_database("bench_import"):
            bench_import()
    for customers in options.customers:
        if not {"night", "pages"} & set(wanted):
            break
        with fresh_database(f"bench_{customers}"):
            from tests.bench.bench_night import bench_demo, bench_night
            from tests.bench.bench_pages import bench_pages

            bench_demo(customers)
            if "night" in wanted:
                bench_night(customers)
            if "pages" in wanted:
                bench_pages(customers)


if __name__ == "__main__":
    main()
