"""Tags: one of each for the whole company, on one customer or a selection, found again by list and rule."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from crm.core.metric_catalogue import METRICS
from customers.models import CustomerTag, Tag
from customers.tagging import TagRefused, list_tags, read_tag_names, tag_customers, untag_customers
from segments.rules.criteria import compile_criteria
from tests import factories

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def names_of(customer):
    return [tag["name"] for tag in list_tags(customer)]


def test_a_selection_is_tagged_and_the_undo_knows_whom(customer, rep):
    other = factories.make_customer()
    assert tag_customers([customer.pk], name="Trade  fair", by=rep, at=NOW) == [customer.pk]
    assert tag_customers([customer.pk, other.pk, 999_999], name="TRADE FAIR", by=rep, at=NOW) == [other.pk]
    assert [str(tag) for tag in Tag.objects.all()] == ["Trade fair"]
    assert untag_customers([other.pk, 999_999], name="trade fair") == [other.pk]
    assert (names_of(customer), names_of(other)) == (["Trade fair"], [])
    assert CustomerTag.objects.get().tagged_by == rep
    assert untag_customers([customer.pk], name="never heard of") == []


def test_names_are_parted_by_commas_each_once():
    assert read_tag_names(" Señal , senal,\tKey\u2028 account,, ") == ["Señal", "Key account"]


@pytest.mark.parametrize(
    ("text", "words"),
    [(" , ", "a word"), ("x" * 41, "40 letters"), (",".join(map(str, range(11))), "10 tags")],
)
def test_what_is_no_tag_is_refused_with_the_reason(text, words):
    with pytest.raises(TagRefused, match=words):
        read_tag_names(text)


def test_one_tag_at_a_time(customer, rep):
    with pytest.raises(TagRefused, match="comma"):
        tag_customers([customer.pk], name="one, two", by=rep, at=NOW)


def test_a_rep_tags_a_customer_and_takes_it_off_with_undo(client, customer, rep):
    client.force_login(rep)
    page = reverse("home:customer-page", args=[customer.pk])
    answer = client.post(reverse("customers:tag-new", args=[customer.pk]), {"names": "Trade fair, Pilot"}, follow=True)
    assert "Tagged: Trade fair, Pilot." in answer.text
    tag = Tag.objects.get(name="Pilot")
    strip = client.post(
        reverse("customers:tag-remove", args=[customer.pk, tag.pk]), headers={"HX-Request": "true", "HX-Target": "tags"}
    )
    assert "Trade fair" in strip.text
    assert "Pilot" not in strip.text
    assert reverse("customers:tag-put", args=[customer.pk, tag.pk]) in strip["HX-Trigger"]
    client.post(reverse("customers:tag-put", args=[customer.pk, tag.pk]))
    assert names_of(customer) == ["Pilot", "Trade fair"]
    assert f"?tag={tag.pk}" in client.get(page).text


def test_the_list_is_narrowed_by_a_tag_and_shows_it(client, customer, rep):
    other = factories.make_customer(owner=rep, team=rep.team)
    tag_customers([customer.pk], name="Pilot", by=rep, at=NOW)
    client.force_login(rep)
    tag = Tag.objects.get()
    narrowed = client.get(reverse("home:customer-list"), {"tag": tag.pk}).text
    assert customer.name in narrowed
    assert other.name not in narrowed
    assert 'title="Pilot"' in narrowed
    assert other.name in client.get(reverse("home:customer-list"), {"tag": "²"}).text


def test_a_rule_may_ask_for_a_tag():
    rule = {"metric": "tags", "operator": "contains", "value": "Pilot"}
    assert "tags.names" in compile_criteria(rule, METRICS, today=NOW.date()).where


def test_a_renamed_tag_stays_on_its_customers_and_no_other_has_its_name(client, customer, admin):
    tag_customers([customer.pk], name="Pilot", by=admin, at=NOW)
    tag_customers([customer.pk], name="Trade fair", by=admin, at=NOW)
    client.force_login(admin)
    tag = Tag.objects.get(name="Pilot")
    url = reverse("customers:tag-edit", args=[tag.pk])
    assert "already" in client.post(url, {"name": "trade FAIR"}).text
    assert "comma" in client.post(url, {"name": "a, b"}).text
    client.post(url, {"name": "First users"})
    assert names_of(customer) == ["First users", "Trade fair"]
    client.post(reverse("customers:tag-delete", args=[tag.pk]))
    assert names_of(customer) == ["Trade fair"]
