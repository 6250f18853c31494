"""``manage.py import_orders FILE [--trial-dates]``"""

from typing import Any

from customers.import_command import ImportCommand
from customers.rules.import_columns import ORDERS


class Command(ImportCommand):
    help = "Import orders from a CSV (also .gz) or XLSX file. The same file again changes nothing."
    import_kind = ORDERS

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--trial-dates", action="store_true", help="move all days so that the last is yesterday")
