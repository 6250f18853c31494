"""``migrate``, before it every index in its place, afterwards the functions of the history as they should be: see
``crm.core.index_resting`` and ``crm.core.history_easing``."""

import gc
from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import DEFAULT_DB_ALIAS

from crm.core.history_easing import ease_history
from crm.core.index_resting import knows_resting_indexes, wake_indexes

# Each step makes all models anew, thousands of classes, and leaves little garbage: looking for it as often as usual
# takes a fifth of the first start.
GARBAGE_LOOKED_FOR_AFTER = 50_000


class Command(DjangoCommand):
    """Django's own, which writes some functions as the libraries have them."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and knows_resting_indexes():
            wake_indexes()
        usual = gc.get_threshold()
        gc.set_threshold(max(usual[0], GARBAGE_LOOKED_FOR_AFTER), *usual[1:])
        try:
            super().handle(*args, **options)
        finally:
            gc.set_threshold(*usual)
        ease_history(using=options["database"])
