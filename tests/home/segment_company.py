"""A company of 150 customers in two teams after its night, and the figures of its segments."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.core import job_ledger
from crm.home.segment_summary import build_summary, list_teams, scope_of
from crm.nightly_run import run_night
from customers.models import Customer
from segments.default_configuration import create_defaults
from segments.models import SegmentDay
from tests.segments.purchase_world import END, make_world

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch, time_machine):
    time_machine.move_to(AT)
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)


@pytest.fixture
def company(rep, other_rep, lead, admin, executive):
    """150 customers who buy by rhythms of their own: a third in each team, a third without one; after one night."""
    create_defaults()
    make_world()
    everybody = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    for third, team in enumerate((rep.team, other_rep.team, None)):
        Customer.objects.filter(pk__in=everybody[third::3]).update(team=team)
    run_night(on=END, at=AT)
    return Customer.objects.all()


def figures_of(user, team=None, since=END - timedelta(days=30)):
    return build_summary(scope_of(user, list_teams(user), team=team), day=END, since=since)


def keep_evening(day, **changes):
    """The figures of the last night as those of an earlier evening."""
    for row in SegmentDay.objects.filter(day=END):
        row.pk, row.day = None, day
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
