"""A short form that stands in the dialog where script runs, and on a page of its own where it does not.

    return show_entry(request, form, heading=_("Estimate the spend"), about=customer, act=_("Save"), back_url=url)

A link opens it with ``hx-get`` and ``hx-target="#dialog"``; ``finish_entry`` leads to the page it changed.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from crm.core.fragments import wants_fragment


def show_entry(
    request: HttpRequest,
    form: forms.Form | forms.ModelForm,
    *,
    heading: Any,
    act: Any,
    back_url: str,
    about: object = "",
    note: Any = "",
    template: str = "components/entry_form.html",
    **context: Any,
) -> HttpResponse:
    """The form; one that was sent and refused is answered with 422. ``note`` explains it in a sentence or two.

    A new long text is kept as a draft until it is sent; a change of one that stands is not, or an old draft would lie
    over what somebody else wrote meanwhile.
    """
    in_dialog = bool(wants_fragment(request, ("dialog",)))
    shown = {
        "form": form,
        "heading": heading,
        "act": act,
        "about": str(about),
        "note": note,
        "back_url": back_url,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "in_dialog": in_dialog,
        "keeps_draft": any(field.widget_type == "textarea" and not field.initial for field in form),
        "frame": f"components/entry_{'dialog' if in_dialog else 'page'}.html",
        **context,
    }
    response = render(request, template, shown, status=422 if request.method == "POST" else 200)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def finish_entry(request: HttpRequest, url: str) -> HttpResponse:
    """To the page the form was opened from (``next``, when it is ours), else to ``url``; a dialog closes with it."""
    wanted = request.POST.get("next", "")
    to = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else url
    return HttpResponseClientRedirect(to) if getattr(request, "htmx", None) else redirect(to)
