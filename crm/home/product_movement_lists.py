"""The customers behind a bar, the items behind a figure, and both as files."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.table_export import neutralise
from crm.home.product_movement import Movement, read_movement
from crm.home.product_scope import read_scope
from crm.home.sales_comparison import MOVEMENT_KEYS, MOVEMENT_WORDS, PART_WORDS
from customers.lost_items import LostItems, find_lost_items
from customers.models import Customer

PAGE = 50
WHITE = "white-space"


@dataclass
class MovedCustomer:
    """A customer behind a bar: cents before and now, and his part of the bar."""

    customer: Any
    before_cents: int
    now_cents: int
    part_cents: int


def find_moved(movement: Movement, bar: str) -> list[tuple[int, int, int, int]]:
    """Customer id, cents before and now, and his part of the bar, the largest first; they add up to the bar.

    An unknown bar raises ``Http404``.
    """
    figures = movement.figures
    change = figures.now_cents - figures.before_cents
    names = {key: number for number, key in MOVEMENT_KEYS.items()}
    if bar in names:
        part = np.where(figures.movements == names[bar], change, 0)
        keep = figures.movements == names[bar]
    elif bar in {"price", "volume", "mix"}:
        part = figures.parts[bar]
        keep = part != 0
    else:
        raise Http404
    order = np.argsort(-np.abs(part[keep]), kind="stable")
    columns = (figures.customers[keep], figures.before_cents[keep], figures.now_cents[keep], part[keep])
    return list(zip(*(column[order].tolist() for column in columns), strict=True))


@require_GET
def product_movement_list(request: HttpRequest) -> HttpResponse:
    """The customers behind a bar of the bridge, or those who lack a family."""
    movement = read_movement(request)
    bar = request.GET.get("bar", "")
    if bar == WHITE:
        return _show_gap(request, movement)
    rows = find_moved(movement, bar)
    page, number, last = cut_page(rows, request.GET.get("page", ""))
    customers = _read_customers(row[0] for row in page)
    context = {
        "movement": movement,
        "choice": movement.choice,
        "scope": movement.scope,
        "bar": bar,
        "title": MOVEMENT_WORDS.get(bar) or PART_WORDS[bar],
        "rows": [MovedCustomer(customers[pk], *cents) for pk, *cents in page],
        "count": len(rows),
        "total": sum(row[3] for row in rows),
        "page": number,
        "last": last,
    }
    return render(request, "home/product_movement_list.html", context)


def _show_gap(request: HttpRequest, movement: Movement) -> HttpResponse:
    family = request.GET.get("family", "")
    gap = next((one for one in movement.figures.gaps if one.family == family), None)
    if gap is None:
        raise Http404
    page, number, last = cut_page(gap.customer_ids, request.GET.get("page", ""))
    context = {"movement": movement, "scope": movement.scope, "choice": movement.choice, "gap": gap}
    customers = _read_customers(page)
    rows = [customers[pk] for pk in page]
    return render(request, "home/white_space_list.html", {**context, "rows": rows, "page": number, "last": last})


@require_GET
def lost_item_list(request: HttpRequest) -> HttpResponse:
    """The lost items of a portfolio, of one customer or of one family; the rows add up to the figure above them."""
    refuse_unless(request.user, "customers.view_order")
    customer, scope = None, None
    if key := request.GET.get("customer"):
        customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=int(key) if _is_key(key) else 0)
    else:
        scope = read_scope(request.user, request.GET.get("whose", ""))  # type: ignore[arg-type]
    ids = scope.customer_ids if scope else [customer.pk]  # type: ignore[union-attr]
    lost = find_lost_items(ids, on=company_day(timezone.now()))
    context = {"scope": scope, "customer": customer, "family": request.GET.get("family")}
    return render(request, "home/lost_item_list.html", context | _cut_items(lost, request))


def _cut_items(lost: LostItems, request: HttpRequest) -> dict[str, Any]:
    """The page of the items asked for, of one family where the address names one, and what all of them sum to."""
    family = request.GET.get("family")
    chosen = lost if family is None else lost.of_family(family)
    number, last = find_page(len(chosen), request.GET.get("page", ""))
    items = chosen.read((number - 1) * PAGE, number * PAGE)
    customers = _read_customers({item.customer_id for item in items})
    rows = [(customers[item.customer_id], item) for item in items]
    return {"rows": rows, "count": len(chosen), "total": chosen.weekly_cents, "page": number, "last": last}


def _is_key(text: str) -> bool:
    return text.isdecimal() and len(text) < 18


def _read_customers(ids: Iterable[int]) -> dict[int, Any]:
    return Customer.objects.select_related("score", "owner").in_bulk(list(ids))


def cut_page(rows: list[Any], asked: str) -> tuple[list[Any], int, int]:
    """The rows of a page, its number from 1 and the number of the last."""
    number, last = find_page(len(rows), asked)
    return rows[(number - 1) * PAGE : number * PAGE], number, last


def find_page(rows: int, asked: str) -> tuple[int, int]:
    """The page that is asked for as far as there is one, from 1, and the last."""
    last = max(1, -(-rows // PAGE))
    return min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 7 else 1, last


@require_GET
def product_movement_file(request: HttpRequest) -> HttpResponse:
    """The customers of the bridge with all their parts, or (``list=items``) the lost items, as CSV."""
    refuse_unless(request.user, "customers.export_customer")
    movement = read_movement(request)
    if request.GET.get("list") == "items":
        name, lines = "lost-items", _list_item_lines(movement)
    else:
        name, lines = "product-movement", _list_customer_lines(movement)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{movement.choice.until.isoformat()}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    for line in lines:
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in line])
    return response


def _money(cents: int) -> str:
    """Cents as a plain number that a spreadsheet reads; a minus here is no formula."""
    return f"{cents / 100:.2f}"


def _list_customer_lines(movement: Movement) -> Iterator[list[Any]]:
    figures, parts = movement.figures, movement.figures.parts
    names = Customer.objects.in_bulk(figures.customers.tolist())
    yield [_("number"), _("customer"), _("before"), _("now"), _("movement"), *(str(PART_WORDS[name]) for name in parts)]
    for place, pk in enumerate(figures.customers.tolist()):
        key = MOVEMENT_KEYS.get(figures.movements[place], "")
        yield [
            names[pk].number,
            names[pk].name,
            float(_money(int(figures.before_cents[place]))),
            float(_money(int(figures.now_cents[place]))),
            str(MOVEMENT_WORDS.get(key, "")),
            *(float(_money(int(cents[place]))) for cents in parts.values()),
        ]


def _list_item_lines(movement: Movement) -> Iterator[list[Any]]:
    lost = movement.figures.lost_items.read()
    names = Customer.objects.in_bulk({item.customer_id for item in lost})
    yield [
        _("number"),
        _("customer"),
        _("item number"),
        _("item"),
        _("family"),
        _("own rhythm, days"),
        _("last bought"),
        _("silent, days"),
        _("lost a week"),
    ]
    for item in lost:
        yield [
            names[item.customer_id].number,
            names[item.customer_id].name,
            item.number,
            item.name,
            item.family,
            round(item.mean_gap_days, 1),
            item.last_day.isoformat(),
            item.silent_days,
            float(_money(item.weekly_cents)),
        ]
