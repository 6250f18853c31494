"""Changing what is noticed: switch on or off, for whom, how soon; and the condition of those that have one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from crm.core.metric_catalogue import METRICS
from segments.models import Segment, Trigger
from segments.rules.criteria import Criteria, compile_criteria, validate_criteria

TIME_LIMIT_SECONDS = 8
FIELDS = ("is_on", "action", "task_title", "due_hours", "cooldown_days", "holdout_percent", "tell_manager")
_COUNT = """
SELECT count(*) FROM customers_customer c {joins}
WHERE c.archived_at IS NULL AND ({where})
    AND (%(segments)s::bigint[] = '{{}}' OR EXISTS (
        SELECT 1 FROM segments_membership tried
        WHERE tried.customer_id = c.id AND tried.until IS NULL AND tried.segment_id = ANY (%(segments)s)))
"""


class TriggerEditingError(Exception):
    """It cannot be done; the message says why."""


@transaction.atomic
def switch_trigger(trigger: Trigger, *, is_on: bool) -> Trigger:
    """On or off from the next night; open alerts stay."""
    trigger = Trigger.objects.select_for_update().get(pk=trigger.pk)
    trigger.is_on = is_on
    trigger.save(update_fields=["is_on"])
    return trigger


@transaction.atomic
def edit_trigger(trigger: Trigger, values: Mapping[str, Any]) -> Trigger:
    """What it does, for whom and how soon; counts from the next night."""
    trigger = Trigger.objects.select_for_update().get(pk=trigger.pk)
    for name in FIELDS:
        setattr(trigger, name, values[name])
    trigger.save()
    trigger.segments.set(values["segments"])
    return trigger


@transaction.atomic
def change_condition(trigger: Trigger, criteria: Criteria) -> Trigger:
    """Another condition; only for triggers that have one of their own (the others are judged by code).

    Raises ``CriteriaError`` or ``TriggerEditingError``.
    """
    trigger = Trigger.objects.select_for_update().get(pk=trigger.pk)
    if not trigger.criteria:
        raise TriggerEditingError(_("This trigger ranks all customers; it has no condition on one customer."))
    validate_criteria(criteria, METRICS)
    trigger.criteria = dict(criteria)
    trigger.save(update_fields=["criteria"])
    return trigger


@transaction.atomic
def create_trigger(*, key: str, name: str, task_title: str, explanation: str, criteria: Criteria) -> Trigger:
    """A trigger of the company's own, off until somebody has seen its dry run. Raises ``CriteriaError``."""
    validate_criteria(criteria, METRICS)
    return Trigger.objects.create(
        key=key,
        name=name,
        task_title=task_title,
        explanation=explanation,
        criteria=dict(criteria),
        is_on=False,
        origin=_("Made here"),
    )


def count_crossing(criteria: Criteria, *, segments: list[Segment], on: date) -> int | None:
    """How many customers the condition holds for today, before cooldown and budget; None when counting takes too long.

    Raises ``CriteriaError``.
    """
    compiled = compile_criteria(criteria, METRICS, today=on)
    query = _COUNT.format(joins=" ".join(compiled.joins), where=compiled.where)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{TIME_LIMIT_SECONDS}s'")
            cursor.execute(query, {**compiled.params, "segments": [segment.pk for segment in segments]})
            (count,) = cursor.fetchone()
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if "statement timeout" not in str(error):
            raise
        return None
    return int(count)
