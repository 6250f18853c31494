"""The fields this company defined itself, as every process knows them: for forms, pages, rules, lists and imports.

Definitions are read seldom changed and often: each process remembers them for two seconds, all share one copy in the
cache. A change is seen at once by the process that made it, and by the others within two seconds.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from crm.core.metric_catalogue import Metric, MetricKind, register_metric_source
from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.models import CustomField
from customers.rules.custom_values import Option, Vocabulary

_CACHE_KEY = "custom-fields"
_NAMES_KEY = "custom-field-colleagues"
METRIC_PREFIX = "field_"
OWN_FIELDS = _("own fields")
VALUES_JOIN = "LEFT JOIN customers_customvalueset cv ON cv.customer_id = c.id"


@dataclass(frozen=True)
class FieldDefinition:
    """A field in use, as remembered."""

    pk: int
    label: str
    kind: str
    about: str
    help_text: str
    options: tuple[Option, ...]
    is_protected: bool
    sort_index: str = ""

    @property
    def key(self) -> str:
        """Under which values are kept."""
        return str(self.pk)

    @property
    def metric_name(self) -> str:
        return f"{METRIC_PREFIX}{self.pk}"

    def is_for(self, customer_kind: str) -> bool:
        """Whether customers of that kind have it."""
        return not self.about or self.about == customer_kind


class _Remembered:
    """What this process read last."""

    seconds = 2.0
    fields: tuple[FieldDefinition, ...] | None = None
    metrics: Mapping[str, Metric] | None = None
    until = 0.0


def read_options(raw: Any) -> tuple[Option, ...]:
    """The options of a choice as they are stored."""
    return tuple(Option(one["key"], one["label"], one.get("is_offered", True)) for one in raw)


def list_fields(customer_kind: str | None = None) -> tuple[FieldDefinition, ...]:
    """The fields in use in their order: all of them, or those that customers of one kind have."""
    now = time.monotonic()
    if _Remembered.fields is None or now >= _Remembered.until:
        stored = cache.get(_CACHE_KEY)
        if stored is None:
            stored = _read_fields()
            cache.set(_CACHE_KEY, stored, 300)
        if stored != _Remembered.fields:
            _Remembered.metrics = None
        _Remembered.fields, _Remembered.until = stored, now + _Remembered.seconds
    fields = _Remembered.fields
    return fields if customer_kind is None else tuple(one for one in fields if one.is_for(customer_kind))


def find_field(key: str) -> FieldDefinition | None:
    """The field in use under whose key values are kept."""
    return next((one for one in list_fields() if one.key == key), None)


def _read_fields() -> tuple[FieldDefinition, ...]:
    return tuple(map(define_field, CustomField.objects.filter(archived_at=None)))


def define_field(one: CustomField) -> FieldDefinition:
    """The definition of a field as it is stored."""
    return FieldDefinition(
        one.pk,
        one.label,
        one.kind,
        one.about,
        one.help_text,
        read_options(one.options),
        one.is_protected,
        one.sort_index,
    )


def forget_fields() -> None:
    """Read them again next time, here and in the cache that all processes share."""
    _Remembered.fields = _Remembered.metrics = None
    cache.delete(_CACHE_KEY)


def list_colleague_names() -> dict[int, str]:
    """Names of colleagues by id, those who left as well; at most five minutes old."""
    names: dict[int, str] | None = cache.get(_NAMES_KEY)
    if names is None:
        names = {key: name or email for key, name, email in User.objects.values_list("pk", "name", "email")}
        cache.set(_NAMES_KEY, names, 300)
    return names


def list_findable_names() -> dict[int, str]:
    """Colleagues by id as an import finds them again: by name, by e-mail where there is none or two have the same."""
    rows = list(User.objects.values_list("pk", "name", "email"))
    times = Counter(fold_text(name) for _pk, name, _email in rows)
    return {pk: name if name and times[fold_text(name)] == 1 else email for pk, name, email in rows}


def make_vocabulary(field: FieldDefinition) -> Vocabulary:
    """What the values of a field are called."""
    names = list_colleague_names() if field.kind == CustomField.Kind.PERSON else {}
    return Vocabulary(field.options, names)


# --- as figures that rules can ask ------------------------------------------------------------------------------------
_METRIC_KINDS = {
    CustomField.Kind.TEXT: MetricKind.TEXT,
    CustomField.Kind.LINK: MetricKind.TEXT,
    CustomField.Kind.PERSON: MetricKind.TEXT,
    CustomField.Kind.CHOICE: MetricKind.CHOICE,
    CustomField.Kind.NUMBER: MetricKind.NUMBER,
    CustomField.Kind.MONEY: MetricKind.MONEY,
    CustomField.Kind.DATE: MetricKind.DATE,
    CustomField.Kind.FLAG: MetricKind.FLAG,
}


def make_metric(field: FieldDefinition) -> Metric:
    """The field as a figure of the catalogue; its name stays when the field is renamed."""
    text = f"(cv.data ->> '{field.pk}')"
    sql = {
        CustomField.Kind.NUMBER: f"{text}::numeric",
        CustomField.Kind.MONEY: f"{text}::bigint",
        CustomField.Kind.DATE: f"{text}::date",
        CustomField.Kind.FLAG: f"{text}::boolean",
        CustomField.Kind.PERSON: f"(SELECT coalesce(nullif(u.name, ''), u.email) FROM core_user u WHERE u.id = {text}::bigint)",  # noqa: E501, S608 - an id
    }.get(CustomField.Kind(field.kind), text)
    match = ""
    if field.kind in {CustomField.Kind.CHOICE, CustomField.Kind.FLAG}:
        match = f"cv.data @> jsonb_build_object('{field.pk}', {{value}})"
    return Metric(
        field.metric_name,
        field.label,
        _METRIC_KINDS[CustomField.Kind(field.kind)],
        field.help_text or _("A field of your own company."),
        sql,
        join=VALUES_JOIN,
        choices=tuple((option.key, option.label) for option in field.options),
        group=OWN_FIELDS,
        protected=field.is_protected,
        match=match,
    )


def list_field_metrics() -> Mapping[str, Metric]:
    """Every field in use as a figure, by name."""
    fields = list_fields()
    if _Remembered.metrics is None:
        _Remembered.metrics = {one.metric_name: make_metric(one) for one in fields}
    return _Remembered.metrics


def register() -> None:
    """Let rules find them; called once when Django starts."""
    register_metric_source(METRIC_PREFIX, list_field_metrics)
