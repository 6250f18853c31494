"""A new company starts with segments, processes and triggers that work, and its own changes are never written over."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command

from crm.core.metric_catalogue import METRICS
from customers.models import CostRate
from segments.default_configuration import create_defaults
from segments.models import Process, ProcessStep, ProcessVersion, Segment, SegmentRule, Trigger
from segments.rules.criteria import find_problems

pytestmark = pytest.mark.django_db


def steps_of(segment: str, flow: str) -> list[ProcessStep]:
    return list(ProcessStep.objects.filter(version__process__segment__key=segment, version__process__flow=flow))


def test_every_default_rule_can_be_used_by_a_segment() -> None:
    create_defaults()
    for segment in Segment.objects.filter(is_fallback=False):
        rule = segment.rules.get(state=SegmentRule.State.PUBLISHED)
        assert find_problems(rule.criteria, METRICS, for_segment=True) == [], segment
    assert Segment.objects.get(is_fallback=True).key == "low-cost"


def test_every_segment_has_a_process_in_force_for_every_flow() -> None:
    create_defaults()
    published = ProcessVersion.objects.filter(state=ProcessVersion.State.PUBLISHED)
    assert published.count() == Segment.objects.count() * len(Process.Flow.values) == 25
    assert all(version.steps.exists() for version in published)


def test_the_same_order_is_handled_differently_for_premium_and_low_cost() -> None:
    create_defaults()
    premium, low_cost = steps_of("premium", "order"), steps_of("low-cost", "order")
    assert (len(premium), len(low_cost)) == (7, 3)
    assert premium[0].channel == "call"
    assert premium[0].clock_hours == 1
    everything = ProcessStep.objects.filter(version__process__segment__key="low-cost")
    assert not everything.filter(channel__in=["visit", "call"]).exists()


def test_creating_twice_changes_nothing() -> None:
    models = [Segment, SegmentRule, Process, ProcessVersion, ProcessStep, Trigger, CostRate]
    create_defaults()
    before = [list(model.objects.order_by("pk").values()) for model in models]
    call_command("create_defaults")
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_what_an_admin_changed_stays_changed() -> None:
    create_defaults()
    Segment.objects.filter(key="premium").update(name="Gold", cadence_days=7)
    Trigger.objects.filter(key="visit-now").update(is_on=False)
    CostRate.objects.filter(work="call").update(cents_per_minute=99)
    create_defaults()
    assert Segment.objects.filter(name="Gold", cadence_days=7).exists()
    assert not Trigger.objects.get(key="visit-now").is_on
    assert list(CostRate.objects.filter(work="call").values_list("cents_per_minute", flat=True)) == [99]


def test_a_name_that_is_taken_gets_a_number() -> None:
    Segment.objects.create(key="mine", name="Premium", priority=9, is_fallback=True)
    create_defaults()
    assert Segment.objects.get(key="premium").name == "Premium 2"
    assert Segment.objects.get(is_fallback=True).key == "mine"


def test_every_trigger_says_why_it_is_there_and_where_it_comes_from() -> None:
    create_defaults()
    for trigger in Trigger.objects.all():
        assert trigger.explanation
        assert trigger.origin
        assert trigger.task_title


def test_a_company_that_began_earlier_does_not_ask_the_lost_before_a_renewal() -> None:
    create_defaults()
    delivered = Trigger.objects.get(key="contract-used-less").criteria
    step = import_module("segments.migrations.0011_contract_trigger_spares_the_lost")
    before, own = {"all": delivered["all"][:2]}, {"all": delivered["all"][:1]}
    for stood, stands in ((before, delivered), (own, own), (delivered, delivered)):
        Trigger.objects.filter(key="contract-used-less").update(criteria=stood)
        step.spare_the_lost(apps, None)
        assert Trigger.objects.get(key="contract-used-less").criteria == stands
