"""Called by the search for duplicates itself: the keys of half of the customers, to its standard output."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from crm.core.statement_planning import plan_for_everybody
from crm.process_supervision import ask_for_signal_at_parent_death
from customers.duplicate_gathering import gather_upper_half


class Command(BaseCommand):
    """Ends with the process that asked."""

    help = "Read the keys of customers for the search for duplicates; it calls this by itself."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("above", type=int)
        parser.add_argument("--database-name", required=True)
        parser.add_argument("--patience", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        ask_for_signal_at_parent_death(signal.SIGKILL)
        connection.settings_dict["NAME"] = options["database_name"]
        with transaction.atomic():
            with connection.cursor() as cursor:
                plan_for_everybody(cursor)
                # Who asked waits for us, which the database does not know of: so nothing is waited for here for long.
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [options["patience"]])
            keys = gather_upper_half(options["above"])
        keys.write(sys.stdout.buffer)
