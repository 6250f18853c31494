"""Programs that ask in a colleague's name."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.access_token_issuing import issue_token
from crm.core.models import User


class Program:
    """A program with a token: paths begin after ``/api/v1``, what it sends is JSON."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"authorization": f"Bearer {secret}"}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", query or {}, headers=self.headers | headers)

    def send(self, method: str, path: str, sent: Any, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        do = getattr(self.client, method)
        return do(f"/api/v1{path}", sent, content_type="application/json", headers=self.headers | named)

    def post(self, path: str, sent: Any, **headers: str) -> Any:
        return self.send("post", path, sent, **headers)

    def patch(self, path: str, sent: Any, **headers: str) -> Any:
        return self.send("patch", path, sent, **headers)


@pytest.fixture
def program() -> Callable[..., Program]:
    """``program(rep)`` acts for the rep; ``may_write=False`` reads only."""

    def make(user: User, *, may_write: bool = True) -> Program:
        now = timezone.now()
        expires = now + timedelta(days=30)
        _token, secret = issue_token(user, name="The shop", may_write=may_write, expires_at=expires, at=now)
        return Program(secret)

    return make


def reasons(response: Any) -> dict[str, str]:
    """The fields that were refused, with the reason of each."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return {error["field"]: error["reason"] for error in response.json()["errors"]}
