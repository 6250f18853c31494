"""What a colleague may do, asked by views that are functions."""

from typing import Any

from django.core.exceptions import PermissionDenied


def refuse_unless(user: Any, permission: str) -> None:
    """Answer 403 unless ``user`` holds ``permission``; ask first whether the row may be seen at all."""
    if not user.has_perm(permission):
        raise PermissionDenied
