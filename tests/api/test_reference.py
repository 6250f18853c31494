"""The programming interface explains itself: a document for programs, and a page of it for people."""

import json
import re

import pytest

from crm.api.reference import list_parts, read_document
from crm.api.routes import api

PAGE = "/api/"


def test_the_document_names_every_address_with_its_token_and_its_problems(client, db):
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["servers"] == [{"url": "http://testserver"}]
    assert document["components"]["securitySchemes"]["BearerToken"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            assert one["security"] == [{"BearerToken": []}], path
            assert {"401", "403", "404", "422", "429"} <= set(one["responses"]), (method, path)
            assert one["description"], (method, path)


def test_the_document_is_written_once_however_often_it_is_asked_for(monkeypatch):
    first = read_document()
    monkeypatch.setattr(api, "get_openapi_schema", lambda **asked: pytest.fail("written again"))
    assert read_document() is first
    monkeypatch.setattr("crm.api.reference.get_language", lambda: "de")
    with pytest.raises(pytest.fail.Exception, match="written again"):
        read_document()


def test_each_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere():
    document = read_document()
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in document["components"]["schemas"], reference


def test_the_page_shows_each_part_without_anything_from_elsewhere(rep, signed_in):
    client = signed_in(rep)
    for part in list_parts(read_document()):
        page = client.get(PAGE, {"part": part.lower().replace(" ", "-")})
        text = page.content.decode()
        assert f"{part}</a>" in text
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*', text) == []
    customers = client.get(PAGE, {"part": "customers"}).content.decode()
    for words in ("/api/v1/customers/{number}", "If-Match: &lt;ETag&gt;", "own_fields", "<code>changed_since</code>"):
        assert words in customers


def test_the_page_is_for_colleagues(client, db):
    assert client.get(PAGE).status_code == 302


def test_every_operation_is_told_with_its_answer():
    for path, methods in read_document()["paths"].items():
        for one in methods.values():
            content = (one["responses"].get(200) or one["responses"].get(201))["content"]
            assert content["application/json"]["schema"], path
    assert api.title == "Rapport"
