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
        _describe_records()
        _tell_field_uses()
        OPENING_STEPS.append(_bring_defaults)
        FRESHENERS.append(_refresh_figures)
        _treat_merged()


def _refresh_figures(customer_id: int, *, on: date, at: datetime) -> None:
    """Facts, class and segment of a customer about whom somebody wrote something."""
    from segments.segment_assignment import refresh_customer

    refresh_customer(customer_id, on=on)


def _treat_merged() -> None:
    """When two customers become one, a time in a segment stays with the record it is about, and ends."""
    from crm.core.local_time import company_day
    from customers.customer_relations import TREATMENTS, Treatment

    TREATMENTS["segments.SegmentChange"] = Treatment(stays=True)
    for label in ("segments.Membership", "segments.BelowZeroSpell"):
        TREATMENTS[label] = Treatment(
            stays=True, settle=lambda row, at: {} if row.until else {"until": max(company_day(at), row.since)}
        )
    TREATMENTS["segments.Nomination"] = Treatment(
        settle=lambda row, at: {"state": "withdrawn", "decided_at": at} if row.state != "withdrawn" else {}
    )


def _bring_defaults() -> None:
    """A company starts with segments, processes and triggers, so that its first night has something to say."""
    from segments.default_configuration import create_defaults

    create_defaults()


def _describe_records() -> None:
    """Which rows are worked out of others, and what a pin must keep, when a customer is erased."""
    from customers.personal_records import describe_records
    from segments import models

    for model in (models.BelowZeroSpell, models.BestFit, models.ProcessMisfit, models.ValueBand, models.WorstSign):
        describe_records(model, is_derived=True)
    for pinned in (models.Pin, models.PinAnswer):
        describe_records(pinned, keep=("grade",))


def _tell_field_uses() -> None:
    """Rules and triggers that ask for an own field are named before it goes."""
    from customers.custom_field_uses import register_field_uses
    from segments.field_uses import does_condition_fit, list_condition_uses

    register_field_uses(list_condition_uses, does_fit=does_condition_fit)
