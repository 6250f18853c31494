"""The segments app."""

from datetime import date, datetime

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from crm.core.change_reading import VALUE_WORDS
        from crm.core.company_opening import OPENING_STEPS
        from customers.customer_freshening import FRESHENERS
        from segments import customer_metrics, jobs  # noqa: F401 - jobs registers its kinds
        from segments.criteria_reading import read_aloud

        customer_metrics.register()
        for kind in ("segmentrule", "trigger", "clusterproposal"):
            VALUE_WORDS[f"{kind}.criteria"] = read_aloud
        OPENING_STEPS.append(_bring_defaults)
        FRESHENERS.append(_refresh_figures)


def _refresh_figures(customer_id: int, *, on: date, at: datetime) -> None:
    """Facts, class and segment of a customer about whom somebody wrote something."""
    from segments.segment_assignment import refresh_customer

    refresh_customer(customer_id, on=on)


def _bring_defaults() -> None:
    """A company starts with segments, processes and triggers, so that its first night has something to say."""
    from segments.default_configuration import create_defaults

    create_defaults()
