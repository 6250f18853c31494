"""The programming interface explained: as a page made of its OpenAPI document, and that document itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

Document = Mapping[str, Any]


@dataclass(frozen=True)
class FieldShown:
    """A parameter or a field: its kind in words; those of what it holds have ``depth``."""

    name: str
    kind: str
    text: str = ""
    needed: bool = False
    depth: int = 0


@dataclass(frozen=True)
class OperationShown:
    """One method of one address."""

    name: str
    method: str
    path: str
    text: str
    parameters: list[FieldShown] = field(default_factory=list)
    body: list[FieldShown] = field(default_factory=list)
    answer: list[FieldShown] = field(default_factory=list)


def read_document() -> Document:
    """The OpenAPI document; nobody changes what he gets."""
    return _write_document(get_language())


@cache
def _write_document(_language: str | None) -> Document:
    """Written once in each language; loads the whole interface when first asked for."""
    from crm.api.routes import api

    return api.get_openapi_schema(path_prefix="/api/v1/")


@require_GET
@login_not_required
def show_document(request: HttpRequest) -> HttpResponse:
    """The document for programs; it holds nothing of the company, so nobody needs a token for it."""
    document = {**read_document(), "servers": [{"url": request.build_absolute_uri("/").rstrip("/")}]}
    return JsonResponse(document, headers={"Cache-Control": "public, max-age=3600"})


@require_GET
def show_reference(request: HttpRequest) -> HttpResponse:
    """The page for people, one part at a time."""
    document = read_document()
    parts = list_parts(document)
    chosen = request.GET.get("part", "")
    part = next((name for name in parts if slugify(name) == chosen), parts[0])
    context = {
        "about": [mark_code(text) for text in document["info"]["description"].split("\n\n")],
        "tabs": [{"label": name, "url": f"?part={slugify(name)}", "current": name == part} for name in parts],
        "part": part,
        "operations": list(find_operations(document, part)),
        "address": request.build_absolute_uri("/api/v1/"),
        "document_url": reverse("api-document"),
        "tokens_url": reverse("core:token-list"),
    }
    return render(request, "api/reference.html", context)


def mark_code(text: str) -> SafeString:
    """Words between backticks as code; everything else escaped."""
    parts = enumerate(" ".join(text.split()).split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", word) if place % 2 else word,) for place, word in parts)
    )


def list_parts(document: Document) -> list[str]:
    """The headings under which addresses stand, in their order."""
    tags = [tag for methods in document["paths"].values() for one in methods.values() for tag in one["tags"]]
    return list(dict.fromkeys(tags))


def find_operations(document: Document, part: str) -> Iterator[OperationShown]:
    """The addresses of one part."""
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            if part in one["tags"]:
                yield _show_operation(document, path, method, one)


def _show_operation(document: Document, path: str, method: str, one: Document) -> OperationShown:
    answers = one["responses"]
    answer = next((answers[status] for status in (200, 201) if status in answers), {})
    return OperationShown(
        name=one["operationId"],
        method=method.upper(),
        path=path,
        text=mark_code(one.get("description", "")),
        parameters=[
            _show_field(
                document, row["name"], _follow(document, row["schema"]), row.get("description", ""), row["required"]
            )
            for row in one["parameters"]
        ],
        body=list(_list_fields(document, _find_schema(one.get("requestBody", {})))),
        answer=[replace(one, needed=False) for one in _list_fields(document, _find_schema(answer))],
    )


def _find_schema(content: Document) -> Document:
    """The schema of a body or an answer, {} where there is none."""
    found: Document = content.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _follow(document: Document, schema: Document) -> Document:
    """The schema itself where another one is named, without the choice of null."""
    if "$ref" in schema:
        return _follow(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    offered = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _follow(document, offered[0]) if offered else schema


def _list_fields(document: Document, schema: Document, depth: int = 0) -> Iterator[FieldShown]:
    """The fields of an object and of what it holds, as a reader goes through them."""
    whole = _follow(document, schema)
    for name, one in whole.get("properties", {}).items():
        needed = name in whole.get("required", ())
        yield _show_field(document, name, one, one.get("description", ""), needed, depth)
        inner = _follow(document, one)
        yield from _list_fields(document, inner.get("items", inner), depth + 1)


def _show_field(
    document: Document, name: str, schema: Document, text: str, needed: object, depth: int = 0
) -> FieldShown:
    return FieldShown(name, _tell_kind(document, schema), mark_code(text), bool(needed), depth)


def _tell_kind(document: Document, schema: Document) -> str:
    """The kind of a value in a word or two."""
    bare = _follow(document, schema)
    words = {
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "string": {"date": _("day"), "date-time": _("moment")}.get(bare.get("format", ""), _("text")),
        "array": _("list"),
        "object": _("object"),
    }
    word = words.get(bare.get("type", ""), _("any"))
    has_null = any(one.get("type") == "null" for one in schema.get("anyOf", ()))
    return f"{word}, {_('or null')}" if has_null else word
