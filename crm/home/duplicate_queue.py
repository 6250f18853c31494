"""The queue of pairs that may be one customer: most value first, decided by one key each, and taken back."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from crm.home.duplicate_preview import choose_sides, load_preview
from customers.customer_merging import MERGE_FIELDS, MergeRefused, merge_customers, take_apart
from customers.duplicate_deciding import PairDecided, ask_again, put_off, tell_apart, tell_decision
from customers.duplicate_wording import list_reasons
from customers.models import CustomerMerge, DuplicatePair, DuplicateSearch
from segments.models import Membership

MAY_MERGE = "customers.merge_customer"
SHOWN = 20
MOST_COUNTED = 1_000
LATER_DAYS = 14
LATELY = 5
JUDGED = 100


@dataclass(frozen=True)
class QueueRow:
    """A pair as the queue tells of it."""

    pair: DuplicatePair
    grade: str
    segment: Any
    reasons: str


def find_open_pairs(user: User, *, on: date) -> Any:
    """Pairs that wait for ``user`` on the local day ``on``, most value first."""
    waiting = DuplicatePair.objects.visible_to(user).open().filter(Q(later_until=None) | Q(later_until__lte=on))
    return waiting.select_related("first__score", "second__score").order_by("-weight", "-id")


def count_open_pairs(user: User, *, on: date) -> int:
    """Pairs that wait for ``user`` on the local day ``on``; at most 1,000 are counted."""
    return int(find_open_pairs(user, on=on).order_by()[:MOST_COUNTED].count())


def _count_states(user: User, *, on: date) -> Counter[str]:
    """Pairs that wait, and pairs said to differ, by state; at most 1,000 of each are counted, in one query."""
    waiting = find_open_pairs(user, on=on).order_by().values_list("state", flat=True)[:MOST_COUNTED]
    different = DuplicatePair.objects.visible_to(user).filter(state=DuplicatePair.State.DIFFERENT).order_by()
    return Counter(waiting.union(different.values_list("state", flat=True)[:MOST_COUNTED], all=True))


def _read_place(raw: str) -> tuple[int, int] | None:
    weight, _dot, pk = raw.partition(".")
    is_place = all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (weight, pk))
    return (int(weight), int(pk)) if is_place else None


def _list_rows(pairs: list[DuplicatePair]) -> list[QueueRow]:
    """With class and segment of the first who has one."""
    ids = [pk for pair in pairs for pk in (pair.first_id, pair.second_id)]
    memberships = Membership.objects.current().filter(customer__in=ids).select_related("segment")
    segments = {row.customer_id: row.segment for row in memberships}
    rows = []
    for pair in pairs:
        scores = [getattr(customer, "score", None) for customer in (pair.first, pair.second)]
        grade = min((score.grade for score in scores if score and score.grade), default="")
        segment = segments.get(pair.first_id) or segments.get(pair.second_id)
        reasons = ", ".join(str(words) for words, _value in list_reasons(pair.evidence)[:3])
        rows.append(QueueRow(pair, grade, segment, reasons))
    return rows


def _load_judgement(user: User) -> dict[str, Any]:
    """How right the last merges were: those not taken apart, and what is to be undone."""
    merges = CustomerMerge.objects.visible_to(user).order_by("-merged_at", "-id")
    last = list(merges.select_related("kept", "gone", "merged_by")[:JUDGED])
    held = [merge for merge in last if merge.undone_at is None]
    return {
        "merged": len(last),
        "held": len(held),
        "lately": held[:LATELY],
    }


@require_GET
def duplicate_queue(request: HttpRequest) -> HttpResponse:
    """The queue, with the pair asked for open beside it; the first is fetched when the queue is there."""
    refuse_unless(request.user, MAY_MERGE)
    user: User = request.user  # type: ignore[assignment]
    on = company_day(timezone.now())
    waiting = find_open_pairs(user, on=on)
    counts = _count_states(user, on=on)
    if (place := _read_place(request.GET.get("after", ""))) is not None:
        waiting = waiting.filter(Q(weight__lt=place[0]) | Q(weight=place[0], pk__lt=place[1]))
    found = list(waiting[: SHOWN + 1])
    shown = {"rows": _list_rows(found[:SHOWN]), "total": counts["open"], "different": counts["different"]}
    shown["search"] = DuplicateSearch.objects.filter(id=1).first()
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    shown["next_place"] = f"{last.weight}.{last.pk}" if last else ""
    return render(
        request,
        "home/duplicate_queue.html",
        {**shown, **_load_judgement(user), **_open_pair(request, user, found, on=on)},
    )


def _open_pair(request: HttpRequest, user: User, found: list[DuplicatePair], *, on: date) -> dict[str, Any]:
    asked, pair = request.GET.get("pair", ""), None
    if asked.isascii() and asked.isdecimal() and len(asked) < 18:
        sides = ("first__score", "second__score", "first__owner", "second__owner", "first__team", "second__team")
        seen = DuplicatePair.objects.visible_to(user).select_related("decided_by", *sides)
        pair = get_object_or_404(seen, pk=asked)
        if pair.state != DuplicatePair.State.OPEN:  # decided since the list was read: who did, and the next pair
            add_error(request, tell_decision(pair))
            pair = None
    if pair is None:
        return {"pair": None, "first_pair": found[0] if found else None}
    swap = request.GET.get("other") == "stays"
    kept, gone = choose_sides(pair, swap=swap)
    return {
        "pair": pair,
        "kept": kept,
        "gone": gone,
        "is_swapped": swap,
        "preview": load_preview(kept, gone, user=user, on=on),
        "for_it": list_reasons(pair.evidence),
        "against_it": list_reasons(pair.evidence, against=True),
    }


def _find_pair(request: HttpRequest, pk: int) -> DuplicatePair:
    pairs = DuplicatePair.objects.visible_to(request.user).select_related("first", "second")  # type: ignore[arg-type]
    pair = get_object_or_404(pairs, pk=pk)
    refuse_unless(request.user, MAY_MERGE)
    return pair


@require_POST
def duplicate_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one go into the other, field by field as chosen."""
    pair = _find_pair(request, pk)
    sides = (pair.second, pair.first) if request.POST.get("kept") == str(pair.second_id) else (pair.first, pair.second)
    choices = {name: request.POST.get(f"field-{name}", "") for name in MERGE_FIELDS}
    try:
        merge = merge_customers(*sides, choices=choices, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except MergeRefused as refused:
        add_error(request, str(refused))
    else:
        words = {"gone": merge.gone.number, "kept": merge.kept.name}
        undo = reverse("home:merge-undo", args=[merge.pk])
        add_toast(request, _("%(gone)s went into “%(kept)s”.") % words, undo_url=undo)
    return redirect("home:duplicate-queue")


@require_POST
def duplicate_different(request: HttpRequest, pk: int) -> HttpResponse:
    """They are two customers."""
    pair = _find_pair(request, pk)
    try:
        tell_apart(pair, by=request.user, at=timezone.now(), reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
    except PairDecided as decided:
        add_error(request, str(decided))
    else:
        undo = reverse("home:duplicate-again", args=[pair.pk])
        words = {"first": pair.first.name, "second": pair.second.name}
        add_toast(request, _("%(first)s and %(second)s are two customers.") % words, undo_url=undo)
    return redirect("home:duplicate-queue")


@require_POST
def duplicate_later(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again in two weeks."""
    pair = _find_pair(request, pk)
    try:
        put_off(pair, until=company_day(timezone.now()) + timedelta(days=LATER_DAYS))
    except PairDecided as decided:
        add_error(request, str(decided))
    else:
        undo = reverse("home:duplicate-again", args=[pair.pk])
        add_toast(request, _("Asked again in %(days)s days.") % {"days": LATER_DAYS}, undo_url=undo)
    return redirect("home:duplicate-queue")


@require_POST
def duplicate_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was said about a pair."""
    try:
        pair = ask_again(_find_pair(request, pk))
    except PairDecided as decided:
        add_error(request, str(decided))
        return redirect("home:duplicate-queue")
    return redirect(
        f"{reverse('home:duplicate-queue')}?pair={pair.pk}" if pair.state == pair.State.OPEN else "home:duplicate-queue"
    )


@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge apart."""
    merge = get_object_or_404(CustomerMerge.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, MAY_MERGE)
    try:
        apart = take_apart(merge, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except MergeRefused as refused:
        add_error(request, str(refused))
        return redirect("home:duplicate-queue")
    words = {"kept": apart.kept.name, "gone": apart.gone.name, "left": apart.left}
    said = _("%(kept)s and %(gone)s are two customers again.") % words
    if apart.left:
        left = ngettext(
            "%(left)s thing that was changed since stays with %(kept)s.",
            "%(left)s things that were changed since stay with %(kept)s.",
            apart.left,
        )
        said += " " + left % words
    add_toast(request, said)
    return redirect("home:duplicate-queue")
