"""What happens by the clock: asked every minute, by any number of schedulers; the ledger makes one job of it.

``settings.CELERY_BEAT_SCHEDULE`` names the two tasks of a minute: this one, and ``core.tick``, which rings for the jobs
that are due; and ``core.follow``, which rings for those that a dead worker left.
"""

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from complaints.jobs import ESCALATE
from crm.core.job_ledger import request_job
from crm.core.list_exporting import CLEAN_JOB as CLEAN_LISTS_JOB
from crm.core.models import JobRun
from crm.night_requesting import request_scheduled_night
from customers.jobs import CLEAN_JOB, request_duplicates, request_weekly_alike
from interactions.jobs import CLEAN_JOB as CLEAN_WEB_JOB
from segments.jobs import request_scheduled_back_test, request_scheduled_cluster_search

COMPLAINT_CLOCK = timedelta(minutes=5)
FORGET_AFTER = timedelta(days=7)


@shared_task(name="crm.ask_for_due_work")
def ask_for_due_work() -> None:
    """Ask for tonight's night once its hour has come, and for the clocks of complaints every five minutes."""
    request_due_work(at=timezone.now())


def request_due_work(*, at: datetime) -> None:
    """The jobs that the clock asks for at ``at``.

    Once a week the base is tested on its past and it is worked out who is alike; once a month new groups of customers
    are searched for; once a day duplicates are looked for and old import files and web visits cleared away; done
    rounds of the complaint clocks are forgotten after a week.
    """
    request_scheduled_night(at=at)
    request_scheduled_back_test(at=at)
    request_scheduled_cluster_search(at=at)
    minutes = COMPLAINT_CLOCK // timedelta(minutes=1)
    round_at = at.replace(minute=at.minute - at.minute % minutes, second=0, microsecond=0)
    request_job(ESCALATE, key="clock", due_at=round_at)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    request_job(CLEAN_JOB, key="clock", due_at=midnight)
    request_job(CLEAN_LISTS_JOB, key="clock", due_at=midnight)
    request_job(CLEAN_WEB_JOB, key="clock", due_at=midnight)
    request_duplicates(at=at)
    request_weekly_alike(at=at)
    JobRun.objects.filter(kind=ESCALATE, state=JobRun.State.DONE, due_at__lt=at - FORGET_AFTER).delete()
