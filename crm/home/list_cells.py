"""One field changed in its row: E opens it, Enter saves, Escape leaves it, Z takes it back; two people at once hear of
each other."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.core.edit_conflict import words_of
from crm.core.list_catalogue import KnownList
from crm.core.list_engine import Column, load_details
from crm.core.models.edited import EditedModel
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.core.way_back import find_way_back
from crm.home.list_views import find_list


@require_http_methods(["GET", "POST"])
def list_cell(request: HttpRequest, name: str, pk: int, column: str) -> HttpResponse:
    """The form of one field of one row; saved, the cell as it stands then."""
    known = find_list(request, name)
    shown = next((one for one in known.definition.columns if one.name == column and one.edit in known.edits), None)
    row = get_object_or_404(known.find_rows(request), pk=pk)
    if shown is None:
        raise Http404
    edit = known.edits[shown.edit]
    refuse_unless(request.user, edit.permission)
    if request.method == "POST":
        return _undo(request, known, shown, row) if "back" in request.GET else _change(request, known, shown, row)
    form = edit.make_form(None, row=row, field=shown.edit, user=request.user)
    return _show(request, known, shown, row, form, was=_sent_back(form, shown.edit))


def _sent_back(form: Any, field: str) -> str:
    """The value a form was opened on, as it travels in the form."""
    value = form[field].field.prepare_value(form.get_initial_for_field(form.fields[field], field))
    return "" if value is None else str(getattr(value, "pk", value))


def _read(request: HttpRequest, known: KnownList, column: Column, row: Any) -> str:
    form = known.edits[column.edit].make_form(None, row=row, field=column.edit, user=request.user)
    return _sent_back(form, column.edit)


def _change(request: HttpRequest, known: KnownList, column: Column, row: Any) -> HttpResponse:
    before, refusal = _write(request, known, column, row, data=request.POST)
    if refusal:
        return refusal
    row = known.find_rows(request).filter(pk=row.pk).first()
    now = before if row is None else _read(request, known, column, row)
    if now != before:
        said = _("%(name)s: %(field)s changed.") % {"name": row, "field": column.label}
        add_toast(request, said, undo_url=f"{request.path}?{urlencode({'back': before, 'now': now})}")
    if not getattr(request, "htmx", None):
        return redirect(known.url)
    if row is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    load_details([row], known.definition, [column], request)
    return render(request, "lists/table.html#cell", {"row": row, "column": column})


def _undo(request: HttpRequest, known: KnownList, column: Column, row: Any) -> HttpResponse:
    """The value of before again, by the address of the toast that told of the change."""
    data = {"was": request.GET.get("now", ""), column.edit: request.GET["back"]}
    _before, refusal = _write(request, known, column, row, data=data)
    if refusal:
        return refusal
    add_toast(request, _("%(name)s: %(field)s is as it was.") % {"name": row, "field": column.label})
    return redirect(find_way_back(request, default=known.url))


@transaction.atomic
def _write(
    request: HttpRequest, known: KnownList, column: Column, row: Any, *, data: Mapping[str, Any]
) -> tuple[str, HttpResponse | None]:
    """Save the field as ``data`` has it. The value of before, and what to answer where it is refused: it is wrong, or
    somebody changed it since it was read as ``was``."""
    edit, name = known.edits[column.edit], column.edit
    row = get_object_or_404(type(row)._default_manager.select_for_update(of=("self",)), pk=row.pk)
    now = _read(request, known, column, row)
    form = edit.make_form(data, row=row, field=name, user=request.user)
    if not form.is_valid():
        return now, _show(request, known, column, row, form, was=data.get("was", ""), status=422)
    if now not in {data.get("was", ""), str(data.get(name, ""))}:
        stored = edit.make_form(None, row=type(row)._default_manager.get(pk=row.pk), field=name, user=request.user)
        return now, _show(request, known, column, row, form, was=now, stored=words_of(stored[name]), status=422)
    (edit.save or save_field)(row, form, by=request.user, at=timezone.now())
    return now, None


def save_field(row: Any, form: Any, *, by: Any, at: Any) -> None:
    """Write the field, as a save through the whole form would."""
    if isinstance(row, EditedModel):
        row.changed_by, row.edit_version = by, row.edit_version + 1
    row.save()


def _show(
    request: HttpRequest,
    known: KnownList,
    column: Column,
    row: Any,
    form: Any,
    *,
    was: str,
    stored: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "field": form[column.edit], "row": row, "column": column, "known": known, "was": was}
    context["stored"] = stored
    in_place = getattr(request, "htmx", None)
    answer = render(request, f"lists/cell_edit.html{'#cell' if in_place else ''}", context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer
