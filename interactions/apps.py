"""The interactions app."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from crm.core.models import User


class InteractionsConfig(AppConfig):
    name = "interactions"

    def ready(self) -> None:
        from customers.customer_freshening import FRESHENERS
        from customers.file_attaching import ATTACHABLE
        from customers.import_kinds import register_import_kind
        from customers.person_moving import RETURN_HEARERS, VACANCY_HEARERS
        from interactions import (
            customer_metrics,
            interaction_import,
            jobs,  # noqa: F401 - registers its kinds of work
            ladder_signs,
            opportunity_import,
        )

        customer_metrics.register()
        ladder_signs.register()
        register_import_kind(interaction_import.KIND)
        register_import_kind(opportunity_import.KIND)
        FRESHENERS.append(_refresh_alerts)
        ATTACHABLE["contact"] = _find_customer
        _treat_merged()
        _describe_records()
        VACANCY_HEARERS.append(_follow_vacancy)
        RETURN_HEARERS.append(_drop_vacancy)


def _refresh_alerts(customer_id: int, *, on: date, at: datetime) -> None:
    """Alerts over and new, and what is at stake in the tasks, of a customer whose figures changed."""
    from interactions.alert_freshening import refresh_alerts

    refresh_alerts(customer_id, on=on, at=at)


def _follow_vacancy(person: Any, *, on: date, at: datetime, by: "User | None") -> None:
    """An empty post at a customer is somebody's task."""
    from interactions.vacancy_following import follow_vacancy

    follow_vacancy(person, on=on, at=at, by=by)


def _drop_vacancy(person: Any, *, at: datetime, by: "User | None") -> None:
    """Whoever is still there leaves no empty post."""
    from interactions.vacancy_following import drop_vacancy

    drop_vacancy(person, at=at, by=by)


def _find_customer(user: "User", pk: int) -> int | None:
    """With whom the contact was, for a file that belongs to it."""
    from interactions.models import Interaction

    return Interaction.objects.visible_to(user).filter(pk=pk).values_list("customer", flat=True).first()


def _treat_merged() -> None:
    """When two customers become one, nobody is asked twice, and of two wishes about contact the stricter one holds."""
    from django.utils.translation import gettext

    from crm.core.local_time import company_day
    from customers.customer_relations import TREATMENTS, Treatment

    def drop(row: Any, at: datetime) -> dict[str, Any]:
        reason = gettext("The customer was merged; the other has the same.")
        closed = {"closed_at": at, "closed_reason": reason}
        is_task = row._meta.label == "interactions.Task"
        return {"state": "dropped" if is_task else "over", **closed} if row.state in {"open", "paused"} else {}

    TREATMENTS["interactions.Task"] = TREATMENTS["interactions.Alert"] = Treatment(settle=drop)
    TREATMENTS["interactions.ProcessRun"] = Treatment(free=lambda row, at: {"key": f"{row.customer_id}/{row.key}"[:80]})
    TREATMENTS["interactions.BelowZeroDecision"] = TREATMENTS["interactions.WinBack"] = Treatment(
        settle=lambda row, at: {} if row.ended_on else {"ended_on": company_day(at)}
    )
    TREATMENTS["interactions.ContactPreference"] = Treatment(
        absorb=lambda kept, gone: {"is_allowed": False, "reason": gone.reason} if not gone.is_allowed else {}
    )


def _describe_records() -> None:
    """What says nothing about who it was, and stays when a customer is erased."""
    from customers.personal_records import describe_records
    from interactions import models

    describe_records(models.ContactPreference, is_removed=True)
    describe_records(models.WebEvent, is_removed=True)
    describe_records(models.Alert, keep=("evidence",))
    describe_records(models.ProcessRun, keep=("key",))
    describe_records(models.ProductSuggestion, keep=("family",))
    describe_records(models.Task, keep=("source",))
