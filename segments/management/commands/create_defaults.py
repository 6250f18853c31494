"""``manage.py create_defaults``: the segments, processes, triggers and rates that a company starts with."""

from typing import Any

from django.core.management.base import BaseCommand

from segments.default_configuration import create_defaults


class Command(BaseCommand):
    help = "Write the default segments, processes, triggers and cost rates where there are none; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        create_defaults()
