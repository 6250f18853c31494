"""``migrate``, before it every index in its place, afterwards the functions of the history as they should be: see
``crm.core.index_resting`` and ``crm.core.history_easing``."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import DEFAULT_DB_ALIAS

from crm.core.history_easing import ease_history
from crm.core.index_resting import knows_resting_indexes, wake_indexes


class Command(DjangoCommand):
    """Django's own, which writes some functions as the libraries have them."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and knows_resting_indexes():
            wake_indexes()
        super().handle(*args, **options)
        ease_history(using=options["database"])
