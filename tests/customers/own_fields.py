"""A company's own fields for tests: one defined in a line, and what a customer holds in them."""

import pytest

from customers.custom_field_defining import FieldWish, add_field
from customers.models import CustomValueSet


@pytest.fixture
def define(admin):
    def define_it(label, kind="text", **wish):
        return add_field(FieldWish(label, **wish), kind=kind, by=admin)

    return define_it


def held(customer):
    row = CustomValueSet.objects.filter(customer=customer).first()
    return row.data if row else {}
