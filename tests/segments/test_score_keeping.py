"""What is kept of the scores of earlier evenings: every figure, and no more than is asked of them."""

from datetime import timedelta

import pytest
from django.db import connection

from crm.core import job_ledger
from crm.nightly_run import run_night
from segments.models import ScoreRun
from segments.score_keeping import forget_sorting
from tests.segments.purchase_world import END, make_world
from tests.segments.test_segment_assignment import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_nights(monkeypatch) -> list[ScoreRun]:
    """The runs of two evenings, the second in force."""
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    make_world(customers=20)
    for day in (0, 1):
        run_night(on=END + timedelta(day), at=AT + timedelta(day))
    return list(ScoreRun.objects.order_by("pk"))


def list_indexes(run: ScoreRun) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename LIKE %s ORDER BY indexdef", [f"segments_score_{run.pk}_%"]
        )
        return [name for (name,) in cursor.fetchall()]


def test_scores_of_an_earlier_evening_keep_their_figures_and_are_found_by_customer(two_nights):
    earlier, current = two_nights
    assert [definition.split("USING")[1] for definition in list_indexes(earlier)] == [" btree (customer_id)"]
    assert len(list_indexes(current)) > 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT run_id, count(*) FROM segments_score GROUP BY run_id ORDER BY run_id")
        assert cursor.fetchall() == [(earlier.pk, 20), (current.pk, 20)]


def test_forgetting_again_finds_nothing_left_and_leaves_the_scores_in_force_alone(two_nights):
    _earlier, current = two_nights
    before = list_indexes(current)
    assert forget_sorting(current) == 0
    assert list_indexes(current) == before


def test_one_row_for_each_customer_is_known_so_who_asks_nothing_of_the_scores_does_not_read_them(two_nights):
    asked = "SELECT c.name FROM customers_customer c LEFT JOIN segments_current_score s ON s.customer_id = c.id"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked}")
        assert not any("segments_score" in line for (line,) in cursor.fetchall())
