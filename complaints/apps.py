"""The complaints app."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from crm.core.models import User
    from customers.models import Customer


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        from complaints import (
            complaint_import,
            jobs,  # noqa: F401  (its kinds of work are known wherever a job may be asked for)
        )
        from complaints.customer_metrics import register_complaint_metrics
        from customers.customer_relations import REFUSALS
        from customers.file_attaching import ATTACHABLE
        from customers.import_kinds import register_import_kind

        register_complaint_metrics()
        REFUSALS.append(_refuse_seller_as_guardian)
        register_import_kind(complaint_import.KIND)
        ATTACHABLE["complaint"] = _find_customer


def _find_customer(user: "User", pk: int) -> int | None:
    """Whose complaint it is, for a file that belongs to it."""
    from complaints.models import Complaint

    return Complaint.objects.visible_to(user).filter(pk=pk).values_list("customer", flat=True).first()


def _refuse_seller_as_guardian(kept: "Customer", gone: "Customer") -> str:
    """Why two customers cannot be merged: a complaint would be guarded by the seller."""
    from complaints.models import Complaint

    if kept.owner_id is None:
        return ""
    guarded = Complaint.objects.open().filter(customer__in=[kept.pk, gone.pk], guardian=kept.owner_id).first()
    if guarded is None:
        return ""
    words = {"case": guarded.number, "name": guarded.guardian}
    return _("%(name)s guards complaint %(case)s and would become its seller: name another guardian first.") % words
