"""Who sees which customers."""

import pytest
from django.contrib.auth.models import AnonymousUser

from customers.models import Customer
from tests import factories


@pytest.mark.parametrize(
    ("colleague", "sees_own_team", "sees_other_team"),
    [
        ("rep", True, False),
        ("viewer", True, False),
        ("lead", True, False),
        ("other_rep", False, True),
        ("guardian", True, True),
        ("executive", True, True),
        ("admin", True, True),
        ("partner", False, False),
    ],
)
def test_customers_are_seen_by_team_and_role(
    request, customer, foreign_customer, colleague, sees_own_team, sees_other_team
):
    seen = Customer.objects.visible_to(request.getfixturevalue(colleague))
    assert (customer in seen, foreign_customer in seen) == (sees_own_team, sees_other_team)


def test_an_owner_sees_his_customer_even_in_another_team(rep, south):
    mine = factories.make_customer(owner=rep, team=south)
    assert mine in Customer.objects.visible_to(rep)


def test_nobody_signed_in_or_deactivated_sees_anything(customer, admin):
    admin.is_active = False
    assert not Customer.objects.visible_to(admin).exists()
    assert not Customer.objects.visible_to(AnonymousUser()).exists()
