"""Access tokens: made by a colleague, shown once, kept as a hash, ended by himself or an admin."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.core.access_token_issuing import TokenRefused, find_token, issue_token, note_use, revoke_token
from crm.core.models import AccessToken
from crm.core.request_limiting import take_turn

NOW = timezone.now()


def issue(user, *, name="Shop", days=30, may_write=False):
    return issue_token(user, name=name, may_write=may_write, expires_at=NOW + timedelta(days=days), at=NOW)


def test_a_token_finds_its_colleague_and_only_its_hash_is_kept(rep):
    token, secret = issue(rep)
    assert find_token(secret, at=NOW).user == rep
    kept = AccessToken.objects.values().get(pk=token.pk)
    assert secret.startswith("rap_")
    assert len(secret) > 40
    assert not any(secret in str(value) for value in kept.values())
    assert kept["hint"] == secret[:8]


@pytest.mark.parametrize("wrong", ["", "rap_", "rap_guessed", "Bearer", "x" * 5000, "rap_" + "é" * 43])
def test_another_text_finds_nobody(rep, wrong):
    issue(rep)
    assert find_token(wrong, at=NOW) is None


def test_a_token_ends_on_its_day_when_revoked_and_when_its_colleague_goes(rep):
    _token, secret = issue(rep, days=1)
    assert find_token(secret, at=NOW + timedelta(days=1)) is None
    other, second = issue(rep)
    revoke_token(other, by=rep, at=NOW)
    assert find_token(second, at=NOW) is None
    rep.is_active = False
    rep.save()
    assert find_token(secret, at=NOW) is None


def test_revoking_twice_keeps_who_did_it_first(rep, admin):
    token, _secret = issue(rep)
    revoke_token(token, by=rep, at=NOW)
    assert revoke_token(token, by=admin, at=NOW + timedelta(days=1)).revoked_by == rep


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_token_needs_an_end_within_a_year(rep, days):
    with pytest.raises(TokenRefused):
        issue(rep, days=days)


def test_twenty_tokens_are_enough(rep):
    for number in range(20):
        last, _secret = issue(rep, name=str(number))
    with pytest.raises(TokenRefused, match="20 tokens"):
        issue(rep)
    revoke_token(last, by=rep, at=NOW)
    issue(rep)


def test_its_use_is_noted_at_most_once_a_minute(rep, django_assert_num_queries):
    token, _secret = issue(rep)
    note_use(token, at=NOW)
    with django_assert_num_queries(0):
        note_use(token, at=NOW + timedelta(seconds=5))
    assert AccessToken.objects.get(pk=token.pk).last_used_at == NOW


def test_turns_run_out_and_come_back_with_the_next_minute():
    first = [take_turn("x", limit=2, at=NOW).is_over for _nth in range(3)]
    assert first == [False, False, True]
    assert not take_turn("y", limit=2, at=NOW).is_over
    later = take_turn("x", limit=2, at=NOW + timedelta(seconds=60))
    assert (later.left, later.is_over) == (1, False)


# --- pages -----------------------------------------------------------------------------------------------------------


def make_in_browser(client, **changes):
    return client.post("/settings/my-tokens/", {"name": "Shop", "right": "read", "days": "30", **changes})


def test_the_secret_is_shown_once(rep, signed_in):
    client = signed_in(rep)
    answer = make_in_browser(client, right="write", form_token="abc")
    token = AccessToken.objects.get()
    shown = answer.content.decode()
    secret = shown[shown.index("rap_") :][:47]
    assert find_token(secret, at=timezone.now()) == token
    assert token.may_write
    assert "no-store" in answer["Cache-Control"]
    assert secret not in client.get("/settings/my-tokens/").content.decode()


def test_the_same_form_sent_twice_makes_one_token(rep, signed_in):
    client = signed_in(rep)
    make_in_browser(client, form_token="abc")
    assert make_in_browser(client, form_token="abc").status_code == 302
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 81}, {"right": "all"}, {"days": "9999"}, {"days": "x"}])
def test_a_wrong_wish_makes_none(rep, signed_in, wrong):
    assert make_in_browser(signed_in(rep), **wrong).status_code == 422
    assert not AccessToken.objects.exists()


def test_a_colleague_sees_and_revokes_his_own_alone(rep, other_rep, signed_in):
    token, _secret = issue(rep, name="Only Ana's")
    client = signed_in(other_rep)
    assert "Only Ana" not in client.get("/settings/my-tokens/").content.decode()
    assert client.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    signed_in(rep).post(f"/settings/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_by == rep


def test_an_admin_sees_and_revokes_everybodys(rep, admin, signed_in):
    token, _secret = issue(rep, name="The shop")
    client = signed_in(admin)
    assert "The shop" in client.get("/settings/tokens/").content.decode()
    client.post(f"/settings/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_by == admin
    assert "revoked" in client.get("/settings/tokens/?over=1").content.decode()
