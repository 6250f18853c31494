"""Forms of notes and of watching a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.customer_watching import KINDS
from customers.models import Watch
from customers.note_writing import LONGEST_NOTE


class NoteForm(forms.Form):
    """Words for colleagues; the browser offers their names after an @."""

    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 5, "dir": "auto", "data-mentions": "mention-names", "data-focus": ""}),
        help_text=_("For colleagues only. @ and a name tells that colleague."),
    )


class WatchForm(forms.Form):
    """What of a customer a colleague wants to hear; nothing chosen ends it."""

    kinds = forms.MultipleChoiceField(
        label=_("Tell me when this customer"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, watch: Watch | None = None) -> None:
        held = [kind for kind in KINDS if watch is None or getattr(watch, kind)]
        super().__init__(data, initial={"kinds": held})
        choices = [(kind, Watch._meta.get_field(kind).verbose_name) for kind in KINDS]
        self.fields["kinds"].choices = choices  # type: ignore[attr-defined]
