"""What the rows of the table point at. Add what your rows need; keep it small."""

from datetime import date
from types import SimpleNamespace

from customers.models import CostRate, Product
from tests import factories


def build_world(world: SimpleNamespace) -> SimpleNamespace:
    """``world`` comes with the cast; everything added here belongs to Ana's customer in team North."""
    world.customer = factories.make_customer(owner=world.rep, team=world.rep.team)
    world.person = factories.make_person(world.customer)
    world.order = factories.make_order(world.customer, date(2026, 3, 2))
    world.product = Product.objects.create(number="P-1", name="Shaft seal")
    world.cost_rate = CostRate.objects.create(work=CostRate.Work.CALL, valid_from=date(2026, 1, 1))
    return world
