"""Notes of one customer and who watches him: the card, and the forms that fill it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.permission_check import refuse_unless
from crm.core.record_restoring import CannotRestore, find_removal, restore_record
from crm.core.toasts import add_error, add_toast
from customers.customer_watching import watch_customer
from customers.forms.note import NoteForm, WatchForm
from customers.models import Customer, Note, Watch
from customers.note_writing import (
    NoteRefused,
    change_note,
    list_colleagues,
    may_change,
    may_remove,
    names_for,
    tell_apart,
    write_note,
)
from customers.rules.note_reading import read_parts
from customers.views.customer import page_url

NOTES_SHOWN = 5
MOST_NOTES = 200
MOST_WATCHERS = 12


@require_GET
def note_card(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """The newest notes, all of them with ``?all=1``, and who watches."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    most = MOST_NOTES if request.GET.get("all") == "1" else NOTES_SHOWN
    notes = Note.objects.visible_to(request.user).filter(customer=customer).select_related("created_by")
    notes = list(notes[: most + 1])
    watches = Watch.objects.filter(customer=customer).select_related("user").order_by("since")
    watches = [] if request.user.is_partner else list(watches[:MOST_WATCHERS])
    named = {key for note in notes for key in note.mentioned}
    names = dict(list_colleagues(customer).filter(pk__in=named).values_list("pk", "name")) if named else {}
    for note in notes:
        note.parts = read_parts(note.text, names)
        note.is_mine = may_change(note, request.user)
    shown = {
        "customer": customer,
        "notes": notes[:most],
        "more": len(notes) > most,
        "watchers": [watch.user for watch in watches],
        "is_watched": any(watch.user_id == request.user.pk for watch in watches),
        "card": "customers/note_card.html",
    }
    return render(request, shown["card"] if request.htmx else "customers/card_alone.html", shown)


@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """A note for colleagues."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.add_note")
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            write_note(customer, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        except NoteRefused as refusal:
            form.add_error("text", str(refusal))
        else:
            add_toast(request, _("Noted."))
            return finish_entry(request, page_url(customer))
    return _show_note(request, form, customer, heading=_("A note for colleagues"))


@require_http_methods(["GET", "POST"])
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words, by whoever wrote it."""
    note = get_object_or_404(Note.objects.visible_to(request.user).select_related("customer"), pk=pk)
    if not may_change(note, request.user):
        raise PermissionDenied
    form = NoteForm(request.POST or None, initial={"text": note.text})
    if request.method == "POST" and form.is_valid():
        try:
            change_note(note, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        except NoteRefused as refusal:
            form.add_error("text", str(refusal))
        else:
            add_toast(request, _("Note changed."))
            return finish_entry(request, page_url(note.customer))
    return _show_note(request, form, note.customer, heading=_("Change the note"), note_shown=note)


def _show_note(request: HttpRequest, form: Any, customer: Customer, **words: Any) -> HttpResponse:
    names = names_for(customer, by=request.user)
    names = [name for key, name in (names | tell_apart(names)).items() if key != request.user.pk]
    shown = {"about": customer, "act": _("Save"), "back_url": page_url(customer), "names": names}
    return show_entry(request, form, template="customers/note_form.html", **shown, **words)


@require_POST
def note_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone; Undo and the bin bring it back."""
    note = get_object_or_404(Note.objects.visible_to(request.user).select_related("customer"), pk=pk)
    if not may_remove(note, request.user):
        raise PermissionDenied
    note.delete()
    add_toast(request, _("Note removed."), undo_url=reverse("customers:note-restore", args=[pk]))
    return finish_entry(request, page_url(note.customer))


@require_POST
def note_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """The undo of a removal."""
    kept = find_removal(Note, pk, at=timezone.now())
    is_his = kept is not None and (not request.user.is_partner or kept.created_by_id == request.user.pk)
    customer_pk = kept.customer_id if kept and is_his else 0
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.add_note")
    try:
        restore_record(Note, pk, by=request.user, at=timezone.now())
    except CannotRestore as refusal:
        add_error(request, str(refusal))
    return redirect(page_url(customer))


@require_http_methods(["GET", "POST"])
def watch_edit(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What of this customer the reader wants to be told."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.view_customer")
    held = Watch.objects.filter(customer=customer, user=request.user).first()
    form = WatchForm(request.POST if request.method == "POST" else None, watch=held)
    if request.method == "POST" and form.is_valid():
        kinds = form.cleaned_data["kinds"]
        watch = watch_customer(customer, kinds=kinds, by=request.user, at=timezone.now())
        add_toast(request, _("You are told from now on.") if watch else _("You are not told any more."))
        return finish_entry(request, page_url(customer))
    heading, note = _("Watch"), _("You are told in the list behind the bell. With nothing chosen you are not.")
    words = {"about": customer, "act": _("Save"), "back_url": page_url(customer)}
    return show_entry(request, form, heading=heading, note=note, **words)
