"""By what a list sorted by an own field puts its rows in order."""

import pytest

from customers.rules.custom_value_order import SORTED_KINDS, make_order, name_sort_index


@pytest.mark.parametrize("kind", SORTED_KINDS)
def test_the_order_names_the_field_and_where_its_values_stand(kind):
    order = make_order(12, kind, data="cv.data")
    assert "cv.data" in order
    assert "'12'" in order


@pytest.mark.parametrize("kind", ["person", "link"])
def test_colleagues_and_links_have_no_order(kind):
    with pytest.raises(KeyError):
        make_order(12, kind, data="data")
    assert name_sort_index(12, kind) == ""


def test_another_kind_needs_another_index():
    assert name_sort_index(12, "number") == "own_sort_12_number"
    assert name_sort_index(12, "text") != name_sort_index(12, "number")
