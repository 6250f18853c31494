"""Background work of complaints, done through the job ledger."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.complaint_escalation import escalate_complaints
from crm.core.job_ledger import JobLease, job_kind

ESCALATE = "escalate-complaints"


@job_kind(ESCALATE, label=_("clocks of open complaints"))
def run_complaint_clocks(lease: JobLease) -> dict[str, Any]:
    """Name guardians and tell people of the days reached, as of now."""
    report = escalate_complaints(at=timezone.now(), progress=lease.progress)
    return {"guardians_named": report.guardians_named, "told": report.told, "unguarded": report.unguarded}
