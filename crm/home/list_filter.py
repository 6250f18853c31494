"""Filters of a list, asked for when wanted: the list's own, and a rule of the criteria grammar built row by row."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from crm.core.formats import format_number
from crm.core.fragments import wants_fragment
from crm.core.list_catalogue import FilterLost, KnownList, find_matching
from crm.core.list_engine import narrow_rows
from crm.core.list_paging import count_within
from crm.core.view_choosing import choose_view
from crm.home.customer_rule import read_rule, write_rule
from crm.home.list_views import find_list, read_state
from segments.criteria_form import (
    RuleForm,
    RuleTooDeep,
    build_rule_form,
    change_rule_form,
    list_metrics,
    read_rule_form,
)
from segments.rule_builder import show_rule

COUNT_SECONDS = 10


@require_http_methods(["GET", "POST"])
def list_filter(request: HttpRequest, name: str) -> HttpResponseBase:
    """The filters to choose from; "Show" leads to the list with the rule built here."""
    known = find_list(request, name)
    chosen = choose_view(known, request)
    form, too_deep = _read_builder(known, request)
    rule = show_rule(form, before={}, for_segment=False)
    if request.method == "POST" and request.POST.get("act") == "show" and (rule.is_usable or not rule.criteria):
        return _lead(request, known, write_rule(rule.criteria))
    _rows, controls = narrow_rows(known.find_rows(request), known.definition, request)
    fragment = wants_fragment(request, ("filter", "workbench"))
    context = {
        "known": known,
        "controls": [control for control in controls if control.filter.in_form],
        "others": [control for control in controls if not control.filter.in_form and control.value],
        "rule": rule if known.rule_filter else None,
        "too_deep": too_deep,
        "editor": {"metrics": list_metrics(for_segment=False)},
        "asked": request.POST.get("act") == "show",
        "act_url": request.get_full_path(),
        "view": chosen.current,
        "state": [
            (key, value) for key, value in request.GET.items() if key in {"view", "columns", "sort", *known.scope}
        ],
    }
    response = render(request, f"lists/filter.html{'#' + fragment if fragment else ''}", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _read_builder(known: KnownList, request: HttpRequest) -> tuple[RuleForm, bool]:
    """The rows of the builder: as sent, else of the rule in force; whether that rule has too many levels for rows."""
    if request.method == "POST":
        return change_rule_form(read_rule_form(request.POST), request.POST.get("act", "")), False
    try:
        return build_rule_form(read_rule(request.GET.get(known.rule_filter, "")) or {}), False
    except RuleTooDeep:
        return build_rule_form({}), True


def _lead(request: HttpRequest, known: KnownList, rule: str) -> HttpResponse:
    state = request.GET.copy()
    for key in ("after", "before", known.rule_filter):
        state.pop(key, None)
    if rule:
        state[known.rule_filter] = rule
    url = f"{known.url}?{state.urlencode() or 'view=all'}"
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", None) else redirect(url)


@require_GET
def list_count(request: HttpRequest, name: str) -> HttpResponse:
    """How many rows match, counted to the last one, and what the money columns shown add up to; asked for by hand, and
    given up after ten seconds."""
    known = find_list(request, name)
    columns, _lost = known.definition.choose_columns(choose_view(known, request).columns)
    money = [column for column in columns if column.sum]
    context: dict[str, Any] = {"known": known, "query": f"?{request.GET.urlencode()}"}
    try:
        rows = find_matching(known, user=request.user, query=read_state(request))
        found = count_within(rows, seconds=COUNT_SECONDS, sums=[column.sum for column in money])
    except FilterLost as lost:
        context["lost"] = str(lost)
    else:
        context["count"] = None if found is None else format_number(found[0])
        context["sums"] = list(zip(money, found[1:], strict=True)) if found else []
    in_place = getattr(request, "htmx", None)
    response = render(request, f"lists/count.html{'#count' if in_place else ''}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
