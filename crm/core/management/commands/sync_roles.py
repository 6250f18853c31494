"""Write the table of roles into Django's groups."""

from typing import Any

from django.core.management.base import BaseCommand

from crm.core.role_permissions import sync_roles


class Command(BaseCommand):
    help = "Write the table of roles and their permissions into Django's groups; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        sync_roles()
