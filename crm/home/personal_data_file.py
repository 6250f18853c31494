"""The data of one customer or person as a file to hand out: readable as a page, and as JSON for another system.

It holds every record that belongs to them (``customers.personal_records``), the class with its reasons and inputs, and
the files themselves.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.models.business_setting import setting
from crm.home.class_reasons import ClassReasons, load_class_reasons
from crm.home.customer_value import read_days
from customers.models import Attachment, Customer, Person
from customers.personal_records import OwnedModel, list_owned_models, list_person_links
from segments.models import CurrentScore, ScoreRun

NOT_TOLD = frozenset({"id", "name_folded", "value_normal", "token", "stored", "sha256", "edit_version", "mentioned"})
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


def _label(field: Any) -> str:
    """Its name in words; money is written in whole units, so it is not called cents."""
    return capfirst(str(field.verbose_name).removesuffix(" cents"))


def _raw(field: Any, row: Any) -> Any:
    value = getattr(row, field.name)
    if isinstance(value, models.Model):
        return str(value)
    if field.name.endswith("_cents") and value is not None:
        return str(Decimal(value) / 100)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _words(field: Any, row: Any) -> str:
    value = _raw(field, row)
    if value is None:
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _section(model: type[models.Model], rows: Any, *, without: str = "") -> Section:
    fields = _fields(model, without=without)
    links = [field.name for field in fields if field.is_relation]
    found = list(rows.select_related(*links).order_by("pk"))
    return Section(
        capfirst(str(model._meta.verbose_name_plural)),
        [_label(field) for field in fields],
        [[_words(field, row) for field in fields] for row in found],
        model._meta.label_lower,
        [{field.name: _raw(field, row) for field in fields} for row in found],
    )


def _of_person(owned: OwnedModel, rows: Any, person: Person) -> Any:
    """Of ``rows`` those about ``person``; None for a model that names no person."""
    if owned.model is Person:
        return rows.filter(pk=person.pk)
    links = list_person_links(owned.model)
    if not links:
        return None
    about = Q()
    for link in links:
        about |= Q(**{link: person})
    return rows.filter(about)


def list_sections(customer: Customer, person: Person | None = None) -> Iterator[Section]:
    """The customer himself, then every kind of record of which there are any; of one person only what is about him."""
    if person is None:
        yield _section(Customer, Customer.objects.filter(pk=customer.pk))
    for owned in list_owned_models():
        if owned.description.is_derived:
            continue
        rows = owned.rows_of(customer.pk)
        if person is not None:
            rows = _of_person(owned, rows, person)
        if rows is not None:
            section = _section(owned.model, rows, without=owned.path)
            if section.rows:
                yield section


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
    figures = [field for field in _fields(CurrentScore, without="customer") if field.name != "run_id"]
    return lines + [(_label(field), _words(field, score)) for field in figures]


def _tell_reasons(reasons: ClassReasons) -> Iterator[tuple[str, str]]:
    """How the class and the segment were reached, line by line."""
    if reasons.place:
        place = {"place": reasons.place, "of": reasons.of, "a": reasons.in_a, "b": reasons.up_to_b}
        words = _("place %(place)s of %(of)s by net sales of 12 months; A up to place %(a)s, B up to place %(b)s")
        yield _("How it was reached"), words % place
    for pin in reasons.pins:
        yield _("Held by hand"), f"{pin.segment or pin.grade}, {pin.expires_on.isoformat()}: {pin.reason}"
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
    shown["company"] = setting("company.name")
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
