"""Brings back what was removed: the row that history kept goes in again under its number, with what went with it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext

from crm.core.change_reading import find_event_model, list_kept_models
from crm.core.models import User
from crm.core.models.edited import EditedModel

KEPT_FOR = timedelta(days=30)


class CannotRestore(Exception):
    """It is back already, too old, or its place is taken; the message says which."""


def find_removal(model: type[models.Model], pk: int, *, at: datetime) -> Any:
    """The row as it was when it was removed, at most ``KEPT_FOR`` before ``at``; None where nothing is kept."""
    events = find_event_model(model)
    if events is None:
        return None
    kept = events._default_manager.filter(pgh_obj_id=pk, pgh_label="deleted", pgh_created_at__gte=at - KEPT_FOR)
    return kept.order_by("-pgh_id").first()


@transaction.atomic
def restore_record(model: type[models.Model], pk: int, *, by: User, at: datetime) -> Any:
    """The record ``pk`` again as it was, and whatever belonged to it and went in the same act.

    Raises ``CannotRestore``.
    """
    event = find_removal(model, pk, at=at)
    if event is None:
        raise CannotRestore(gettext("Nothing of it is kept any more: the bin keeps 30 days."))
    if model._default_manager.filter(pk=pk).exists():
        raise CannotRestore(gettext("It is back already."))
    try:
        with transaction.atomic():
            row = _insert(model, event, by=by)
            _insert_parts(model, event, by=by)
            connection.check_constraints()
    except IntegrityError as error:
        reason = gettext("It cannot come back: the same stands there now, or what it belonged to is gone.")
        raise CannotRestore(reason) from error
    return row


def _insert(model: type[models.Model], event: Any, *, by: User) -> Any:
    kept = {field.name for field in type(event)._meta.get_fields()}
    row = model(**{f.attname: getattr(event, f.attname) for f in model._meta.concrete_fields if f.name in kept})
    if isinstance(row, EditedModel):
        row.changed_by = by
    row.save(force_insert=True)
    return row


def _insert_parts(model: type[models.Model], event: Any, *, by: User) -> None:
    """What pointed at the record and was removed in the same transaction."""
    for part in list_kept_models():
        for link in part._meta.concrete_fields:
            if link.is_relation and link.related_model is model:
                events: Any = find_event_model(part)
                gone = {f"{link.name}_id": event.pgh_obj_id, "pgh_label": "deleted"}
                for kept in events._default_manager.filter(pgh_created_at=event.pgh_created_at, **gone):
                    _insert(part, kept, by=by)
