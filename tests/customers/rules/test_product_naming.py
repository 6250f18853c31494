"""How the exports of other systems write a product."""

import pytest

from customers.rules.product_naming import read_coded_name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[FS-100] Floor scrubber", ("FS-100", "Floor scrubber")),
        ("Floor scrubber", ("", "Floor scrubber")),
        ("[FS-100]", ("", "[FS-100]")),
    ],
)
def test_a_product_may_carry_its_number_in_brackets(text, told):
    assert read_coded_name(text) == told
