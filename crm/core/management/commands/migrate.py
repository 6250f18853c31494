"""``migrate``, and afterwards the functions of the history as they should be: see ``crm.core.history_easing``."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand

from crm.core.history_easing import ease_history


class Command(DjangoCommand):
    """Django's own, which writes some functions as the libraries have them."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        ease_history(using=options["database"])
