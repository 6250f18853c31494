"""The five pages of a noun: list, detail, new, edit, delete. Subclass, name the model, the form and the permission.

All of them ask first whether the row may be seen (``visible_to`` → 404), then whether the reader may do this
(``permission`` → 403). ``parent_model`` hangs the noun on another one: ``/customers/<customer_pk>/people/new/``. An
htmx request whose target is the id of a named partial gets that partial alone (``page.html#rows``); everything works
without. Forms carry a token, so the same form sent twice makes one record; records with an ``edit_version`` are never
overwritten by somebody who saw an older one: he gets both versions side by side and chooses.
"""

from typing import Any
from urllib.parse import quote

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.crypto import get_random_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views import generic

from crm.core.bin_reading import find_undo_url
from crm.core.edit_conflict import list_differences, take_stored
from crm.core.fragments import wants_fragment
from crm.core.list_engine import ListDefinition, ListPage, build_list
from crm.core.models.edited import EditedModel
from crm.core.toasts import add_error, add_toast

TOKEN_SECONDS = 3600


def visible_rows(model: type[models.Model], user: Any) -> QuerySet[Any]:
    """Rows of ``model`` that ``user`` may see; every row of a model that knows no owner."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


class ScopedMixin:
    """Who may see the row, who may do this, and which part of the page is asked for."""

    model: type[models.Model]
    permission = ""
    parent_model: type[models.Model] | None = None
    parent_field = "customer"
    fragments: tuple[str, ...] = ()
    frame = "generic/frame.html"
    title: Any = ""
    back_label: Any = ""
    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.parent = None
        if self.parent_model is not None:
            parents = visible_rows(self.parent_model, request.user)
            self.parent = get_object_or_404(parents, pk=kwargs[f"{self.parent_field}_pk"])
        if "pk" in kwargs:
            self.found = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        if self.permission and not request.user.has_perm(self.permission):  # type: ignore[union-attr]
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response  # type: ignore[no-any-return]

    def get_queryset(self) -> QuerySet[Any]:
        """Rows that may be seen, of the parent in the address; extend with ``select_related``."""
        rows = visible_rows(self.model, self.request.user)
        return rows if self.parent is None else rows.filter(**{self.parent_field: self.parent})

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        return self.found

    def get_template_names(self) -> list[str]:
        names: list[str] = super().get_template_names()  # type: ignore[misc]
        fragment = wants_fragment(self.request, self.fragments)
        return [f"{name}#{fragment}" for name in names[:1]] if fragment else names

    def get_back_url(self) -> str:
        """Where Cancel and the path above the title lead."""
        return getattr(self.parent or getattr(self, "found", None), "get_absolute_url", lambda: "/")()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**context)  # type: ignore[misc]
        words = {
            "frame": self.frame,
            "title": self.title,
            "back_url": self.get_back_url(),
            "back_label": str(self.back_label or self.parent or getattr(self, "found", "")),
        }
        return {**words, "parent": self.parent, "permission": self.permission, **shown}


class ListView(ScopedMixin, generic.ListView):
    """A list by the list engine. ``new_url`` and ``new_permission`` put the one filled button in its head."""

    definition: ListDefinition
    template_name = "generic/list.html"
    fragments = ("rows",)
    keep: tuple[str, ...] = ()
    new_permission = ""
    new_label: Any = ""
    empty_text: Any = ""

    def get_new_url(self) -> str:
        return ""

    def make_page(self) -> ListPage:
        return build_list(self.object_list, self.definition, self.request, keep=self.keep)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        page = self.make_page()
        may_add = self.new_label and (not self.new_permission or self.request.user.has_perm(self.new_permission))
        words = {"new_url": self.get_new_url() if may_add else "", "new_label": self.new_label}
        return super().get_context_data(list=page, empty_text=self.empty_text, **words, **context)

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        response = super().render_to_response(context, **options)
        if wants_fragment(self.request, self.fragments):
            response["HX-Push-Url"] = f"{self.request.path}{context['list'].address}"
        return response


class DetailView(ScopedMixin, generic.DetailView):
    """One record."""


class _SavingMixin(ScopedMixin):
    """What new and edit share."""

    template_name = "generic/form.html"
    said: Any = ""
    object: Any

    def form_invalid(self, form: ModelForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)  # type: ignore[attr-defined, no-any-return]

    def save_form(self, form: ModelForm) -> Any:
        """Write the record; override to call the verb that does it."""
        row = form.save(commit=False)
        if isinstance(row, EditedModel):
            row.note_edit(by=self.request.user)
        row.save()
        form.save_m2m()
        return row

    def get_success_url(self) -> str:
        return self.get_back_url()

    def finish(self, form: ModelForm) -> HttpResponse:
        try:
            with transaction.atomic():
                self.object = self.save_form(form)
        except IntegrityError:
            form.add_error(None, _("Somebody saved the same at this moment. Please look again."))
            return self.form_invalid(form)
        add_toast(self.request, str(self.said) or _("%(name)s saved.") % {"name": capfirst(str(self.object))})
        return HttpResponseRedirect(self.get_success_url())


class CreateView(_SavingMixin, generic.CreateView):
    """A new record; the same form sent twice makes one and leads to it."""

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.parent is not None and kwargs.get("instance") is None:
            kwargs["instance"] = self.model(**{self.parent_field: self.parent})
        return kwargs

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(form_token=get_random_string(24), **context)

    def token_key(self) -> str:
        return f"form:{self.request.user.pk}:{quote(self.request.POST.get('form_token', '')[:40])}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        made = "form_token" in request.POST and cache.get(self.token_key())
        return HttpResponseRedirect(made) if made else super().post(request, *args, **kwargs)

    def form_valid(self, form: ModelForm) -> HttpResponse:
        key = self.token_key()
        if "form_token" in self.request.POST and not cache.add(key, "", TOKEN_SECONDS):
            return HttpResponseRedirect(cache.get(key) or self.get_back_url())
        try:
            response = self.finish(form)
        except BaseException:
            cache.delete(key)
            raise
        if response.status_code == 302:
            cache.set(key, response["Location"], TOKEN_SECONDS)
        else:
            cache.delete(key)
        return response


class UpdateView(_SavingMixin, generic.UpdateView):
    """An edit. The form carries the ``edit_version`` it was opened on; an older one is answered with both versions."""

    conflict_template = "generic/conflict.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(edit_version=self.version_sent(), **context)

    def version_sent(self) -> str:
        return self.request.POST.get("edit_version", "") or str(getattr(self.found, "edit_version", ""))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            locked = self.model._default_manager.select_for_update(of=("self",)).filter(pk=self.found.pk)
            self.object = self.found = get_object_or_404(locked)
            stored = self.get_form_class()(**{**self.get_form_kwargs(), "data": None, "files": None})
            kwargs = self.get_form_kwargs()
            form = self.get_form_class()(**{**kwargs, "data": take_stored(kwargs["data"], stored)})
            current = str(getattr(self.found, "edit_version", ""))
            if not form.is_valid():
                return self.form_invalid(form)
            if self.version_sent() != current and (differences := list_differences(form, stored)):
                return self.show_conflict(form, differences, version=current)
            return self.finish(form)

    def show_conflict(self, form: ModelForm, differences: list[Any], *, version: str) -> HttpResponse:
        """Both versions, field by field; saving from there is checked against the version seen now."""
        add_error(self.request, _("Somebody else changed this while you were writing. Nothing is lost: choose."))
        shown = {"form": form, "differences": differences, "differing": {d.field.name for d in differences}}
        self.template_name = self.conflict_template
        return self.render_to_response({**self.get_context_data(**shown), "edit_version": version}, status=409)


class DeleteView(ScopedMixin, generic.DeleteView):
    """Takes a record away after its own page asked once; kept history shows what it was."""

    template_name = "generic/delete.html"

    def get_success_url(self) -> str:
        return self.get_back_url()

    def remove(self) -> None:
        """Take the record away; override to call the verb that does it."""
        self.object.delete()

    def form_valid(self, form: Any) -> HttpResponse:
        name, undo = str(self.object), find_undo_url(self.object, user=self.request.user)  # type: ignore[arg-type]
        try:
            with transaction.atomic():
                self.remove()
        except ProtectedError:
            add_error(self.request, _("%(name)s is still used elsewhere and stays.") % {"name": name})
            return HttpResponseRedirect(self.get_back_url())
        add_toast(self.request, _("%(name)s removed.") % {"name": name}, undo_url=undo)
        return HttpResponseRedirect(self.get_success_url())
