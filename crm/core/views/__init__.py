"""Pages of people, teams, signing in and the reader's own account."""

from crm.core.views.account import account, preferences
from crm.core.views.sign_in import SignInView, demo_sign_in, first_run

__all__ = ["SignInView", "account", "demo_sign_in", "first_run", "preferences"]
