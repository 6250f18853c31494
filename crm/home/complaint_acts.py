"""What can be done with many complaints at once: another guardian, where the rule allows him."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.complaint_tasks import ask_for_guardian
from complaints.guardian_assignment import GuardianRefused, name_guardian, release_guardian
from complaints.models import Complaint
from complaints.rules.guardian_choice import GUARDIAN_ROLE
from crm.core.bulk_actions import BulkAction, Doing, register_action
from crm.core.field_acting import act_one_by_one
from crm.core.models import User

GUARDIAN = "complaints.name_guardian"


class GuardianForm(forms.Form):
    """Who takes them over; whom the rule refuses for one of them is said there."""

    guardian = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Guardian"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.active().filter(role=GUARDIAN_ROLE).order_by("name")
        self.fields["guardian"].queryset = people  # type: ignore[attr-defined]


def _name(complaint: Complaint, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]] | None:
    guardian, before = User.objects.get(pk=doing.choices["guardian"]), complaint.guardian_id
    if before == guardian.pk:
        return None
    name_guardian(complaint, guardian=guardian, by=doing.by, at=doing.at)
    return {"guardian": before}, {"guardian": guardian.pk}


def _name_back(rows: Any, doing: Doing) -> set[int]:
    """The one before guards again where he may and nobody else was named since."""
    back = set()
    kept = {row.row_id: row for row in rows}
    for complaint in Complaint.objects.filter(pk__in=kept, closed_at=None).order_by("pk"):
        row = kept[complaint.pk]
        if complaint.guardian_id != row.after["guardian"]:
            continue
        before = User.objects.filter(pk=row.before["guardian"] or 0).first()
        try:
            if before is not None:
                name_guardian(complaint, guardian=before, by=doing.by, at=doing.at)
            else:
                ask_for_guardian(release_guardian(complaint, at=doing.at), at=doing.at)
        except GuardianRefused:
            continue
        back.add(complaint.pk)
    return back


def register() -> None:
    """Enter the acts; called once when Django starts."""
    register_action(
        BulkAction(
            "guardian",
            ("complaints",),
            gettext_lazy("Name a guardian"),
            "shield",
            GUARDIAN,
            act=act_one_by_one(Complaint, _name, (GuardianRefused,)),
            undo=_name_back,
            tell=lambda choices: _("guarded by %(name)s") % {"name": choices["name"]},
            make_form=lambda data, user: GuardianForm(data),
            keep=lambda said: {"guardian": said["guardian"].pk, "name": said["guardian"].name},
            chunk=100,
        )
    )
