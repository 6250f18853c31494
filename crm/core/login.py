"""Signing in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class NoSignupAdapter(DefaultAccountAdapter):
    """People are invited by an admin; nobody registers himself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
