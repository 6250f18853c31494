"""The page behind the bell: what the reader was told, and which customers he watches."""

from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from crm.home.news import list_news
from crm.home.shell import ring_bell
from customers.customer_watching import mark_news_seen
from customers.models import Watch

MOST_WATCHED = 100


@require_GET
def news_list(request: HttpRequest) -> HttpResponse:
    """News, newest first. Looking marks nothing; the page itself says so to the server once it is shown."""
    news = list_news(request.user, at=timezone.now())  # type: ignore[arg-type]
    watches = Watch.objects.filter(user=request.user).visible_to(request.user).select_related("customer")
    shown = {
        "news": news,
        "until": news[0].at.isoformat() if news and news[0].is_new else "",
        "watches": watches.order_by("customer__name_folded")[:MOST_WATCHED],
    }
    return render(request, "home/news_list.html", shown)


@require_GET
def news_bell(request: HttpRequest) -> HttpResponse:
    """The bell for a page that stays open, asked for twice a minute; 204 while it would show what it shows already."""
    bell = ring_bell(request.user, path=urlsplit(request.headers.get("Referer", "")).path)  # type: ignore[arg-type]
    if str(bell.count) == request.GET.get("shown"):
        return HttpResponse(status=204)
    return render(request, "components/top_bar.html#bell", {"bell": bell, "bell_url": request.path})


@require_POST
def news_seen(request: HttpRequest) -> HttpResponse:
    """The reader has seen what was told until the moment in the form."""
    try:
        until = parse_datetime(request.POST.get("until", "")[:40])
    except ValueError:
        until = None
    if until is not None and until.tzinfo is not None:
        mark_news_seen(request.user, until=min(until, timezone.now()))  # type: ignore[arg-type]
        cache.delete(f"nav:home:news-list:{request.user.pk}")
    return HttpResponse(status=204) if request.htmx else redirect("home:news-list")  # type: ignore[attr-defined]
