"""Acts that set fields of many rows: the old values are remembered, and put back where nobody changed them since."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.bulk_actions import BulkAction, Doing, Outcome
from crm.core.generic_views import visible_rows
from crm.core.models import BulkRow
from crm.core.models.edited import EditedModel

Values = Callable[[Doing], dict[str, Any]]
Plain = dict[str, Any]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _read(row: models.Model, names: Sequence[str]) -> Plain:
    return {name: _plain(getattr(row, name)) for name in names}


def _edit_marks(model: type[models.Model], doing: Doing) -> dict[str, Any]:
    if not issubclass(model, EditedModel):
        return {}
    return {"changed_by": doing.by, "changed_at": doing.at, "edit_version": F("edit_version") + 1}


def set_fields(model: type[models.Model], values: Values) -> Callable[[Sequence[int], Doing], list[Outcome]]:
    """An act that gives every visible row of ``model`` the ``values`` (by column: ``owner_id``)."""

    def act(ids: Sequence[int], doing: Doing) -> list[Outcome]:
        wanted = values(doing)
        rows = visible_rows(model, doing.by).filter(pk__in=ids).select_for_update(of=("self",)).order_by("pk")
        after = {name: _plain(value) for name, value in wanted.items()}
        outcomes = []
        for row in rows.only("pk", *wanted):
            before = _read(row, list(wanted))
            state = BulkRow.State.SAME if before == after else BulkRow.State.CHANGED
            outcomes.append(Outcome(row.pk, state, before, after))
        changed = [one.row_id for one in outcomes if one.state == BulkRow.State.CHANGED]
        model._default_manager.filter(pk__in=changed).update(**wanted, **_edit_marks(model, doing))
        return outcomes

    return act


def put_fields_back(model: type[models.Model]) -> Callable[[Sequence[BulkRow], Doing], set[int]]:
    """The undo of ``set_fields``: rows whose fields are still what the act made them get their old values."""

    def undo(kept: Sequence[BulkRow], doing: Doing) -> set[int]:
        by_id = {row.row_id: row for row in kept}
        names = sorted({name for row in kept for name in row.after or {}})
        rows = model._default_manager.filter(pk__in=by_id).select_for_update(of=("self",)).order_by("pk")
        back: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for row in rows.only("pk", *names):
            kept_row = by_id[row.pk]
            if _read(row, names) == kept_row.after and kept_row.before is not None:
                back[tuple(kept_row.before[name] for name in names)].append(row.pk)
        for old, ids in back.items():
            values = dict(zip(names, old, strict=True))
            model._default_manager.filter(pk__in=ids).update(**values, **_edit_marks(model, doing))
        return {pk for ids in back.values() for pk in ids}

    return undo


def act_one_by_one(
    model: type[models.Model],
    act: Callable[[Any, Doing], tuple[Plain, Plain] | None],
    refusals: tuple[type[Exception], ...],
) -> Callable[[Sequence[int], Doing], list[Outcome]]:
    """An act that calls a verb for each row; it returns what was and what is, None when there was nothing to do.

    One of ``refusals`` leaves that row as it was, with the words of the refusal.
    """

    def act_all(ids: Sequence[int], doing: Doing) -> list[Outcome]:
        outcomes = []
        for row in visible_rows(model, doing.by).filter(pk__in=ids).order_by("pk"):
            try:
                told = act(row, doing)
            except refusals as refused:
                outcomes.append(Outcome(row.pk, BulkRow.State.REFUSED, note=str(refused)[:200]))
                continue
            if told is None:
                outcomes.append(Outcome(row.pk, BulkRow.State.SAME))
            else:
                outcomes.append(Outcome(row.pk, before=told[0], after=told[1]))
        return outcomes

    return act_all


def act_through(model: type[models.Model], action: BulkAction, *, lists: tuple[str, ...]) -> BulkAction:
    """``action``, which is done with customers, for lists of ``model``: done with the customer each row belongs to,
    once, however many rows are his."""

    def find(rows: models.QuerySet[Any]) -> dict[int, int]:
        return dict(rows.order_by("pk").values_list("pk", "customer_id"))

    def act(ids: Sequence[int], doing: Doing) -> list[Outcome]:
        by_row = find(visible_rows(model, doing.by).filter(pk__in=ids))
        had = BulkRow.objects.filter(act=doing.act_id).exclude(state=BulkRow.State.WAITING).values("row_id")
        of_whom = model._default_manager.filter(customer__in=set(by_row.values()), pk__in=had)
        done = set(of_whom.values_list("customer_id", flat=True))
        first = {customer: row for row, customer in reversed(by_row.items()) if customer not in done}
        outcomes = list(action.act(sorted(first), doing))
        for one in outcomes:
            one.row_id = first[one.row_id]
        again = [row for row, customer in by_row.items() if first.get(customer) != row]
        return outcomes + [Outcome(row, BulkRow.State.SAME) for row in again]

    def undo(kept: Sequence[BulkRow], doing: Doing) -> set[int]:
        by_row = find(model._default_manager.filter(pk__in=[row.row_id for row in kept]))
        by_customer = {customer: row for row, customer in by_row.items()}
        rows = [
            BulkRow(row_id=by_row[row.row_id], before=row.before, after=row.after)
            for row in kept
            if row.row_id in by_row
        ]
        return {by_customer[customer] for customer in action.undo(rows, doing)}

    return replace(action, lists=lists, act=act, undo=undo, note=gettext_lazy("With the customer of each row, once."))


def words_for_gone() -> str:
    """Why a row that was chosen was left alone when nobody refused it."""
    return _("No longer there, or no longer yours to see.")
