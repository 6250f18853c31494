"""After the night: the portfolios that are too large to be added up while somebody waits are worked out once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Q

from crm.core.local_time import company_day
from crm.core.models import Role, User
from crm.home.product_figures import KEPT_SECONDS, LIVE_CUSTOMERS, name_figures, work_out_figures
from crm.home.product_scope import Scope, forget_scope, read_scope
from customers.rules.sales_periods import Comparison, compare_quarters, compare_years
from segments.segment_figures import find_last_day

SEEN_WITHIN = timedelta(days=35)  # for whoever was away for longer his first visit works it out


def keep_portfolios(*, at: datetime, progress: Callable[[int, int], None]) -> int:
    """Work out what the product pages of managers, admins and reps with many customers read; how many portfolios."""
    today = company_day(at)
    until = find_last_day(until=today) or today
    scopes = list(list_large_scopes(at=at).values())
    for done, scope in enumerate(scopes, start=1):
        for comparison in (compare_years(until), compare_quarters(until)):
            keep_scope(scope, comparison=comparison, today=today, at=at)
        progress(done, len(scopes))
    return len(scopes)


def list_large_scopes(*, at: datetime) -> dict[str, Scope]:
    """The scopes that colleagues who were here lately may choose, chosen anew and each once, by key."""
    found: dict[str, Scope] = {}
    seen: set[str] = set()
    was_here = Q(last_seen_at__gte=at - SEEN_WITHIN) | Q(last_login__gte=at - SEEN_WITHIN)  # some never sign out
    for user in User.objects.active().filter(was_here).order_by("pk"):
        whoses = [choice for choice, _name in read_scope(user, "").choices if not choice.startswith("rep-")]
        for whose in whoses if user.role != Role.REP else ["mine"]:
            key = read_scope(user, whose).key
            if key in seen:
                continue
            seen.add(key)
            forget_scope(key)
            scope = read_scope(user, whose)
            if len(scope.customer_ids) > LIVE_CUSTOMERS:
                found[key] = scope
    return found


def keep_scope(scope: Scope, *, comparison: Comparison, today: date, at: datetime) -> None:
    """Put the figures of one portfolio where its pages look for them."""
    figures = work_out_figures(scope.customer_ids, comparison=comparison, today=today, at=at)
    cache.set(name_figures(scope.key, comparison), figures, KEPT_SECONDS)
