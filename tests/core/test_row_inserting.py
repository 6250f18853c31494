"""Many rows in one statement are the rows that would have been saved one by one."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from crm.core.row_inserting import insert_rows
from interactions.models import Alert, Task
from tests import factories

pytestmark = pytest.mark.django_db


def test_rows_are_kept_as_they_are_and_know_their_keys(customer):
    trigger = factories.make_trigger()
    evidence = {"name": 'Søn & "Co" 100% \\ {x}', "share": 0.1, "none": None, "list": [1, 2]}
    alerts = [
        Alert(customer=customer, trigger=trigger, period=date(2026, 1, day), day=date(2026, 2, 1), evidence=evidence,
              rank=1 / 3, at_stake_cents=10**12)
        for day in (3, 1, 2)
    ]  # fmt: skip
    insert_rows(alerts)
    for alert in alerts:
        kept = Alert.objects.get(pk=alert.pk)
        assert (kept.period, kept.evidence, kept.rank) == (alert.period, evidence, 1 / 3)
        assert (kept.at_stake_cents, kept.state, kept.closed_at) == (10**12, Alert.State.OPEN, None)
        assert kept.created_at is not None
    due = datetime(2026, 11, 24, 17, 0, 1, 234567, tzinfo=UTC)
    tasks = [Task(customer=customer, kind="alert", title="Ring", due_at=due, alert=alerts[0], is_selling=True)]
    insert_rows(tasks)
    task = Task.objects.get()
    assert (task.pk, task.due_at, task.alert_id, task.is_selling) == (tasks[0].pk, due, alerts[0].pk, True)


def test_what_must_be_once_is_refused_and_nothing_is_nothing(customer):
    insert_rows([])
    trigger = factories.make_trigger()
    twice = [Alert(customer=customer, trigger=trigger, period=date(2026, 1, 1), day=date(2026, 2, 1)) for _nth in "ab"]
    with pytest.raises(IntegrityError):
        insert_rows(twice)
