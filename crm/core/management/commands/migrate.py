"""``migrate``, before it every index in its place, afterwards the functions of the history as they should be: see
``crm.core.index_resting`` and ``crm.core.history_easing``."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import DEFAULT_DB_ALIAS

from crm.core.history_easing import ease_history
from crm.core.index_resting import knows_resting_indexes, wake_indexes

# Each step makes all models anew, thousands of classes, and leaves little garbage: looking for it as often as usual
# takes a fifth of the first start.
GARBAGE_LOOKED_FOR_AFTER = 50_000


@contextmanager
def swappable_models_asked_for_once() -> Iterator[None]:
    """Which models can be swapped is a matter of the product's own, and stays. Django keeps it too, but forgets it with
    every state of a migration that is left, and asks again for each relation of the next: a tenth of the first start.
    """
    kept = vars(apps)
    kept["get_swappable_settings_name"] = cache(apps.get_swappable_settings_name)
    try:
        yield
    finally:
        del kept["get_swappable_settings_name"]


class Command(DjangoCommand):
    """Django's own, which writes some functions as the libraries have them."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and knows_resting_indexes():
            wake_indexes()
        usual = gc.get_threshold()
        gc.set_threshold(max(usual[0], GARBAGE_LOOKED_FOR_AFTER), *usual[1:])
        try:
            with swappable_models_asked_for_once():
                super().handle(*args, **options)
        finally:
            gc.set_threshold(*usual)
        ease_history(using=options["database"])
