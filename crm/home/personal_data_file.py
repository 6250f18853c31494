"""The data of one customer or person as a file to hand out: readable as a page, and as JSON for another system.

It holds every record that belongs to them (``customers.personal_records``), the class with its reasons and inputs, and
the files themselves.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import CompositePrimaryKey, Q
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.formats import format_number, format_percent
from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.models.business_setting import setting
from crm.home.class_reasons import ClassReasons, load_class_reasons
from crm.home.customer_value import read_days
from crm.home.personal_data_words import label_field, read_raw, tell_field
from customers.models import Attachment, ContactPoint, Customer, Person
from customers.person_moving import find_records_of
from customers.personal_records import (
    OF_GOODS,
    OwnedModel,
    find_name_parts,
    list_owned_models,
    list_person_links,
    list_text_fields,
    make_pattern,
)
from customers.rules.name_parts import spell_parts
from segments.models import CurrentScore, ScoreRun

NOT_TOLD = frozenset({"id", "name_folded", "value_normal", "token", "stored", "sha256", "edit_version", "mentioned"})
NO_FIGURES = frozenset({"run_id", "segment_number"})  # how the house keeps them
UNCATALOGUED = {
    "first_day": gettext_lazy("first purchase"),
    "last_day": gettext_lazy("last purchase"),
    "goods_12m_cents": gettext_lazy("cost of goods, 12 months"),
    "gap_days": gettext_lazy("days since the last purchase"),
    "value_3y_low_cents": gettext_lazy("value of three years if the customer stays, at least (of a contract: weighed)"),
    "value_3y_high_cents": gettext_lazy("value of three years if the customer stays, at most (of a contract: weighed)"),
    "risk_rank": gettext_lazy("weight of the risk in worklists"),
}
IN_MEMORY = 16 * 1024 * 1024
MOST_FILE_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Section:
    """The records of one kind: heads and rows as people read them, and the same as data."""

    label: str
    heads: list[str]
    rows: list[list[str]]
    key: str
    data: list[dict[str, Any]]


def _fields(model: type[models.Model], *, without: str = "") -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in NOT_TOLD
        and field.name != without
        and not field.primary_key
        and not isinstance(field, models.BinaryField)
    ]


def _section(model: type[models.Model], rows: Any, *, without: str = "") -> Section:
    """``rows`` of ``model``; a column in which nothing stands is left out of the page, not of the data."""
    fields = _fields(model, without=without)
    links = [field.name for field in fields if field.is_relation]
    found = list(rows.select_related(*links).order_by("pk"))
    told = [[tell_field(field, row) for field in fields] for row in found]
    filled = [place for place in range(len(fields)) if any(cells[place] for cells in told)]
    return Section(
        capfirst(str(model._meta.verbose_name_plural)),
        [label_field(fields[place]) for place in filled],
        [[cells[place] for place in filled] for cells in told],
        model._meta.label_lower,
        [{field.name: read_raw(field, row) for field in fields} for row in found],
    )


def _of_person(owned: OwnedModel, rows: Any, people: list[Person], *, pattern: str, parts: str) -> Any:
    """Of ``rows`` those that point to the person, or have the name, an address, or a part of the name that means nobody
    else in their words."""
    if owned.model is Person:
        return rows.filter(pk__in=[person.pk for person in people])
    if isinstance(owned.model._meta.pk, CompositePrimaryKey):
        return None
    about = Q()
    for link in list_person_links(owned.model):
        about |= Q(**{f"{link}__in": people})
    for field in list_text_fields(owned.model):
        if pattern and not isinstance(field, models.JSONField):
            about |= Q(**{f"{field.name}__iregex": pattern})
        if parts and not isinstance(field, models.JSONField) and owned.model not in OF_GOODS:
            about |= Q(**{f"{field.name}__regex": parts})
    return rows.filter(about) if about else None


def list_sections(customer: Customer, person: Person | None = None) -> Iterator[Section]:
    """The customer himself, then every kind of record of which there are any.

    Of one person only what is about him or names him, at each customer where he works or worked.
    """
    people = find_records_of(person) if person is not None else []
    where = {one.customer_id for one in people} or {customer.pk}
    pattern = make_pattern(_list_words(people))
    told = [find_name_parts(one.name, one.customer) for one in people]
    taken = {part for one in told for part in one.open}  # at another customer it may mean another
    parts = make_pattern(spell_parts({part for one in told for part in one.own - taken}))
    if person is None:
        yield _section(Customer, Customer.objects.filter(pk=customer.pk))
    for owned in list_owned_models():
        if owned.description.is_derived or not owned.description.is_told:
            continue
        rows = owned.model._base_manager.filter(**{f"{owned.path}__in": where})
        if person is not None:
            rows = _of_person(owned, rows, people, pattern=pattern, parts=parts)
        if rows is not None:
            section = _section(owned.model, rows, without="" if len(where) > 1 else owned.path)
            if section.rows:
                yield section


def _list_words(people: list[Person]) -> set[str]:
    points = ContactPoint.objects.filter(person__in=people).values_list("value", "value_normal")
    return {person.name for person in people} | {text for point in points for text in point}


def describe_class(customer: Customer) -> list[tuple[str, str]]:
    """The class and segment, how they were reached, and every figure that went into them."""
    score = CurrentScore.objects.filter(customer=customer).first()
    run = ScoreRun.objects.filter(pk=score.run_id).first() if score else None
    reasons = load_class_reasons(customer, score, run, days=read_days(customer, until=score.as_of) if score else [])
    if score is None:
        return [(_("Class"), _("Not worked out yet."))]
    lines = [(_("Class"), score.grade or _("none: nothing bought yet"))]
    if reasons is not None:
        lines += _tell_reasons(reasons)
    figures = [field for field in _fields(CurrentScore, without="customer") if field.name not in NO_FIGURES]
    told = [(_label_figure(field), _tell_figure(field, score)) for field in figures]
    return lines + [(label, words) for label, words in told if words]


def _label_figure(field: Any) -> str:
    """What lists and rules call it."""
    metric = _find_metric(field)
    return capfirst(str(metric.label if metric else UNCATALOGUED.get(field.name) or label_field(field)))


def _tell_figure(field: Any, score: CurrentScore) -> str:
    """Shares in percent and other fractions with one decimal, as they stand on the page of the customer."""
    value, metric = getattr(score, field.name), _find_metric(field)
    if isinstance(value, float):
        is_share = metric is not None and metric.kind == MetricKind.SHARE
        return format_percent(value) if is_share else format_number(value, decimals=1)
    return tell_field(field, score)


def _find_metric(field: Any) -> Metric | None:
    return next((metric for metric in METRICS.values() if metric.sql == f"s.{field.name}"), None)


def _tell_reasons(reasons: ClassReasons) -> Iterator[tuple[str, str]]:
    """How the class and the segment were reached, line by line."""
    if reasons.place:
        place = {"place": reasons.place, "of": reasons.of, "a": reasons.in_a, "b": reasons.up_to_b}
        words = _("place %(place)s of %(of)s by net sales of 12 months; A up to place %(a)s, B up to place %(b)s")
        yield _("How it was reached"), words % place
    for pin in reasons.pins:
        yield _("Held by hand"), f"{pin.segment or pin.grade}, {pin.expires_on.isoformat()}: {pin.reason}"
    if reasons.grade_pin is not None and reasons.ruled_grade:
        yield _("Class by the rule"), reasons.ruled_grade
    if reasons.membership:
        member = reasons.membership
        yield _("Segment"), f"{member.segment}, {member.since.isoformat()}. {member.reason}".strip()
    for condition in reasons.conditions:
        holds = _("holds") if condition.holds else _("does not hold")
        yield _("Condition"), f"{condition.words}: {condition.figure} ({holds})"


def write_personal_file(customer: Customer, *, person: Person | None, at: datetime) -> tuple[IO[bytes], dict[str, int]]:
    """A ZIP archive of the page, the JSON and the files, and how many records of each kind it holds."""
    sections = list(list_sections(customer, person))
    reasons = describe_class(customer) if person is None else []
    shown = {"customer": customer, "person": person, "sections": sections, "reasons": reasons, "at": at}
    shown["company"], shown["currency"] = setting("company.name"), setting("company.currency")
    data = {
        "written_at": at.isoformat(),
        "company": setting("company.name"),
        "class": [{"what": what, "value": value} for what, value in reasons],
        "records": {section.key: section.data for section in sections},
    }
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- handed out; closed when it has been sent
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.html", render_to_string("home/personal_data_file.html", shown))
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=str))
        if person is None:
            _add_files(archive, customer)
    target.seek(0)
    return target, {section.key: len(section.rows) for section in sections}


def _add_files(archive: zipfile.ZipFile, customer: Customer) -> None:
    """The content of every file, up to a gigabyte in all; what does not fit is listed among the records."""
    left = MOST_FILE_BYTES
    for row in Attachment.objects.filter(customer=customer).order_by("pk"):
        left -= row.bytes
        if left >= 0 and default_storage.exists(row.stored):
            with (
                default_storage.open(row.stored) as content,
                archive.open(f"files/{row.pk}-{row.file_name}", "w") as to,
            ):
                for chunk in content.chunks():
                    to.write(chunk)
