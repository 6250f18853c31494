"""Notes for colleagues: who is named is told, what was removed comes back, and who watches hears what he asked for."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.complaint_handling import take_complaint
from crm.core.models import User
from crm.core.record_restoring import CannotRestore, restore_record
from crm.home.news import count_unseen, list_news
from customers.customer_watching import watch_customer
from customers.models import Note, Watch
from customers.note_writing import NoteRefused, change_note, write_note
from interactions.models import Alert
from segments.models import SegmentChange
from tests import factories

EVERYTHING = ["moves", "complaints", "alerts"]


@pytest.fixture
def now():
    return timezone.now()


def told(user, now):
    return [(one.icon, one.what, one.is_new) for one in list_news(user, at=now)]


def test_a_colleague_who_is_named_is_told_until_he_looked(client, customer, rep, lead, now):
    write_note(customer, text="@Marit Haugen they want a visit <b>soon</b>", by=rep, at=now)
    assert count_unseen(lead, at=now) == 1
    assert told(lead, now) == [("note", "Ana Ribeiro named you in a note", True)]
    client.force_login(lead)
    page = client.get(reverse("home:news-list"))
    assert "News, 1 not seen" in page.text
    assert "&lt;b&gt;soon&lt;/b&gt;" in page.text
    client.post(reverse("home:news-seen"), {"until": page.context["until"]})
    assert count_unseen(lead, at=now) == 0
    assert told(lead, now) == [("note", "Ana Ribeiro named you in a note", False)]
    assert "not seen" not in client.get(reverse("home:news-list")).text


def test_the_bell_of_a_page_that_stays_open_is_drawn_anew_only_when_its_number_changed(
    client, customer, rep, lead, now
):
    """Asking costs one look into the cache or one query, and does not tell that somebody sat there."""
    client.force_login(lead)
    bell = reverse("home:news-bell")
    ask = partial(client.get, bell, headers={"X-Unasked": "1", "Referer": "http://testserver/news/"})
    assert ask({"shown": 0}).status_code == 204
    write_note(customer, text="@Marit Haugen they want a visit", by=rep, at=now)
    cache.clear()  # half a minute later
    answer = ask({"shown": 0})
    assert "News, 1 not seen" in answer.text
    assert f"{bell}?shown=1" in answer.text
    assert 'aria-current="page"' in answer.text
    assert ask({"shown": 1}).status_code == 204
    lead.refresh_from_db()
    assert lead.last_seen_at is None
    client.get(reverse("home:news-list"))
    lead.refresh_from_db()
    assert lead.last_seen_at is not None


def test_of_two_colleagues_of_one_name_the_one_who_was_chosen_is_told(client, customer, rep, lead, now):
    other = User.objects.create_user("other@rapport.test", factories.PASSWORD, name=lead.name, role=lead.role)
    other.managed_teams.add(customer.team)
    client.force_login(rep)
    offered = client.get(reverse("customers:note-new", args=[customer.pk])).text
    assert f"{lead.name} ({lead.email})" in offered
    assert f"{other.name} ({other.email})" in offered
    write_note(customer, text=f"@{other.name} ({other.email}) look", by=rep, at=now)
    assert (told(lead, now), len(told(other, now))) == ([], 1)
    assert f"<b>@{other.name}</b>" in client.get(reverse("customers:note-card", args=[customer.pk])).text
    write_note(customer, text=f"@{lead.name} look", by=rep, at=now)  # typed by hand: better both than neither
    assert (len(told(lead, now)), len(told(other, now))) == (1, 2)


def test_a_note_that_no_page_changed_is_told_by_who_wrote_it(customer, rep, lead, now):
    note = write_note(customer, text="@Marit Haugen look", by=rep, at=now)
    Note.objects.filter(pk=note.pk).update(changed_by=None)
    assert told(lead, now) == [("note", "Ana Ribeiro named you in a note", True)]


def test_nobody_is_told_of_a_customer_he_may_not_see(customer, rep, other_rep, now):
    assert write_note(customer, text="@Tomasz Zieliński look", by=rep, at=now).mentioned == []
    watch_customer(customer, kinds=EVERYTHING, by=other_rep, at=now)
    take_complaint(customer, title="Late", by=rep, at=now)
    assert told(other_rep, now) == []


def test_naming_oneself_tells_nobody_and_naming_later_tells_then(customer, rep, lead, now):
    note = write_note(customer, text="@Ana Ribeiro remember", by=rep, at=now - timedelta(days=1))
    assert count_unseen(rep, at=now) == 0
    change_note(note, text="@Marit Haugen too", by=rep, at=now)
    assert [one.at for one in list_news(lead, at=now)] == [now]
    change_note(note, text="@Marit Haugen, too", by=rep, at=now + timedelta(hours=1))
    assert [one.at for one in list_news(lead, at=now)] == [now]


@pytest.mark.parametrize(("text", "words"), [(" \n\u0000", "Write"), ("x" * 5001, "5000")])
def test_an_empty_or_endless_note_is_refused(customer, rep, now, text, words):
    with pytest.raises(NoteRefused, match=words):
        write_note(customer, text=text, by=rep, at=now)


def test_a_watcher_hears_what_he_asked_for_from_then_on(customer, rep, lead, now):
    before = take_complaint(customer, title="Old", by=rep, at=now)
    before.__class__.objects.filter(pk=before.pk).update(created_at=now - timedelta(days=2))
    watch_customer(customer, kinds=["complaints", "moves"], by=lead, at=now - timedelta(days=1))
    take_complaint(customer, title="Seals failed", by=rep, at=now)
    premium = factories.make_segment("premium")
    SegmentChange.objects.create(customer=customer, to_segment=premium, day=date(2026, 11, 22), reason="bought more")
    Alert.objects.create(customer=customer, trigger=factories.make_trigger(), period=now.date(), day=now.date())
    at = timezone.now() + timedelta(hours=1)
    assert sorted(one.icon for one in list_news(lead, at=at)) == ["shield", "swap"]
    assert count_unseen(lead, at=at) == 2
    watch_customer(customer, kinds=["alerts"], by=lead, at=at)
    assert [one.icon for one in list_news(lead, at=at)] == ["bolt"]
    assert count_unseen(lead, at=at) == 1
    assert watch_customer(customer, kinds=[], by=lead, at=at) is None
    assert told(lead, at) == []
    with CaptureQueriesContext(connection) as asked:
        assert count_unseen(lead, at=at) == 0
    assert "segmentchange" not in " ".join(query["sql"] for query in asked)  # nobody is watched: no move is looked at


def test_what_one_did_oneself_is_no_news(customer, rep, now):
    watch_customer(customer, kinds=EVERYTHING, by=rep, at=now - timedelta(days=1))
    take_complaint(customer, title="Late", by=rep, at=now)
    assert told(rep, now) == []


def test_a_forged_moment_marks_nothing(client, customer, rep, lead, now):
    write_note(customer, text="@Marit Haugen look", by=rep, at=now)
    client.force_login(lead)
    for until in ("", "tomorrow", "2026-13-45T00:00", "2026-11-22T00:00", "9999-12-31T23:59:59+00:00"):
        assert client.post(reverse("home:news-seen"), {"until": until}).status_code == 302
    write_note(customer, text="@Marit Haugen again", by=rep, at=timezone.now())
    assert count_unseen(lead, at=timezone.now()) == 1  # even the far future was only "until now"


def test_a_note_is_written_changed_removed_and_brought_back_on_the_page(client, customer, rep, lead):
    client.force_login(rep)
    new = reverse("customers:note-new", args=[customer.pk])
    assert "<li>Marit Haugen</li>" in client.get(new).text
    assert client.post(new, {"text": " "}).status_code == 422
    client.post(new, {"text": "See https://map.example/x."})
    note = Note.objects.get()
    client.post(reverse("customers:note-edit", args=[note.pk]), {"text": "@Marit Haugen see https://map.example/y."})
    card = client.get(reverse("customers:note-card", args=[customer.pk])).text
    assert 'href="https://map.example/y" target="_blank" rel="nofollow noopener noreferrer"' in card
    assert "<b>@Marit Haugen</b>" in card
    assert "changed" in card
    client.post(reverse("customers:note-remove", args=[note.pk]))
    assert not Note.objects.exists()
    client.post(reverse("customers:note-restore", args=[note.pk]))
    back = Note.objects.get()
    assert (back.pk, back.text, back.mentioned, back.created_by) == (
        note.pk,
        "@Marit Haugen see https://map.example/y.",
        [lead.pk],
        rep,
    )
    assert "It is back already." in client.post(reverse("customers:note-restore", args=[note.pk]), follow=True).text


def test_what_was_removed_long_ago_does_not_come_back(customer, rep, now):
    note = write_note(customer, text="A slip", by=rep, at=now)
    key = note.pk
    note.delete()
    with pytest.raises(CannotRestore, match="30 days"):
        restore_record(Note, key, by=rep, at=now + timedelta(days=31))


def test_watching_is_chosen_on_a_form(client, customer, viewer):
    client.force_login(viewer)
    url = reverse("customers:watch-edit", args=[customer.pk])
    client.post(url, {"kinds": ["alerts"]})
    assert Watch.objects.filter(user=viewer, alerts=True, moves=False, complaints=False).exists()
    assert customer.name in client.get(reverse("home:news-list")).text
    client.post(url, {})
    assert not Watch.objects.exists()


def test_a_note_stands_in_the_timeline(client, customer, rep):
    write_note(customer, text="Likes quick answers", by=rep, at=datetime(2026, 11, 1, 9, tzinfo=UTC))
    client.force_login(rep)
    assert "Likes quick answers" in client.get(reverse("home:customer-part", args=[customer.pk, "timeline"])).text
