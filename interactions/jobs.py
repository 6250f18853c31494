"""Background work of interactions, by kind of the ledger. What does the work is loaded when it begins."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobLease, job_kind
from crm.core.local_time import company_day

ALERTS_OF_CUSTOMER = "alerts-of-customer"
CLEAN_JOB = "web-events-clean"


@job_kind(ALERTS_OF_CUSTOMER, label=_("alerts of a customer after an act"))
def perform_refresh(lease: JobLease) -> dict[str, Any]:
    """What an act left over because a night was at its alerts; waits for the night, holding nothing else."""
    from interactions.alert_freshening import refresh_alerts
    from interactions.alert_raising import ALERT_LOCK

    at = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [ALERT_LOCK])
        raised = refresh_alerts(int(lease.params["customer"]), on=company_day(at), at=at)
    return {"alerts": len(raised)}


@job_kind(CLEAN_JOB, label=_("Forgetting old web visits"))
def clean_web_events_job(lease: JobLease) -> dict[str, Any]:
    """Once a day, some thousands at a time."""
    from interactions.web_event_keeping import clear_web_events

    at, gone = timezone.now(), 0
    while cleared := clear_web_events(at=at):
        gone += cleared
        lease.progress(gone, gone)
    return {"web_events": gone}
