"""Opening an empty house: the first administrator and the company, once."""

from collections.abc import Callable

from django.db import connection, transaction

from crm.core.models import Role, User
from crm.core.models.business_setting import change_setting
from crm.core.role_permissions import sync_roles

_LOCK = 7_202_611  # one number for "somebody is opening this company", for pg_advisory_xact_lock
# What each app brings to a company that opens; entered from its ``AppConfig.ready``, like its metrics.
OPENING_STEPS: list[Callable[[], None]] = []


class CompanyIsOpenError(Exception):
    """Somebody has opened the company already."""


def is_company_open() -> bool:
    """Whether any colleague exists."""
    return User.objects.exists()


@transaction.atomic
def open_company(
    *,
    name: str,
    email: str,
    password: str,
    company_name: str,
    currency: str,
    time_zone: str,
    country: str = "",
    fiscal_year_month: int,
) -> User:
    """Create the first admin and write down the company; returns the admin.

    Two people who open the same empty house at once get one company: the second raises ``CompanyIsOpenError``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if is_company_open():
        raise CompanyIsOpenError
    sync_roles()
    admin: User = User.objects.create_user(email, password, name=name, role=Role.ADMIN)
    change_setting("company.name", company_name, by=admin)
    change_setting("company.currency", currency, by=admin)
    change_setting("company.time_zone", time_zone, by=admin)
    change_setting("company.country", country, by=admin)
    change_setting("company.fiscal_year_month", fiscal_year_month, by=admin)
    for bring in OPENING_STEPS:
        bring()
    return admin
