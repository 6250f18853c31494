"""The complaints app."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        from complaints import jobs  # noqa: F401  (its kinds of work are known wherever a job may be asked for)
        from complaints.customer_metrics import register_complaint_metrics

        register_complaint_metrics()
