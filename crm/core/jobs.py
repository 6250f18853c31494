"""Celery's entry points: three lines each, ids only."""

from celery import shared_task
from django.utils import timezone

from crm.core.job_ledger import perform_job, sweep
from crm.core.models import Heartbeat


@shared_task(name="core.perform")
def perform(job_id: int) -> None:
    """Do one job of the ledger, if nobody else has."""
    perform_job(job_id)
    beat_heart("worker")


@shared_task(name="core.tick")
def tick() -> None:
    """Once a minute: leave a sign of life and ring for what is due."""
    beat_heart("worker")
    beat_heart("beat")
    sweep(at=timezone.now())


def beat_heart(name: str) -> None:
    """Remember that ``name`` is alive; ``/readyz`` reads it."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
