"""``manage.py run_night``: the night of one evening, or of several in a row, now and in this process."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.core.local_time import company_day
from crm.nightly_run import run_night


class Command(BaseCommand):
    help = "Recompute purchase days, scores, classes, segments and alerts as of an evening."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="the evening, YYYY-MM-DD; today without it")
        parser.add_argument("--days", type=int, default=1, help="so many evenings, the last of which is --on")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        last = options["on"] or company_day(at)
        if not 1 <= options["days"] <= 1000:
            raise CommandError("--days is between 1 and 1000.")
        for back in range(options["days"] - 1, -1, -1):
            on = last - timedelta(days=back)
            report = run_night(on=on, at=at)
            steps = ", ".join(f"{step} {ms} ms" for step, ms in report.milliseconds.items())
            self.stdout.write(
                f"{on}: {report.customers} customers, {report.came} came, {report.moved} moved,"
                f" {sum(report.alerts.values())} alerts ({steps})"
            )
            if not report.switched:
                self.stdout.write("  kept as history: the scores in force are of a later evening")
