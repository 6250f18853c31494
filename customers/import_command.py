"""The commands that import a file from the machine itself, with the verbs that the pages use."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.core.index_resting import list_resting
from crm.core.local_time import company_day
from crm.core.models import Team, User
from customers.import_checking import check_file
from customers.import_handling import FileTooLarge, store_file
from customers.import_kinds import IMPORT_KINDS
from customers.import_learning import prepare_reading
from customers.import_wording import describe_error, field_label, problem_title
from customers.import_writing import NoLease, remove_file, write_import
from customers.models import DataImport
from customers.rules.import_columns import missing_fields
from customers.rules.import_file_error import ImportFileError


class ImportCommand(BaseCommand):
    """Import one file and print the report; exits with an error when nothing could be imported."""

    import_kind = ""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--team", help="name of the team that gets new customers")
        parser.add_argument("--owner", help="e-mail of the colleague who gets new customers")
        parser.add_argument("--day-first", action="store_true", help="03/04/2026 is the 3rd of April")
        parser.add_argument("--month-first", action="store_true", help="03/04/2026 is the 4th of March")

    def handle(self, *, file: Path, **options: Any) -> None:
        at = timezone.now()
        try:
            with file.open("rb") as content:
                data_import = store_file(
                    iter(lambda: content.read(1024 * 1024), b""),
                    name=file.name,
                    kind=self.import_kind,
                    by=None,
                    options=self._options(options),
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except FileTooLarge as error:
            raise CommandError("The file is larger than MAX_UPLOAD_BYTES.") from error
        try:
            self._import(data_import, at)
        except ImportFileError as error:
            self._give_up(data_import, describe_error(error))

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        chosen: dict[str, Any] = {"trial_dates": bool(options.get("trial_dates"))}
        if options["day_first"] or options["month_first"]:
            chosen["day_order"] = "day" if options["day_first"] else "month"
        if options["team"]:
            chosen["team_id"] = self._id(Team.objects.filter(name=options["team"]), options["team"])
        if options["owner"]:
            chosen["owner_id"] = self._id(
                User.objects.active().filter(email__iexact=options["owner"]), options["owner"]
            )
        return chosen

    def _id(self, found: Any, name: str) -> int:
        row = found.first()
        if row is None:
            raise CommandError(f"Unknown: {name}")
        return int(row.pk)

    def _import(self, data_import: DataImport, at: Any) -> None:
        data_import.preview = check_file(data_import, on=company_day(at))
        if missing := missing_fields(data_import.kind, data_import.filled):
            names = ", ".join(" / ".join(field_label(data_import.kind, name) for name in group) for group in missing)
            self._give_up(
                data_import, f"No column found for: {names}. Columns: {', '.join(data_import.preview['headers'])}"
            )
        if data_import.preview["styles"]["days_open"] and not data_import.options.get("day_order"):
            self._give_up(data_import, "Day or month first? Say --day-first or --month-first.")
        data_import.state = DataImport.State.RUNNING
        data_import.save()
        report = write_import(data_import, lease=NoLease(), at=at)
        columns = ", ".join(
            f"{header} → {field_label(data_import.kind, n)}" for n, header in data_import.columns.items()
        )
        self.stdout.write(f"Columns: {columns}")
        self.stdout.write(
            f"{report['rows']} rows: {report['created']} created, {report['changed']} changed,"
            f" {report['unchanged']} unchanged, {report['rejected']} rows rejected"
        )
        for problem in report["problems"]:
            title = problem_title(data_import.kind, problem["field"], problem["code"])
            self.stdout.write(f"  {problem['count']} × {title}")
        if data_import.rejected:
            self.stdout.write(f"Rejected rows with their reasons: {data_import.rejected.path}")
        if list_resting(IMPORT_KINDS[data_import.kind].table_names):
            self.stdout.write("All rows are in. Search and sorted lists are being prepared.")
        prepare_reading(data_import)

    def _give_up(self, data_import: DataImport, message: str) -> None:
        data_import.state = DataImport.State.FAILED
        data_import.save()
        remove_file(data_import)
        raise CommandError(message)
