"""Who is let in: only a token in force, as its colleague, as often as the settings allow."""

import logging
from datetime import timedelta

import pghistory.models
import pytest
from django.db import OperationalError
from django.utils import timezone

from crm.core.access_token_issuing import issue_token, revoke_token
from crm.core.models import AccessToken
from crm.core.models.business_setting import change_setting, forget_settings
from tests.api.conftest import Program


def code(response):
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer rap_guessed", "Basic cmFwOng=", "rap_x", "Bearer " + "x" * 9000]
)
def test_without_a_token_in_force_nobody_is_let_in(db, client, header):
    answer = client.get("/api/v1/me", headers={"authorization": header} if header else {})
    assert code(answer) == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_revoked_and_an_expired_token_let_nobody_in(rep):
    now = timezone.now()
    token, secret = issue_token(rep, name="A", may_write=True, expires_at=now + timedelta(days=1), at=now)
    revoke_token(token, by=rep, at=now)
    assert code(Program(secret).get("/me")) == 401
    before = now - timedelta(days=3)
    _old, ended = issue_token(rep, name="B", may_write=True, expires_at=now - timedelta(days=1), at=before)
    assert code(Program(ended).get("/me")) == 401


def test_a_token_in_the_address_is_no_token(rep, program, client):
    secret = program(rep).headers["authorization"].split()[1]
    assert code(client.get(f"/api/v1/me?token={secret}")) == 401


def test_a_token_for_reading_writes_nothing(rep, program, customer):
    reader = program(rep, may_write=False)
    assert reader.get(f"/customers/{customer.number}").status_code == 200
    assert code(reader.patch(f"/customers/{customer.number}", {"city": "Oslo"})) == 403
    assert code(reader.post("/customers", {"name": "New"})) == 403


def test_me_says_who_asks(rep, program):
    told = program(rep).get("/me").json()
    assert (told["user_name"], told["role"], told["currency"]) == (rep.name, "rep", "EUR")


def test_its_use_is_seen_by_its_colleague(rep, program):
    program(rep).get("/me")
    assert AccessToken.objects.get().last_used_at is not None


def test_too_many_requests_wait(rep, program):
    change_setting("api.requests_per_minute", 10)
    forget_settings()
    asking = program(rep)
    answers = [asking.get("/me") for _nth in range(21)]  # a minute may end meanwhile
    assert answers[0]["RateLimit-Limit"] == "10"
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60


def test_guessing_is_slowed_down(db, client):
    answers = {client.get("/api/v1/me", headers={"authorization": "Bearer rap_x"}).status_code for _n in range(125)}
    assert answers == {401, 429}


def test_no_token_reaches_the_logs(rep, program, customer, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    asking = program(rep)
    secret = asking.headers["authorization"].split()[1]
    asking.get("/nonsense")
    monkeypatch.setattr("crm.api.customers.tell_customer", lambda user, number: 1 / 0)
    assert code(asking.get(f"/customers/{customer.number}")) == 500
    assert "ZeroDivisionError" in caplog.text
    assert secret not in caplog.text


def test_while_the_database_is_away_a_program_is_told_to_come_again(rep, program, monkeypatch):
    def fail(*_arguments, **_named):
        raise OperationalError

    asking = program(rep)
    monkeypatch.setattr("crm.api.entrance.find_token", fail)
    answer = asking.get("/me")
    assert (code(answer), answer["Retry-After"]) == (503, "30")


@pytest.mark.parametrize("length", [1024 * 1024 + 1, 10**9])
def test_a_huge_body_is_refused_before_it_is_read(rep, program, length):
    asking = program(rep)
    headers = asking.headers | {"content-length": str(length)}
    answer = asking.client.post(
        "/api/v1/customers", b"{}", content_type="application/json", headers=headers, CONTENT_LENGTH=str(length)
    )
    assert code(answer) == 413


BROKEN = [b"", b"{", b"[]", b"null", b'"x"', b'{"name": NaN}', b'{"name":"a","name":"b"}', b"\xff\xfe", b"[" * 5000]
UNKEPT = [b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}']


@pytest.mark.parametrize("body", [*BROKEN, *UNKEPT])
def test_what_is_no_proper_json_is_refused(rep, program, body):
    asking = program(rep)
    answer = asking.client.post("/api/v1/customers", body, content_type="application/json", headers=asking.headers)
    assert code(answer) in {400, 422}


def test_only_json_is_taken(rep, program):
    asking = program(rep)
    answer = asking.client.post("/api/v1/customers", {"name": "x"}, headers=asking.headers)
    assert code(answer) == 415


@pytest.mark.parametrize("path", ["/customers/a%00b", "/orders/%00", "/customers?q=a%00", "/customers?%00=1"])
def test_an_address_that_means_nothing_is_refused(rep, program, path):
    assert code(program(rep).get(path)) == 400


@pytest.mark.parametrize("path", ["", "/", "/nonsense", "/customers/", "/people/x", "/people/99999999999999999999999"])
def test_an_address_that_is_not_there(rep, program, path):
    assert code(program(rep).get(path)) == 404


def test_a_method_that_is_not_taken_is_told_which_are(rep, program):
    answer = program(rep).send("put", "/customers", {})
    assert code(answer) == 405
    assert "POST" in answer["Allow"]


def test_the_history_says_whose_program_it_was(rep, program, customer):
    program(rep).patch(f"/customers/{customer.number}", {"city": "Oslo"})
    event = pghistory.models.Events.objects.tracks(customer).last()
    assert event.pgh_context["user"] == rep.pk
