"""Changing what a colleague may do, and ending or restoring his access."""

from django.db import transaction

from crm.core.models import Role, User
from crm.core.role_permissions import assign_role


class LastAdminError(Exception):
    """Without this colleague nobody could administer the house."""


class OwnAccountError(Exception):
    """Nobody ends his own access."""


def is_last_admin(user: User) -> bool:
    """Whether ``user`` is the only active administrator."""
    return (
        user.role == Role.ADMIN
        and user.is_active
        and not User.objects.active().filter(role=Role.ADMIN).exclude(pk=user.pk).exists()
    )


def _lock_admins() -> None:
    """Two administrators who demote each other at the same moment take turns."""
    list(User.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk").values("pk"))


@transaction.atomic
def change_role(user: User, *, role: str) -> User:
    """Give ``user`` another role and its rights. Raises ``LastAdminError``."""
    _lock_admins()
    stored = User.objects.get(pk=user.pk)
    if role != Role.ADMIN and is_last_admin(stored):
        raise LastAdminError(user.email)
    return assign_role(user, role)


@transaction.atomic
def deactivate_user(user: User, *, by: User) -> User:
    """``user`` can no longer sign in, and open sessions end with their next click. What he did stays under his name.

    Raises ``OwnAccountError`` and ``LastAdminError``.
    """
    if user.pk == by.pk:
        raise OwnAccountError(user.email)
    _lock_admins()
    if is_last_admin(User.objects.get(pk=user.pk)):
        raise LastAdminError(user.email)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def reactivate_user(user: User) -> User:
    """``user`` may sign in again, with the password he had."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user
