"""The first steps of a new company: customers, orders, the first night, and the list of who may leave.

A page of its own, and a card that pages fetch into their empty state (``hx-get``) as long as the steps are not done: so
whoever has just opened the house always finds the one next thing to do, wherever he looks.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.list_engine import count_about
from crm.core.list_paging import FEW
from crm.core.models import JobRun, User
from crm.home.risk_rankings import find_who_may_leave
from crm.night_requesting import NIGHT
from customers.models import Customer, Order
from segments.models import CurrentScore

OPEN = (JobRun.State.WAITING, JobRun.State.RUNNING)


@dataclass(frozen=True)
class FirstSteps:
    """How far the company is. ``customers`` and ``orders`` are counted about where there are many; ``night`` is the
    one under way or the last that failed. ``is_done``: the scores in force know what customers bought."""

    customers: int
    orders: int
    night: JobRun | None
    is_done: bool

    @property
    def now(self) -> int:
        """The step to do next, from 1; 4 when all are done."""
        if self.is_done:
            return 4
        return 3 if self.orders else 2 if self.customers else 1

    @property
    def is_night_under_way(self) -> bool:
        return self.night is not None and self.night.state in OPEN


def read_first_steps() -> FirstSteps:
    """The state of this company; six short queries at most."""
    last = JobRun.objects.filter(kind=NIGHT).order_by("-pk").first()
    return FirstSteps(
        customers=_count(Customer.objects.all()),
        orders=_count(Order.objects.all()),
        night=last if last is not None and last.state in (*OPEN, JobRun.State.FAILED) else None,
        is_done=CurrentScore.objects.filter(purchase_days__gt=0).exists(),
    )


def _count(rows: QuerySet[Any]) -> int:
    """How many, to the last one up to ``FEW``: a new company's tables are those whose estimate is furthest off."""
    few = rows.order_by()[: FEW + 1].count()
    return few if few <= FEW else count_about(rows)[0]


def _list_next(user: User) -> list[tuple[str, str, str]]:
    """What makes the house one's own afterwards: address, name, why; only what ``user`` may open."""
    offered = [
        (
            "core.manage_users",
            "core:user-list",
            _("Invite colleagues"),
            _("each sees his own customers and his own day"),
        ),
        (
            "customers.assign_customer",
            "home:customer-list",
            _("Give customers an owner"),
            _("select some, or all, and choose who looks after them; alerts go to that person"),
        ),
        (
            "segments.change_segment",
            "segments:segment-list",
            _("Look at the segments"),
            _("five to begin with, each with rules of your own and its own promises"),
        ),
        (
            "core.change_settings",
            "core:setting-list",
            _("Business settings"),
            _("holidays, the hour of the night, what a visit and an hour cost"),
        ),
    ]
    return [(reverse(name), label, why) for permission, name, label, why in offered if user.has_perm(permission)]


@require_GET
@permission_required("customers.import_customer", raise_exception=True)
def first_steps(request: HttpRequest) -> HttpResponse:
    """The page; fetched into another page the card alone, and nothing (204) where all was done before.

    A card that waits for the night asks again with ``waited``, and is then told also that it is done.
    """
    steps = read_first_steps()
    user: User = request.user  # type: ignore[assignment]
    if request.htmx and steps.is_done and "waited" not in request.GET:
        return HttpResponse(status=204)
    context: dict[str, Any] = {"steps": steps, "may_run": user.has_perm("core.run_jobs")}
    context |= {"beside_form": "beside" in request.GET}
    if steps.is_done:
        context |= {"may_leave": count_about(find_who_may_leave(Customer.objects.visible_to(user)))[0]}
        context |= {"next": _list_next(user)}
    return render(request, "home/first_steps.html#card" if request.htmx else "home/first_steps.html", context)
