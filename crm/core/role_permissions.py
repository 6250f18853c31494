"""What each role may do: one table, written into Django's groups by ``manage.py sync_roles``.

Which *rows* somebody may see is never here: that is ``visible_to`` (``crm.core.row_visibility``).
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from crm.core.models import Role, User

_LOOK = {
    "customers.view_customer",
    "customers.view_order",
    "interactions.view_interaction",
    "interactions.view_task",
    "complaints.view_complaint",
    "segments.view_segment",
}
_SELL = {
    "customers.add_customer",
    "customers.change_customer",
    "customers.add_attachment",
    "customers.add_note",
    "customers.add_order",
    "interactions.add_interaction",
    "interactions.change_task",
    "interactions.change_audience",
    "complaints.add_complaint",
    "core.view_history",
}
_LEAD = {
    "customers.export_customer",
    "customers.import_customer",
    "customers.archive_customer",
    "customers.assign_customer",
    "customers.merge_customer",
    "segments.view_dashboard",
    "segments.pin_segment",
    "segments.approve_nomination",
    "interactions.decide_below_zero",
    "core.share_view",
}
_GUARD = {"complaints.change_complaint", "complaints.guard_complaint", "complaints.close_complaint"}
_RUN_THE_HOUSE = {
    "core.manage_users",
    "core.run_jobs",
    "core.change_settings",
    "customers.delete_customer",
    "customers.handle_personal_data",
    "segments.change_segment",
    "segments.publish_segment",
    "segments.change_process",
    "segments.publish_process",
    "segments.change_trigger",
    "complaints.name_guardian",
}
# What somebody from outside may do with the customers he owns; where, says ``crm.core.partner_gate``. No orders and no
# segments: nothing that counts our money, and no settings, files or acts on many.
_FEED = {
    "customers.view_customer",
    "customers.change_customer",
    "customers.add_note",
    "interactions.view_interaction",
    "interactions.add_interaction",
    "interactions.change_task",
    "complaints.add_complaint",
}

ROLE_PERMISSIONS: dict[str, set[str]] = {
    Role.VIEWER: _LOOK,
    Role.PARTNER: _FEED,
    Role.REP: _LOOK | _SELL,
    Role.GUARDIAN: _LOOK
    | _GUARD
    | {
        "customers.add_attachment",
        "customers.add_note",
        "interactions.add_interaction",
        "interactions.change_task",
        "complaints.add_complaint",
        "core.view_history",
    },
    Role.EXECUTIVE: _LOOK
    | {
        "customers.add_attachment",
        "customers.add_note",
        "segments.view_dashboard",
        "interactions.add_interaction",
        "complaints.add_complaint",
    },
    Role.MANAGER: _LOOK | _SELL | _LEAD | {"complaints.name_guardian"},
    Role.ADMIN: _LOOK | _SELL | _LEAD | _GUARD | _RUN_THE_HOUSE,
}


@transaction.atomic
def sync_roles() -> None:
    """Write the table into groups; safe to repeat. Raises ``LookupError`` naming a permission that does not exist."""
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for role, names in ROLE_PERMISSIONS.items():
        if missing := names - known.keys():
            raise LookupError(f"Unknown permissions for {role}: {', '.join(sorted(missing))}")
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set([known[name] for name in sorted(names)])


@transaction.atomic
def assign_role(user: User, role: str) -> User:
    """Give ``user`` one role: its group replaces every other role's group."""
    user.groups.remove(*Group.objects.filter(name__in=[r for r in Role.values if r != role]))
    user.join_role(role)
    if user.role != role:
        user.role = role
        user.save(update_fields=["role"])
    return user
