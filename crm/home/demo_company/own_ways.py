"""What the demo company arranged for itself: products made for a segment, fields of its own, a group of customers,
audiences of its campaigns.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, When

from crm.core.models import User
from customers.custom_field_defining import FieldWish, add_field
from customers.group_joining import join_group
from customers.models import Customer, CustomField, CustomValueSet, Product
from interactions.audience_keeping import add_members, make_audience
from segments.models import Segment
from segments.segment_offering import add_offering

MOST = 3_000
HEAD = "K-10002"
# Made for whoever buys advice with it, or for whoever buys by the box; the rest of the shelf is for everybody.
MADE_FOR = {
    "premium": ("Gear motor large", "Frequency drive large", "Valve block large"),
    "at-risk": ("Gear motor large", "Frequency drive large", "Valve block large"),
    "low-cost": ("Stretch film small", "Label roll small"),
}


def arrange_own_ways(*, at: datetime) -> None:
    """After the night: audiences are made from what it found."""
    _fill_own_fields(by=User.objects.get(email="admin@rapport.example"))
    _name_offerings()
    _join_plants()
    lead, ana = (User.objects.get(email=f"{name}@rapport.example") for name in ("lead", "rep"))
    _invite(
        "Open house in March",
        "Those who grew quiet see the new stock and meet their adviser again.",
        "visit",
        "risk=high&sort=-stake",
        by=lead,
        at=at - timedelta(days=6),
        score__risk=2,
    )
    _invite(
        "Letter about certificates",
        "From January certificates print with the delivery note; the best hear it first, from us.",
        "mail",
        "grade=A&sort=-sales",
        by=ana,
        at=at - timedelta(days=2),
        score__grade__startswith="A",
    )


def _name_offerings() -> None:
    products = Product.objects.filter(name__in={name for names in MADE_FOR.values() for name in names})
    known = {product.name: product for product in products}
    for segment in Segment.objects.filter(key__in=MADE_FOR):
        for name in MADE_FOR[segment.key]:
            add_offering(segment, product=known[name])


def _fill_own_fields(*, by: User) -> None:
    """Every third customer with an owner has told what we ask."""
    machines = add_field(FieldWish("Machines in use", help_text="Counted at the last visit."), kind="number", by=by)
    arrival = FieldWish("Goods in", added=("before ten", "all day", "by appointment"))
    goods_in = add_field(arrival, kind="choice", by=by)
    papers = add_field(FieldWish("Certificates with every box"), kind="flag", by=by)
    known = Customer.objects.exclude(owner=None).order_by("pk").values_list("pk", flat=True)[: MOST * 3 : 3]
    CustomValueSet.objects.bulk_create(
        [
            CustomValueSet(customer_id=pk, data=_draw_values(pk, machines=machines, goods_in=goods_in, papers=papers))
            for pk in known
        ],
        batch_size=1000,
    )


def _draw_values(pk: int, *, machines: CustomField, goods_in: CustomField, papers: CustomField) -> dict[str, Any]:
    values: dict[str, Any] = {str(machines.pk): 2 + pk * 7 % 46}
    if pk % 2:
        values[str(goods_in.pk)] = goods_in.options[pk // 2 % 3]["key"]
    if pk % 4:
        values[str(papers.pk)] = pk % 4 == 1
    return values


def _join_plants() -> None:
    """Two more customers of the same owner belong to a works that buys for several plants."""
    head = Customer.objects.filter(number=HEAD).first()
    if head is None or head.owner is None:
        return
    others = Customer.objects.filter(owner=head.owner, number__gt="K-10020")
    at_home_first = Case(When(country=head.country, then=0), default=1)
    for plant in others.order_by(at_home_first, "number")[:2]:
        join_group(plant, head=head, by=head.owner)


def _invite(name: str, purpose: str, channel: str, query: str, *, by: User, at: datetime, **which: Any) -> None:
    audience = make_audience(
        name=name,
        purpose=purpose,
        channel=channel,
        made_from="Customers",
        made_list="customers",
        made_query=query,
        by=by,
        at=at,
    )
    chosen = Customer.objects.visible_to(by).filter(**which).order_by("-score__at_stake_cents", "pk")
    add_members(audience, list(chosen.values_list("pk", flat=True)[:60]), by=by, at=at)
