"""The interactions app."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from crm.core.models import User


class InteractionsConfig(AppConfig):
    name = "interactions"

    def ready(self) -> None:
        from customers.customer_freshening import FRESHENERS
        from customers.file_attaching import ATTACHABLE
        from customers.import_kinds import register_import_kind
        from interactions import customer_metrics, interaction_import, jobs, opportunity_import  # noqa: F401 - jobs too

        customer_metrics.register()
        register_import_kind(interaction_import.KIND)
        register_import_kind(opportunity_import.KIND)
        FRESHENERS.append(_refresh_alerts)
        ATTACHABLE["contact"] = _find_customer


def _refresh_alerts(customer_id: int, *, on: date, at: datetime) -> None:
    """Alerts over and new, and what is at stake in the tasks, of a customer whose figures changed."""
    from interactions.alert_freshening import refresh_alerts

    refresh_alerts(customer_id, on=on, at=at)


def _find_customer(user: "User", pk: int) -> int | None:
    """With whom the contact was, for a file that belongs to it."""
    from interactions.models import Interaction

    return Interaction.objects.visible_to(user).filter(pk=pk).values_list("customer", flat=True).first()
