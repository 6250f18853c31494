"""Statements run two at a time on connections of their own: all or, where one fails, no further one."""

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.core.models import Team
from crm.core.statement_running import run_statements

pytestmark = pytest.mark.django_db(transaction=True)


def _add(*names):
    return [f"INSERT INTO core_team (name) VALUES ('{name}')" for name in names]


def _names():
    return sorted(Team.objects.values_list("name", flat=True))


@pytest.mark.parametrize("beside", [True, False])
def test_all_statements_are_run_and_their_rows_counted(beside):
    with transaction.atomic():
        assert run_statements(_add("north", "south", "west"), beside=beside, settings={"work_mem": "5MB"}) == 3
    assert _names() == ["north", "south", "west"]
    assert run_statements([], beside=beside, settings={}) == 0


def test_beside_they_stay_though_this_transaction_is_given_up():
    with transaction.atomic():
        run_statements(_add("north", "south"), beside=True, settings={})
        transaction.set_rollback(True)
    assert _names() == ["north", "south"]


def test_in_this_transaction_the_settings_are_the_usual_ones_afterwards():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW work_mem")
        usual = cursor.fetchone()
        run_statements(["CREATE TEMP TABLE shown AS SELECT current_setting('work_mem') AS memory"], beside=False,
                       settings={"work_mem": "5MB"})  # fmt: skip
        cursor.execute("SELECT memory FROM shown")
        assert cursor.fetchone() == ("5MB",)
        cursor.execute("SHOW work_mem")
        assert cursor.fetchone() == usual


def test_after_one_that_fails_no_other_is_begun():
    nonsense = ["SELECT nothing FROM nowhere"] * 2
    with pytest.raises(ProgrammingError):
        run_statements([*nonsense, *_add("north", "south")], beside=True, settings={})
    assert not _names()
