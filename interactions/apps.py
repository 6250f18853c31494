"""The interactions app."""

from datetime import date, datetime

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"

    def ready(self) -> None:
        from customers.customer_freshening import FRESHENERS
        from customers.import_kinds import register_import_kind
        from interactions import customer_metrics, interaction_import, opportunity_import

        customer_metrics.register()
        register_import_kind(interaction_import.KIND)
        register_import_kind(opportunity_import.KIND)
        FRESHENERS.append(_refresh_alerts)


def _refresh_alerts(customer_id: int, *, on: date, at: datetime) -> None:
    """Alerts that are over, and what is at stake in the tasks, of a customer whose figures changed."""
    from interactions.alert_raising import refresh_alerts

    refresh_alerts(customer_id, at=at)
