"""Celery's entry points: three lines each, ids only."""

from celery import shared_task
from django.utils import timezone

from crm.core.job_ledger import perform_job, sweep


@shared_task(name="core.perform")
def perform(job_id: int) -> None:
    """Do one job of the ledger, if nobody else has."""
    perform_job(job_id)


@shared_task(name="core.tick")
def tick() -> None:
    """Ring for what is due; asked for by the clock once a minute."""
    sweep(at=timezone.now())


@shared_task(name="core.follow")
def follow() -> None:
    """Ring for what a worker left behind when it died; asked for by the clock every quarter of a minute."""
    sweep(at=timezone.now(), abandoned_only=True)
