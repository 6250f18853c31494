"""Two people changed the same record: what each of them wrote, side by side, and the choice between them."""

from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, Form, ModelForm
from django.http import QueryDict

CHOICE_PREFIX = "choose-"
STORED = "stored"


@dataclass
class Difference:
    """A field that differs: the words of both sides; the sender's own value travels on in the form."""

    field: BoundField
    mine: str
    stored: str

    @property
    def choice_name(self) -> str:
        return f"{CHOICE_PREFIX}{self.field.name}"


def _words(field: BoundField, value: Any) -> str:
    """A value as the form shows it: the words of a choice, not its key."""
    if value is None or value == "":
        return ""
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        wanted = str(getattr(value, "pk", value))
        return next((str(words) for key, words in choices if str(key) == wanted), str(value))
    return str(value)


def words_of(field: BoundField) -> str:
    """What an unsent form shows in ``field``, in words."""
    return _words(field, field.field.prepare_value(field.initial))


def list_differences(mine: ModelForm, stored: ModelForm) -> list[Difference]:
    """Fields in which the form as sent (``mine``, valid) and the record as it stands (``stored``) differ."""
    differences = []
    for field in stored:
        if field.is_hidden:
            continue
        sent, kept = mine[field.name].data, field.field.prepare_value(field.initial)
        if field.field.has_changed(field.initial, sent):
            sent_words = _words(mine[field.name], mine.cleaned_data.get(field.name, sent))
            differences.append(Difference(mine[field.name], sent_words, _words(field, kept)))
    return differences


def take_stored(data: QueryDict, stored: Form) -> QueryDict:
    """The data as sent, with the stored value in every field for which the sender chose it."""
    chosen = data.copy()
    for field in stored:
        if data.get(f"{CHOICE_PREFIX}{field.name}") != STORED:
            continue
        value = field.field.prepare_value(field.initial)
        key = field.html_name
        if value in (None, False):
            chosen.pop(key, None)
        else:
            chosen[key] = str(getattr(value, "pk", value))
    return chosen
