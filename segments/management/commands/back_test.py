"""``manage.py back_test [--cdnow FILE] [--evening DAY …] [--write FILE]``"""

from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from segments.back_test_file import NotALogError, read_log_file
from segments.back_test_report import TestedBase, write_report
from segments.rules.back_test import (
    compare_knobs,
    compare_rankings,
    describe_evening,
    describe_rankings,
    make_plain,
    stand_on_evening,
)
from segments.rules.back_test_limits import compare_fall_readings, measure_hindsight
from segments.rules.back_test_measures import DRAWS
from segments.rules.churn_risk import RANKING_BLEND
from segments.rules.purchase_log import PurchaseLog

CDNOW_EVENINGS = (date(1997, 6, 30), date(1997, 9, 30), date(1997, 10, 31), date(1997, 12, 31))
KNOBS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 10.0)


class Command(BaseCommand):
    help = "Measure the rankings of customers at risk and the forecasts on evenings of the past."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--cdnow", type=Path, help="a file of orders, as the CDNOW master; writes nothing to the base"
        )
        parser.add_argument("--evening", type=date.fromisoformat, action="append", help="an evening to stand on")
        parser.add_argument("--blend", type=float, default=RANKING_BLEND, help="the knob of My day")
        parser.add_argument("--draws", type=int, default=DRAWS, help="bootstrap draws")
        parser.add_argument("--write", type=Path, help="write the tables to this file instead of the screen")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            log = read_log_file(options["cdnow"])
        except (OSError, NotALogError) as error:
            raise CommandError(str(error)) from error
        report = write_report(
            stand_on_evenings(
                log,
                name=options["cdnow"].name.partition(".")[0],
                evenings=options["evening"] or CDNOW_EVENINGS,
                blend=options["blend"],
                draws=options["draws"],
            )
        )
        if options["write"] is None:
            self.stdout.write(report)
        else:
            options["write"].write_text(report)
            self.stdout.write(f"{options['write'].name} written.")


def stand_on_evenings(
    log: PurchaseLog, *, name: str, evenings: tuple[date, ...] | list[date], blend: float, draws: int
) -> TestedBase:
    """All tables of a log (days as ordinals); everything after an evening is its hold-out.

    Raises ``TooLittleToTestError`` for an evening with too few customers or too short a past.
    """
    until = int(log.day.max())
    stood = [stand_on_evening(log, on=day.toordinal(), until=until) for day in evenings]
    pooled = compare_rankings(stood, customers=log.customers, blend=blend, draws=draws)
    knobs = compare_knobs(stood, customers=log.customers, knobs=KNOBS, draws=draws)
    return TestedBase(
        name=name,
        evenings={
            day: describe_evening(one, customers=log.customers, blend=blend, draws=draws)
            for day, one in zip(evenings, stood, strict=True)
        },
        pooled=make_plain(describe_rankings(pooled)),
        knobs={knob: asdict(row) for knob, row in knobs.items()},
        blend=blend,
        readings=compare_fall_readings(stood, customers=log.customers, blend=blend, draws=draws),
        hindsight=measure_hindsight(stood, customers=log.customers, blend=blend, draws=draws),
    )
