"""One act on many rows: asked for once, done in chunks by the job ledger, remembered row by row, taken back.

The rows are gathered once, when the work begins, so an act that changes what it was chosen by ("mine" given away) does
neither skip nor repeat any. Rights are asked when it is asked for and again when it is done; rows are those the asker
may see. An undo puts back only rows that are still as the act left them and counts the others.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.bulk_actions import ACTIONS, BulkAction, Doing, Outcome
from crm.core.field_acting import words_for_gone
from crm.core.job_ledger import JobLease, job_kind, request_job
from crm.core.list_catalogue import LISTS, KnownList, find_matching, load_lists, make_request
from crm.core.models import BulkAct, BulkRow, User

ACT_JOB, UNDO_JOB = "list-act", "list-undo"
UNDO_WITHIN = timedelta(days=30)


class ActRefused(Exception):
    """It cannot be done; the message says why."""


@transaction.atomic
def request_act(
    known: KnownList,
    action: BulkAction,
    *,
    choices: dict[str, Any],
    by: User,
    at: datetime,
    query: str,
    ids: Sequence[int] | None = None,
) -> BulkAct:
    """Ask for ``action`` on the rows ``ids``, or on all that ``query`` lets through. Raises ``ActRefused``."""
    if not by.has_perm(action.permission):
        raise ActRefused(_("This is not for your role."))
    act = BulkAct(list_name=known.name, action=action.name, choices=choices, query=query, by=by)
    act.words = action.tell(choices)[:300]
    act.save()
    if ids is not None:
        _gather(act, known.find_rows(make_request(by, query)).filter(pk__in=ids))
    act.job = request_job(ACT_JOB, key=str(act.pk), due_at=at, by=by)
    act.save(update_fields=["job"])
    return act


@transaction.atomic
def request_undo(act: BulkAct, *, by: User, at: datetime) -> BulkAct:
    """Ask to take ``act`` back. Raises ``ActRefused`` when it is too old, still under way, or taken back already."""
    act = BulkAct.objects.select_for_update().get(pk=act.pk)
    if act.undo_job_id is not None:
        raise ActRefused(_("This was taken back already."))
    if act.job is not None and act.job.state in {"waiting", "running"}:
        raise ActRefused(_("This is still under way. Stop it first, then take it back."))
    if at - act.asked_at > UNDO_WITHIN:
        raise ActRefused(_("This can be taken back for %(days)s days.") % {"days": UNDO_WITHIN.days})
    act.undo_job = request_job(UNDO_JOB, key=str(act.pk), due_at=at, by=by)
    act.save(update_fields=["undo_job"])
    return act


def _gather(act: BulkAct, rows: QuerySet[Any]) -> None:
    """Write down the rows the act is for, each once."""
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        sql, params = "SELECT 0 WHERE false", ()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_bulkrow (act_id, row_id) SELECT %s, found.id FROM ({sql}) found(id) "  # noqa: S608
            "ON CONFLICT DO NOTHING",
            [act.pk, *params],
        )
        act.rows, act.is_gathered = cursor.rowcount, True
    act.save(update_fields=["rows", "is_gathered"])


@job_kind(ACT_JOB, label=gettext_lazy("An act on many rows"), lease=timedelta(minutes=3))
def act_job(lease: JobLease) -> dict[str, Any]:
    """Do what was asked for, chunk by chunk; a worker that dies is followed by another, from the last whole chunk."""
    load_lists()
    act = BulkAct.objects.select_related("by").get(pk=int(lease.key))
    known, action = LISTS[act.list_name], ACTIONS[act.list_name, act.action]
    if not act.by.is_active or not act.by.has_perm(action.permission):
        return {"refused": "right"}
    if not act.is_gathered:
        with transaction.atomic():
            _gather(act, find_matching(known, user=act.by, query=act.query))
            lease.progress(0, act.rows)
    doing = Doing(known, act.choices, act.by, timezone.now(), act.pk)
    while True:
        with transaction.atomic(), pghistory.context(act=act.pk):
            waiting = BulkRow.objects.filter(act=act, state=BulkRow.State.WAITING).order_by("row_id")
            ids = list(waiting.values_list("row_id", flat=True)[: action.chunk])
            if not ids:
                break
            _write(act, ids, list(action.act(ids, doing)))
            lease.progress(act.changed + act.same + act.refused, act.rows)
    return {"rows": act.rows, "changed_rows": act.changed}


def _write(act: BulkAct, ids: list[int], outcomes: list[Outcome]) -> None:
    known = {one.row_id for one in outcomes}
    outcomes += [Outcome(pk, BulkRow.State.REFUSED, note=words_for_gone()) for pk in ids if pk not in known]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE core_bulkrow r SET state = n.state, before = n.before, after = n.after, note = n.note
               FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[], %s::text[])
                 AS n(row_id, state, before, after, note)
               WHERE r.act_id = %s AND r.row_id = n.row_id""",
            [
                [one.row_id for one in outcomes],
                [str(one.state) for one in outcomes],
                [_json(one.before) for one in outcomes],
                [_json(one.after) for one in outcomes],
                [one.note for one in outcomes],
                act.pk,
            ],
        )
    for name in ("changed", "same", "refused"):
        state = BulkRow.State[name.upper()]
        setattr(act, name, getattr(act, name) + sum(one.state == state for one in outcomes))
    act.save(update_fields=["changed", "same", "refused"])


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)


@job_kind(UNDO_JOB, label=gettext_lazy("Taking back an act on many rows"), lease=timedelta(minutes=3))
def undo_job(lease: JobLease) -> dict[str, Any]:
    """Put back what is still as the act left it, chunk by chunk."""
    load_lists()
    act = BulkAct.objects.select_related("by").get(pk=int(lease.key))
    by = User.objects.filter(pk=lease.requested_by_id).first() or act.by
    action = ACTIONS[act.list_name, act.action]
    doing = Doing(LISTS[act.list_name], act.choices, by, timezone.now(), act.pk)
    while True:
        with transaction.atomic(), pghistory.context(act=act.pk):
            changed = BulkRow.objects.filter(act=act, state=BulkRow.State.CHANGED).order_by("row_id")
            rows = list(changed[: action.chunk])
            if not rows:
                break
            restored = action.undo(rows, doing)
            ids = {row.row_id for row in rows}
            of_act = BulkRow.objects.filter(act=act)
            of_act.filter(row_id__in=restored).update(state=BulkRow.State.RESTORED)
            of_act.filter(row_id__in=ids - restored).update(state=BulkRow.State.KEPT)
            BulkAct.objects.filter(pk=act.pk).update(
                restored=F("restored") + len(restored & ids), kept=F("kept") + len(ids - restored)
            )
            lease.progress(lease.result.get("undone", 0) + len(ids), act.changed)
            lease.result["undone"] = lease.result.get("undone", 0) + len(ids)
    return {}


def clean_acts(*, at: datetime) -> int:
    """Forget what each row was, once it can no longer be taken back; how many acts went."""
    return BulkAct.objects.filter(asked_at__lt=at - UNDO_WITHIN - timedelta(days=1)).delete()[0]
