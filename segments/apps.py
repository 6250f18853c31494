"""The segments app."""

from typing import Any

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from crm.core.company_opening import company_opened
        from segments import customer_metrics

        customer_metrics.register()
        company_opened.connect(_bring_defaults, dispatch_uid="segments.defaults")


def _bring_defaults(**_opening: Any) -> None:
    """A company starts with segments, processes and triggers, so that its first night has something to say."""
    from segments.default_configuration import create_defaults

    create_defaults()
