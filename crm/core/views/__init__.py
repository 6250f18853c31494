"""Pages of people, teams and the reader's own account."""

from crm.core.views.account import preferences

__all__ = ["preferences"]
