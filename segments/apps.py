"""The segments app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from segments import customer_metrics

        customer_metrics.register()
