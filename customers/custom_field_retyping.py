"""A field changes its kind with values in it: first what would become of them, then all at once, nothing lost.

Different values are read once each, and customers changed as a set. A value that the new kind cannot hold is kept in
words (``CustomValueSet.unread``), shown beside the field, and taken over by a later change that can.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext

from crm.core.models import User
from customers.custom_field_catalogue import METRIC_PREFIX, list_colleague_names, read_options
from customers.custom_field_defining import MOST_OPTIONS, CustomFieldRefused, tell_change
from customers.custom_field_sorting import sort_afterwards
from customers.models import CustomField, CustomValueSet, DataImport
from customers.rules.custom_value_order import SORTED_KINDS
from customers.rules.custom_values import (
    CHOICE,
    Conversion,
    Option,
    Vocabulary,
    convert_value,
    convert_words,
    make_options,
    spell_value,
)

SHOWN_EXAMPLES = 12
CHUNK = 50_000
RANGE = 50_000  # ids of values written by one statement
# Different values are looked at one by one; beyond this a page would keep its reader waiting.
MOST_DIFFERENT = 200_000

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Example:
    """One value as it reads now, how many customers have it, and what it would become ("" where it cannot)."""

    words: str
    customers: int
    becomes: str = ""


@dataclass
class Preview:
    """What would become of the values: customers whose value is taken over, and whose is kept in words."""

    fitting: int = 0
    kept: int = 0
    taken: list[Example] = field(default_factory=list)
    refused: list[Example] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.fitting + self.kept

    @property
    def proposed_lines(self) -> str:
        """The proposed words, one a line."""
        return "\n".join(self.proposed)


@dataclass(frozen=True)
class _Change:
    """A different value (as JSON, or words kept before) and what becomes of it."""

    held: str
    is_words: bool
    customers: int
    conversion: Conversion


def _vocabulary(kind: str, options: Sequence[Option]) -> Vocabulary:
    return Vocabulary(options, list_colleague_names() if kind == CustomField.Kind.PERSON else {})


def _find_different(custom_field: CustomField) -> Iterator[tuple[str, bool, int]]:
    """Every different value as JSON text, then every different word kept before, with how many customers have it."""
    key = str(custom_field.pk)
    for column, is_words in (("data", False), ("unread", True)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT ({column} -> %s)::text, count(*) FROM customers_customvalueset WHERE {column} ? %s
                    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s""",  # noqa: S608 - a column of our own
                [key, key, MOST_DIFFERENT + 1],
            )
            for held, customers in cursor.fetchall():
                yield held, is_words, customers


def _plan(custom_field: CustomField, *, kind: str, options: Sequence[Option]) -> list[_Change]:
    before = _vocabulary(custom_field.kind, read_options(custom_field.options))
    after = _vocabulary(kind, options)
    changes = []
    for held, is_words, customers in _find_different(custom_field):
        value = json.loads(held)
        conversion = (
            convert_words(value, to_kind=kind, after=after)
            if is_words
            else convert_value(value, from_kind=custom_field.kind, to_kind=kind, before=before, after=after)
        )
        changes.append(_Change(held, is_words, customers, conversion))
    if len(changes) > MOST_DIFFERENT:
        raise CustomFieldRefused(gettext("This field holds too many different values to change its kind in one go."))
    return changes


def _choose_options(custom_field: CustomField, *, kind: str, added: Sequence[str]) -> list[Option]:
    """The options the field will have: what it had before as a choice, and those named now."""
    if kind != CHOICE:
        return list(read_options(custom_field.options))
    held = read_options(custom_field.options)
    made = make_options(list(added), held=held)
    known = {option.key for option in made}
    return [*made, *(Option(one.key, one.label, is_offered=False) for one in held if one.key not in known)]


def preview_retyping(
    custom_field: CustomField, *, kind: str, added: Sequence[str] | None = None, most: int = SHOWN_EXAMPLES
) -> Preview:
    """What changing the kind would do; ``added`` are the words of a choice, proposed by its commonest values if None.

    At most ``most`` values of each sort are named.

    Raises ``CustomFieldRefused``.
    """
    before = _vocabulary(custom_field.kind, read_options(custom_field.options))
    preview = Preview()
    if kind == CHOICE:
        preview.proposed = list(added) if added is not None else _propose_options(custom_field, before)
    options = _choose_options(custom_field, kind=kind, added=preview.proposed)
    after = _vocabulary(kind, options)
    for change in _plan(custom_field, kind=kind, options=options):
        words = change.conversion.words
        if change.conversion.fits:
            preview.fitting += change.customers
            becomes = spell_value(kind, change.conversion.value, after)
            preview.taken.append(Example(words, change.customers, becomes))
        else:
            preview.kept += change.customers
            preview.refused.append(Example(words, change.customers))
    preview.taken, preview.refused = preview.taken[:most], preview.refused[:most]
    return preview


def _propose_options(custom_field: CustomField, before: Vocabulary) -> list[str]:
    """The commonest values as words to choose from, those it had as a choice before among them."""
    proposed = [option.label for option in read_options(custom_field.options) if option.is_offered]
    for held, is_words, _customers in _find_different(custom_field):
        value = json.loads(held)
        words = value if is_words else spell_value(custom_field.kind, value, before)
        if words and len(words) <= 80 and len(proposed) < MOST_OPTIONS // 2:
            proposed.append(words)
    return [option.label for option in make_options(proposed)]


@transaction.atomic
def retype_field(
    custom_field: CustomField,
    *,
    kind: str,
    by: User,
    added: Sequence[str] = (),
    tell: Tell | None = None,
    finish: Tell | None = None,
) -> Preview:
    """Change the kind and every value with it; returns what became of them. Raises ``CustomFieldRefused``.

    ``tell`` hears after each part how many parts of how many are done, ``finish`` once at the end; what they raise
    leaves everything as it was.
    """
    held = CustomField.objects.select_for_update().get(pk=custom_field.pk)
    if kind == held.kind:
        raise CustomFieldRefused(gettext("It is of this kind already."))
    running = DataImport.objects.filter(state=DataImport.State.RUNNING, columns__has_key=f"{METRIC_PREFIX}{held.pk}")
    if running.exists():
        raise CustomFieldRefused(gettext("An import is filling this field just now. Try again when it is done."))
    options = _choose_options(held, kind=kind, added=added)
    if kind == CHOICE and not any(option.is_offered for option in options):
        raise CustomFieldRefused(gettext("A choice needs at least one word to choose."))
    if len(options) > MOST_OPTIONS:
        raise CustomFieldRefused(gettext("A choice has at most 100 words."))
    with connection.cursor() as cursor:
        # Whoever saves a customer now waits: his value would be of the old kind.
        cursor.execute("LOCK TABLE customers_customvalueset IN SHARE ROW EXCLUSIVE MODE")
    changes = _plan(held, kind=kind, options=options)
    parts = [(chunk, ids) for ids in _list_ranges() for chunk in _in_chunks(changes)]
    for place, (chunk, ids) in enumerate(parts):
        if tell is not None:
            tell(place, len(parts))
        _write(held, chunk, ids=ids, by=by)
    held.kind, held.changed_by = kind, by
    held.options = [asdict(option) for option in options]
    held.edit_version += 1
    if held.is_sorted:
        held.is_sorted = kind in SORTED_KINDS
        sort_afterwards(by=by)
    held.save()
    tell_change()
    if finish is not None:
        finish(len(parts), len(parts))
    fitting = sum(change.customers for change in changes if change.conversion.fits)
    return Preview(fitting=fitting, kept=sum(change.customers for change in changes) - fitting)


def _list_ranges() -> list[tuple[int, int]]:
    """Ranges of ids that together hold every row of values."""
    ends = CustomValueSet.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return []
    return [(start, start + RANGE) for start in range(ends["first"], ends["last"] + 1, RANGE)]


def _in_chunks(changes: Sequence[_Change]) -> list[Sequence[_Change]]:
    return [changes[start : start + CHUNK] for start in range(0, len(changes), CHUNK)]


def _write(custom_field: CustomField, changes: Sequence[_Change], *, ids: tuple[int, int], by: User) -> None:
    """Values that fit into ``data``, the others in words into ``unread``, of rows with ids from the first to before
    the second of ``ids``."""
    key = str(custom_field.pk)
    for is_words, column in ((False, "data"), (True, "unread")):
        rows = [change for change in changes if change.is_words == is_words and not (is_words and _stays(change))]
        if not rows:
            continue
        fitting = [json.dumps(row.conversion.value) if row.conversion.fits else None for row in rows]
        words = [None if row.conversion.fits else json.dumps(row.conversion.words) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(
                f"""UPDATE customers_customvalueset t SET
                        data = CASE WHEN n.fitting IS NULL THEN t.data - %s
                                    ELSE t.data || jsonb_build_object(%s::text, n.fitting::jsonb) END,
                        unread = CASE WHEN n.words IS NULL THEN t.unread - %s
                                      ELSE t.unread || jsonb_build_object(%s::text, n.words::jsonb) END,
                        changed_by_id = %s
                    FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(held, fitting, words)
                    WHERE t.id >= %s AND t.id < %s AND t.{column} ? %s AND t.{column} -> %s = n.held::jsonb""",  # noqa: S608 - a column of our own
                [key, key, key, key, by.pk, [row.held for row in rows], fitting, words, *ids, key, key],
            )


def _stays(change: _Change) -> bool:
    """Words kept before that the new kind cannot hold either."""
    return not change.conversion.fits
