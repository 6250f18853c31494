"""The segments app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from crm.core.company_opening import OPENING_STEPS
        from segments import customer_metrics

        customer_metrics.register()
        OPENING_STEPS.append(_bring_defaults)


def _bring_defaults() -> None:
    """A company starts with segments, processes and triggers, so that its first night has something to say."""
    from segments.default_configuration import create_defaults

    create_defaults()
