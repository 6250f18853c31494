"""Where the product matters little, how the customer is served counts more."""

import pytest

from customers.rules.encounter_weight import judge_experience, read_family_weights


def judge(**given):
    facts = {"sold_cents": 10_000, "returned_cents": 500, "encounters": 10, "complaints": 4}
    return judge_experience(**{**facts, "bought_cents": {}, "weights": {}, **given})


def test_without_a_weight_encounters_count_as_much_as_the_goods():
    went = judge(bought_cents={"Pumps": 10_000})
    assert (went.goods, went.encounters, went.weight, went.light) == (0.95, 0.6, 1.0, 0.0)
    assert went.score == pytest.approx((0.95 + 0.6) / 2)


def test_of_a_product_of_low_importance_the_encounters_count_more():
    went = judge(bought_cents={"Abrasives": 7_500, "Pumps": 2_500}, weights={"Abrasives": 3.0})
    assert (went.weight, went.light) == (2.5, 0.75)
    assert went.score == pytest.approx((0.95 + 2.5 * 0.6) / 3.5)
    assert went.score < judge().score


def test_a_family_that_was_only_returned_weighs_nothing():
    assert judge(bought_cents={"Abrasives": -400, "Pumps": 100}, weights={"Abrasives": 3.0}).weight == 1.0


def test_more_complaints_than_encounters_and_more_returns_than_sales_are_nothing_that_went_well():
    went = judge(returned_cents=20_000, complaints=30)
    assert (went.goods, went.encounters, went.score) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("nothing", [{"sold_cents": 0}, {"encounters": 0}])
def test_of_who_bought_nothing_nothing_is_said(nothing):
    assert judge(**nothing) is None


def test_weights_are_written_as_family_and_number():
    assert read_family_weights(["Abrasives = 2", " Nuts=bolts =1.5"]) == {"Abrasives": 2.0, "Nuts=bolts": 1.5}


@pytest.mark.parametrize(
    "wrong", ["Abrasives", "= 2", "Abrasives = much", "Abrasives = 0.5", "Abrasives = 6", "A = nan"]
)
def test_what_is_no_family_with_a_weight_is_refused(wrong):
    with pytest.raises(ValueError, match=r"Abrasives|= 2|much|nan"):
        read_family_weights([wrong])
