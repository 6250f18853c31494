"""Who asks: the token and its colleague; and the colleagues whom records name."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from crm.api.cursors import read_page, write_page
from crm.api.shapes import PROBLEMS, Asked, Listed
from crm.core.models import User
from crm.core.models.business_setting import setting

router = Router(tags=["Account"])


class AccountTold(Schema):
    """Whose token this is and what it may do."""

    user_id: int
    user_name: str
    role: str
    team_id: int | None
    token_name: str
    may_write: bool
    expires_at: datetime
    permissions: list[str]
    currency: str = Field(description="The currency of every amount, ISO 4217.")
    time_zone: str = Field(description="The zone that decides on which day something falls.")


class ColleagueTold(Schema):
    """A colleague, as owners and own fields name him."""

    id: int
    name: str
    team_id: int | None
    team_name: str | None
    is_active: bool


class ColleaguePage(Listed):
    """Colleagues by id."""

    items: list[ColleagueTold]


@router.get("/me", response={200: AccountTold, **PROBLEMS}, url_name="me", operation_id="readAccount")
def read_account(request: Any) -> dict[str, Any]:
    """Who asks, and what he may do."""
    user, token = request.user, request.access_token
    return {
        "user_id": user.pk,
        "user_name": user.name,
        "role": user.role,
        "team_id": user.team_id,
        "token_name": token.name,
        "may_write": token.may_write,
        "expires_at": token.expires_at,
        "permissions": sorted(user.get_all_permissions()),
        "currency": setting("company.currency"),
        "time_zone": setting("company.time_zone"),
    }


@router.get(
    "/colleagues", response={200: ColleaguePage, **PROBLEMS}, url_name="colleague-list", operation_id="listColleagues"
)
def list_colleagues(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """Everybody who works here, those who left as well: what `owner_id` and fields of kind `person` name."""
    page = read_page(User.objects.select_related("team"), cursor=asked.cursor, limit=asked.limit)
    return write_page(page, describe_colleague)


def describe_colleague(user: User) -> dict[str, Any]:
    """A colleague as he is answered."""
    return {
        "id": user.pk,
        "name": user.name,
        "team_id": user.team_id,
        "team_name": user.team.name if user.team else None,
        "is_active": user.is_active,
    }
