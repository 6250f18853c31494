"""The interactions app."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"

    def ready(self) -> None:
        from interactions import customer_metrics

        customer_metrics.register()
