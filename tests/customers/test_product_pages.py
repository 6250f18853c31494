"""Products and cost rates in the settings."""

import pytest
from django.urls import reverse

from customers.models import CostRate, Product


def product(**fields):
    return {"form_token": "t1", "number": "P-1", "name": "Seal", "price_cents": "1,204.50", "is_active": "on", **fields}


def test_an_admin_adds_a_product_and_finds_it_in_the_list(admin, signed_in):
    browser = signed_in(admin)
    answer = browser.post(reverse("customers:product-new"), product(), follow=True)
    assert Product.objects.get().price_cents == 120_450
    assert "Seal" in answer.content.decode()
    assert "1,204" in answer.content.decode()


def test_the_same_form_sent_twice_makes_one_product(admin, signed_in):
    browser = signed_in(admin)
    for number in ("P-1", "P-2"):
        assert browser.post(reverse("customers:product-new"), product(number=number)).status_code == 302
    assert Product.objects.count() == 1


def test_a_form_that_was_wrong_can_be_sent_again(admin, signed_in):
    browser = signed_in(admin)
    answer = browser.post(reverse("customers:product-new"), product(price_cents="twelve"))
    assert answer.status_code == 422
    assert "Please give an amount" in answer.content.decode()
    assert browser.post(reverse("customers:product-new"), product()).status_code == 302


@pytest.mark.parametrize("amount", ["1e99", "NaN", "inf", "--1", "1.234", "9" * 29, "1,2,3", "\x00"])
def test_no_amount_breaks_the_form(admin, signed_in, amount):
    answer = signed_in(admin).post(reverse("customers:product-new"), product(price_cents=amount))
    assert answer.status_code in {302, 422}


def test_a_fragment_of_the_list_is_the_rows_alone(admin, signed_in):
    Product.objects.create(number="P-9", name="Hose")
    whole = signed_in(admin).get(reverse("customers:product-list")).content.decode()
    rows = signed_in(admin).get(reverse("customers:product-list"), headers={"HX-Request": "true", "HX-Target": "rows"})
    assert "<html" in whole
    assert "Hose" in rows.content.decode()
    assert "<html" not in rows.content.decode()
    assert "HX-Target" in rows["Vary"]


def test_a_cost_rate_that_ends_before_it_begins_is_refused(admin, signed_in):
    data = {"work": "call", "cents_each": "1", "valid_from": "2026-03-02", "valid_to": "2026-03-01"}
    answer = signed_in(admin).post(reverse("customers:cost-rate-new"), data)
    assert answer.status_code == 422
    assert not CostRate.objects.exists()


def test_removing_a_rate_asks_once_and_keeps_its_history(admin, signed_in):
    rate = CostRate.objects.create(work="call", valid_from="2026-01-01", cents_each=300)
    url = reverse("customers:cost-rate-delete", args=[rate.pk])
    assert signed_in(admin).get(url).status_code == 200
    assert signed_in(admin).post(url).status_code == 302
    assert not CostRate.objects.exists()
