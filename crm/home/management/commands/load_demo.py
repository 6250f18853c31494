"""Load the demo company, or list its planted cases."""

import gc
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.home.demo_company.cases import CASES
from crm.home.demo_company.company import DemoRefused, load_demo_company
from customers.models import Customer

GARBAGE_LOOKED_FOR_AFTER = 100_000


class Command(BaseCommand):
    help = "Load Halden Industrial Supplies, an invented company dated relative to today, into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=20_000, help="how many, up to 1000000 (default 20000)")
        parser.add_argument("--clock-runs", action="store_true", help="scheduler and worker start next")
        parser.add_argument("--cases", action="store_true", help="list the planted cases and load nothing")

    def handle(self, *args: Any, customers: int, cases: bool, clock_runs: bool, **options: Any) -> None:
        if cases:
            self.list_cases()
            return
        begun = time.monotonic()
        gc.set_threshold(GARBAGE_LOOKED_FOR_AFTER)  # hundreds of thousands of rows, and no circle among them
        try:
            load_demo_company(
                customers,
                at=timezone.localtime(),
                say=lambda line: self.stdout.write(f"{time.monotonic() - begun:5.1f} s  {line}"),
                clock_runs=clock_runs,
            )
        except DemoRefused as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(self.style.SUCCESS(f"Demo company loaded in {time.monotonic() - begun:.1f} s."))

    def list_cases(self) -> None:
        """Number, name and story of each planted customer, with its address where it is loaded."""
        loaded = dict(Customer.objects.filter(number__in=[case.number for case in CASES]).values_list("number", "pk"))
        for case in CASES:
            where = f"/customers/{loaded[case.number]}/" if case.number in loaded else "not loaded"
            self.stdout.write(f"{case.number}  {case.name}  ({where})\n    {case.story}")
