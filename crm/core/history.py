"""Who changed what, when, from what: kept by triggers, so bulk updates and raw SQL are seen too.

The row *before* each change is kept (inserts cost nothing, so imports by COPY stay fast). The value after a change is
the next kept row of the same thing, or the thing itself as it stands.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.db import models

ModelClass = TypeVar("ModelClass", bound=type[models.Model])


def keep_history(**options: Any) -> Callable[[ModelClass], ModelClass]:
    """Class decorator for every model that people edit; adds ``<Model>Event`` with the row before the change."""
    return pghistory.track(
        pghistory.UpdateEvent("changed", row=pghistory.Old, condition=pghistory.AnyChange()),
        pghistory.DeleteEvent("deleted", row=pghistory.Old),
        **options,
    )
