"""The complaints app."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        from complaints import (
            complaint_import,
            jobs,  # noqa: F401  (its kinds of work are known wherever a job may be asked for)
        )
        from complaints.customer_metrics import register_complaint_metrics
        from customers.import_kinds import register_import_kind

        register_complaint_metrics()
        register_import_kind(complaint_import.KIND)
