"""The complaints app."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from crm.core.models import User


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        from complaints import (
            complaint_import,
            jobs,  # noqa: F401  (its kinds of work are known wherever a job may be asked for)
        )
        from complaints.customer_metrics import register_complaint_metrics
        from customers.file_attaching import ATTACHABLE
        from customers.import_kinds import register_import_kind

        register_complaint_metrics()
        register_import_kind(complaint_import.KIND)
        ATTACHABLE["complaint"] = _find_customer


def _find_customer(user: "User", pk: int) -> int | None:
    """Whose complaint it is, for a file that belongs to it."""
    from complaints.models import Complaint

    return Complaint.objects.visible_to(user).filter(pk=pk).values_list("customer", flat=True).first()
