"""Did the night run, on what, how long; what failed, run again; nothing silent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from crm.core.models import JobRun
from crm.home.job_list import evening_to_run, next_night
from crm.night_steps import STEPS
from customers.models import DataImport
from segments.models import ScoreRun

pytestmark = pytest.mark.django_db
URL = "/jobs/"


def _job(**fields):
    values = {"kind": "night", "key": "2026-03-02", "due_at": timezone.now(), "state": "done", **fields}
    return JobRun.objects.create(**values)


def test_a_night_shows_its_steps_with_their_milliseconds(signed_in, admin):
    times = {"ingest": 240, "plan": 310, "score": 420, "finish": 350, "segments": 390, "alerts": 210, "items": 90}
    began = timezone.now()
    _job(
        result={"milliseconds": times, "customers": 2946}, started_at=began, finished_at=began + timedelta(seconds=1.92)
    )
    page = signed_in(admin).get(URL).content.decode()
    assert "customers scored 420 ms" in page
    assert "2,946" in page
    assert "1.92" in page


def test_a_failed_night_says_why_and_can_be_run_again(signed_in, admin):
    job = _job(state="failed", error="Traceback…\nOperationalError: the database closed the line")
    client = signed_in(admin)
    page = client.get(URL).content.decode()
    assert "the database closed the line" in page
    assert "Traceback" not in page
    client.post(reverse("home:job-retry", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == "waiting"


def test_the_button_asks_for_one_night_however_often_it_is_pressed(signed_in, admin):
    client = signed_in(admin)
    for _again in range(3):
        client.post(reverse("home:night-start"))
    night = JobRun.objects.get(kind="night")
    assert night.requested_by == admin


def test_the_button_runs_yesterdays_evening_and_never_one_before_the_scores_in_force():
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert evening_to_run(at=at).isoformat() == "2026-03-02"
    ScoreRun.objects.create(as_of="2026-03-03", state="finished", is_current=True, finished_at=at)
    assert evening_to_run(at=at).isoformat() == "2026-03-03"


def test_old_scores_are_said_aloud(signed_in, admin):
    run = ScoreRun.objects.create(as_of="2026-03-02", state="finished", is_current=True, finished_at=timezone.now())
    words = "older than a day"
    assert words not in signed_in(admin).get(URL).content.decode()
    ScoreRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(hours=25))
    assert words in signed_in(admin).get(URL).content.decode()


def test_the_next_night_is_at_the_hour_set():
    assert next_night(at=datetime(2026, 3, 3, 1, tzinfo=UTC)) == datetime(2026, 3, 3, 2, tzinfo=UTC)
    assert next_night(at=datetime(2026, 3, 3, 3, tzinfo=UTC)) == datetime(2026, 3, 4, 2, tzinfo=UTC)


def test_a_running_job_shows_how_far_it_is_and_can_be_stopped(signed_in, admin):
    job = _job(kind="import-write", key="7", state="running", done=12_480, total=18_204, started_at=timezone.now())
    client = signed_in(admin)
    assert "12,480 of 18,204" in client.get(URL).content.decode()
    client.post(reverse("home:job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.cancel_asked


def test_a_poll_gets_the_upper_part_alone(signed_in, admin):
    answer = signed_in(admin).get(URL, headers={"HX-Request": "true", "HX-Target": "job-state"}).content.decode()
    assert 'id="job-state"' in answer
    assert "<html" not in answer


def test_jobs_that_nobody_knows_any_more_are_still_listed(signed_in, admin):
    _job(kind="forgotten", key="<b>x</b>", state="cancelled")
    page = signed_in(admin).get(URL).content.decode()
    assert "forgotten" in page
    assert "<b>x</b>" not in page


def test_a_job_says_in_words_what_it_was_about(signed_in, admin):
    taken = DataImport.objects.create(kind="orders", file_name="orders <1>.csv", created_by=admin)
    _job(kind="import-read", key=str(taken.pk))
    _job(kind="cluster-search", key="2026-03-02")
    _job(kind="list-export", key="3-4d8255f82d35", params={"list": "customers"})
    _job(kind="import-undo", key=str(taken.pk), result={"removed": 1200, "restored": 3, "refused": 0})
    page = signed_in(admin).get(URL).content.decode()
    assert "orders &lt;1&gt;.csv" in page
    assert "evening of 2 Mar 2026" in page
    assert ">2026-03-02" not in page
    assert "Customers" in page
    assert "4d8255f82d35" not in page
    assert "1,200 removed, 3 as before" in page


def test_every_step_of_a_night_has_a_tone_of_its_own():
    styles = (settings.BASE_DIR / "static/css/charts.css").read_text()
    filled = {
        int(number) for rule in re.findall(r"([^{}]*)\{fill:", styles) for number in re.findall(r"\.j(\d+)", rule)
    }
    assert filled >= set(range(1, len(STEPS) + 1))
