"""Another kind for a field that many customers fill, in the background: how far it is, and what could not be read.

All values change in one transaction, so nobody ever reads half of them in the new kind. Until it is committed how far
it is stands in the cache; a worker that dies leaves everything as it was, and another begins anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobCancelled, JobLease, job_kind, request_job
from crm.core.models import JobRun, User
from customers.custom_field_defining import CustomFieldRefused
from customers.custom_field_retyping import preview_retyping, retype_field
from customers.models import CustomField

RETYPE_JOB = "field-retype"
# The lease cannot be renewed before the end: whoever wants to stop it must not wait for its transaction.
LEASE = timedelta(minutes=30)
TOLD = 50


def request_retyping(custom_field: CustomField, *, kind: str, added: Sequence[str], by: User, at: datetime) -> JobRun:
    """Ask for the change; the job tells of it (``read_progress`` how far it is)."""
    params = {"field": custom_field.pk, "label": custom_field.label, "kind": kind, "added": list(added)}
    params["before"] = custom_field.kind
    return request_job(RETYPE_JOB, key=str(custom_field.pk), due_at=at, params=params, by=by)


def read_progress(job: JobRun) -> tuple[int, int]:
    """Customers looked at and customers in all, as far as a running job has told."""
    found: tuple[int, int] = cache.get(_progress_key(job.pk)) or (job.done, job.total)
    return found


def _progress_key(job_id: int) -> str:
    return f"field-retype:{job_id}"


@job_kind(RETYPE_JOB, label=_("Another kind for an own field"), lease=LEASE)
def retype_job(lease: JobLease) -> dict[str, Any]:
    """Do it, or say why not; stopped half-way it leaves every value as it was."""
    field = CustomField.objects.filter(pk=lease.params["field"], archived_at=None).first()
    by = User.objects.get(pk=lease.requested_by_id)
    kind, added = lease.params["kind"], lease.params["added"]
    if field is None or field.kind != lease.params["before"] or not by.has_perm("core.change_settings"):
        return {"refused": str(_("The field was changed or archived meanwhile; nothing was done."))}

    def tell(done: int, total: int) -> None:
        cache.set(_progress_key(lease.job_id), (done, total), 3600)
        if JobRun.objects.filter(pk=lease.job_id, cancel_asked=True).exists():
            raise JobCancelled(RETYPE_JOB)

    try:
        refused = preview_retyping(field, kind=kind, added=added, most=TOLD).refused
        done = retype_field(field, kind=kind, added=added, by=by, tell=tell, finish=lease.progress)
    except CustomFieldRefused as refusal:
        return {"refused": str(refusal)}
    unread = [[one.words, one.customers] for one in refused]
    return {"fitting": done.fitting, "kept": done.kept, "unread": unread}
