"""What the pages that compose have done for them by workers; what it computes with is loaded when it is done."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobLease, job_kind
from crm.night_requesting import PORTFOLIOS


@job_kind(PORTFOLIOS, label=_("sales of large portfolios added up"), lease=timedelta(minutes=10))
def perform_portfolios(lease: JobLease) -> dict[str, int]:
    """Add up, after a night, the portfolios that are too large to be added up while somebody waits."""
    from crm.home.portfolio_keeping import keep_portfolios

    return {"portfolios": keep_portfolios(at=timezone.now(), progress=lambda done, all_: lease.progress(done, all_))}
