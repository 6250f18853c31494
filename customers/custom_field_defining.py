"""An admin defines fields: adds, renames, orders, archives and brings back; never a value is lost by it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from crm.core.models import User
from customers.custom_field_catalogue import forget_fields, read_options
from customers.custom_field_sorting import sort_afterwards
from customers.models import CustomField, CustomValueSet
from customers.rules.custom_value_order import MOST_SORTED, SORTED_KINDS
from customers.rules.custom_values import CHOICE, Option, is_protected_label, make_options
from customers.rules.import_values import fold_word

MOST_FIELDS = 200
MOST_OPTIONS = 100


class CustomFieldRefused(Exception):
    """The field cannot be like this; the message says why."""


@dataclass(frozen=True)
class FieldWish:
    """What an admin wants of a field. ``renamed`` maps keys of options to their new names; an option whose name is
    empty is offered no longer. ``added`` are the names of new ones."""

    label: str
    about: str = ""
    help_text: str = ""
    is_protected: bool = False
    is_sorted: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    added: Sequence[str] = ()


def is_closed_to_rules(wish: FieldWish) -> bool:
    """Whether no rule may ask the field, because somebody said so or by its name."""
    return wish.is_protected or is_protected_label(wish.label)


def tell_change() -> None:
    """Everybody reads the fields anew: this process at once, and all once the change is kept."""
    forget_fields()
    transaction.on_commit(forget_fields)


@transaction.atomic
def add_field(wish: FieldWish, *, kind: str, by: User) -> CustomField:
    """A new field at the end of the order. Raises ``CustomFieldRefused``."""
    if CustomField.objects.filter(archived_at=None).count() >= MOST_FIELDS:
        raise CustomFieldRefused(gettext("There are 200 fields already. Archive one that nobody fills in."))
    last = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
    made = CustomField(kind=kind, position=last + 1, created_by=by)
    return _keep(made, wish, by=by)


@transaction.atomic
def change_field(custom_field: CustomField, wish: FieldWish, *, by: User) -> CustomField:
    """Other words, other customers, other options. Raises ``CustomFieldRefused``."""
    held = CustomField.objects.select_for_update().get(pk=custom_field.pk)
    held.edit_version += 1
    return _keep(held, wish, by=by)


def _keep(held: CustomField, wish: FieldWish, *, by: User) -> CustomField:
    label = " ".join(wish.label.split())[:80]
    if not label:
        raise CustomFieldRefused(gettext("A field needs a name."))
    _refuse_twice(label, but=held.pk)
    held.label, held.about, held.help_text = label, wish.about, wish.help_text.strip()[:200]
    held.is_protected = is_closed_to_rules(wish)
    _set_sorted(held, wish, by=by)
    if held.kind == CHOICE:
        held.options = [asdict(option) for option in _change_options(held, wish)]
    held.changed_by = by
    held.save()
    tell_change()
    return held


def _set_sorted(held: CustomField, wish: FieldWish, *, by: User) -> None:
    """The index comes and goes afterwards, beside the work of the day."""
    is_sorted = wish.is_sorted
    if is_sorted == held.is_sorted:
        return
    if is_sorted and held.kind not in SORTED_KINDS:
        raise CustomFieldRefused(gettext("Lists cannot be sorted by colleagues or links."))
    if is_sorted and len(others := _list_sorted(but=held.pk)) >= MOST_SORTED:
        names = ", ".join(others)
        words = {"most": MOST_SORTED, "names": names}
        raise CustomFieldRefused(gettext("Lists are sorted by at most %(most)s own fields: %(names)s.") % words)
    held.is_sorted = is_sorted
    sort_afterwards(by=by)


def _list_sorted(*, but: int | None) -> list[str]:
    """The names of the other fields in use that lists may be sorted by."""
    others = CustomField.objects.filter(is_sorted=True, archived_at=None).exclude(pk=but)
    return list(others.values_list("label", flat=True))


def _refuse_twice(label: str, *, but: int | None) -> None:
    same = CustomField.objects.filter(archived_at=None, label__iexact=label).exclude(pk=but)
    if same.exists():
        raise CustomFieldRefused(gettext("There is a field called “%(label)s” already.") % {"label": label})


def _change_options(held: CustomField, wish: FieldWish) -> list[Option]:
    """Options under their new names, then the new ones; those somebody took away stay for who has them."""
    before = read_options(held.options)
    renamed = []
    for option in before:
        label = " ".join(wish.renamed.get(option.key, option.label).split())[:80]
        renamed.append(Option(option.key, label or option.label, bool(label)))
    names = [fold_word(option.label) or option.label for option in renamed]
    if len(names) != len(set(names)):
        raise CustomFieldRefused(gettext("Two choices have the same name."))
    made = make_options(list(wish.added), held=renamed)
    again = {option.key for option in made} & {option.key for option in before}
    options = [Option(one.key, one.label) if one.key in again else one for one in renamed]
    options += [option for option in made if option.key not in again]
    if not any(option.is_offered for option in options):
        raise CustomFieldRefused(gettext("A choice needs at least one word to choose."))
    if len(options) > MOST_OPTIONS:
        raise CustomFieldRefused(gettext("A choice has at most 100 words."))
    return options


@transaction.atomic
def archive_field(custom_field: CustomField, *, by: User, at: datetime) -> CustomField:
    """Out of forms, pages and rules; its values stay and come back with it."""
    return _set_archived(custom_field, by=by, at=at)


@transaction.atomic
def restore_field(custom_field: CustomField, *, by: User) -> CustomField:
    """Back with all its values. Raises ``CustomFieldRefused`` when another field has taken its name."""
    _refuse_twice(custom_field.label, but=custom_field.pk)
    if CustomField.objects.filter(archived_at=None).count() >= MOST_FIELDS:
        raise CustomFieldRefused(gettext("There are 200 fields already. Archive one that nobody fills in."))
    return _set_archived(custom_field, by=by, at=None)


def _set_archived(custom_field: CustomField, *, by: User, at: datetime | None) -> CustomField:
    held = CustomField.objects.select_for_update().get(pk=custom_field.pk)
    held.archived_at, held.changed_by = at, by
    held.edit_version += 1
    if at is None and held.is_sorted and len(_list_sorted(but=held.pk)) >= MOST_SORTED:
        held.is_sorted = False
    held.save()
    if held.is_sorted:
        sort_afterwards(by=by)
    tell_change()
    return held


@transaction.atomic
def move_field(custom_field: CustomField, *, step: int) -> None:
    """One place up (−1) or down (1) among the fields in use; at an end it stays."""
    fields = list(CustomField.objects.select_for_update().filter(archived_at=None))
    place = next((place for place, one in enumerate(fields) if one.pk == custom_field.pk), None)
    if place is None or not 0 <= place + step < len(fields):
        return
    fields.insert(place + step, fields.pop(place))
    for number, one in enumerate(fields, start=1):
        if one.position != number:
            CustomField.objects.filter(pk=one.pk).update(position=number)
    tell_change()


def count_filled(custom_field: CustomField) -> int:
    """How many customers have a value in it, whether or not it could be taken over into its present kind."""
    key = str(custom_field.pk)
    filled = CustomValueSet.objects.filter(data__has_key=key) | CustomValueSet.objects.filter(unread__has_key=key)
    return filled.count()
