"""Records for tests, with as little as each needs; everything else by keyword."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle, islice
from typing import Any
from uuid import uuid4

from django.db import connection

from complaints.models import Complaint, ComplaintEntry
from customers.models import Customer, Order, OrderLine, Person, Product
from interactions.models import Task
from segments.models import Membership, Process, ProcessStep, ProcessVersion, Segment, Trigger

PASSWORD = "a long enough password"
_numbers = count(1)


def make_customer(**fields: Any) -> Customer:
    """A current organisation; ``number`` counts up."""
    number = next(_numbers)
    return Customer.objects.create(**{"number": f"K-{number:05}", "name": f"Customer {number}", **fields})


def make_customers(count: int) -> list[Customer]:
    """So many organisations in one statement."""
    numbers = [next(_numbers) for _nth in range(count)]
    return Customer.objects.bulk_create(
        Customer(number=f"K-{number:05}", name=f"Customer {number}") for number in numbers
    )


def make_person(customer: Customer, **fields: Any) -> Person:
    """Somebody at ``customer``."""
    return Person.objects.create(**{"customer": customer, "name": "Søren Holm", **fields})


def make_order(customer: Customer, day: date, amount_cents: int = 10_000, **fields: Any) -> Order:
    """An order of one line; the cost of goods is 60% unless given."""
    values = {"number": f"O-{next(_numbers):06}", "cost_cents": amount_cents * 6 // 10, **fields}
    order = Order.objects.create(customer=customer, day=day, amount_cents=amount_cents, **values)
    OrderLine.objects.create(order=order, amount_cents=amount_cents, cost_cents=values["cost_cents"])
    return order


def make_many_orders(customer: Customer, count: int, *, until: date, days: int) -> None:
    """So many orders in one statement, numbered M0 …, one after the other on the ``days`` before and with ``until``;
    each is a cent more than the one before, from 1.00 on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_order (customer_id, number, day, amount_cents, cost_cents)"
            " SELECT %s, 'M' || nth, %s::date - nth %% %s, 100 + nth, 50 FROM generate_series(0, %s - 1) nth",
            [customer.pk, until, days, count],
        )


def sell_on_days(customer: Customer, days: Iterable[date], product: Product, cents: int, quantity: float = 1) -> None:
    """An order of one line on each of ``days``, as ``sell`` would write them one by one."""
    orders = Order.objects.bulk_create(
        Order(customer=customer, day=day, number=f"O-{next(_numbers):06}", amount_cents=cents) for day in days
    )
    line = {"product": product, "position": 1, "amount_cents": cents, "quantity": quantity, "cost_cents": cents // 2}
    OrderLine.objects.bulk_create(OrderLine(order=order, **line) for order in orders)


def sell(customer: Customer, day: date, *lines: tuple[Product | None, int, float | str], **fields: Any) -> Order:
    """An order of ``lines`` (product, cents, quantity); goods cost half."""
    amount = sum(cents for _product, cents, _quantity in lines)
    values = {"number": f"O-{next(_numbers):06}", "amount_cents": amount, "line_count": len(lines), **fields}
    order = Order.objects.create(customer=customer, day=day, **values)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=product,
            position=position,
            amount_cents=cents,
            quantity=quantity,
            cost_cents=cents // 2,
        )
        for position, (product, cents, quantity) in enumerate(lines, start=1)
    )
    return order


def make_segment(key: str = "premium", **fields: Any) -> Segment:
    """A segment with its own mark where it has one; the fallback when ``is_fallback`` is given.

    Where the defaults are there already, the one of that key, changed to ``fields``.
    """
    mark = key if key in Segment.Mark.values else Segment.Mark.PLUS
    new = {"name": key.capitalize(), "mark": mark, "priority": Segment.objects.count() + 1, **fields}
    segment, _created = Segment.objects.update_or_create(key=key, defaults=fields, create_defaults=new)
    return segment


def put_in_segment(customer: Customer, segment: Segment, since: date = date(2026, 1, 1)) -> Membership:
    """The customer is in ``segment`` from that day on, and was in none before."""
    Membership.objects.current().filter(customer=customer).delete()
    return Membership.objects.create(customer=customer, segment=segment, since=since, reason="test")


def make_process(segment: Segment, flow: str, steps: list[dict[str, Any]]) -> ProcessVersion:
    """A published process of ``segment``, as its next version; the one before is retired."""
    process, _created = Process.objects.get_or_create(segment=segment, flow=flow)
    process.versions.filter(state=ProcessVersion.State.PUBLISHED).update(state=ProcessVersion.State.RETIRED)
    published = ProcessVersion.objects.create(
        process=process,
        version=process.versions.count() + 1,
        state=ProcessVersion.State.PUBLISHED,
        promise="answer in two days",
    )
    for position, step in enumerate(steps, start=1):
        ProcessStep.objects.create(version=published, position=position, **{"title": f"Step {position}", **step})
    return published


def make_task(customer: Customer, **fields: Any) -> Task:
    """A follow-up for the customer's owner, due now."""
    return Task.objects.create(
        **{
            "customer": customer,
            "kind": Task.Kind.FOLLOW_UP,
            "title": "Talk to them",
            "assignee": customer.owner,
            "due_at": datetime(2026, 11, 24, 12, tzinfo=UTC),
            **fields,
        }
    )


def set_score(customer: Customer, **figures: Any) -> None:
    """The score in force of one customer: bought on nine days, every 18 days, last today, nothing at stake."""
    set_scores([(customer, figures)])


def set_scores(scores: list[tuple[Customer, dict[str, Any]]]) -> None:
    """The scores in force of many customers, each with figures as for ``set_score``; all name the same figures."""
    rows = [_fill_score(customer, figures) for customer, figures in scores]
    names, places = ", ".join(rows[0]), ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS segments_score_of_tests PARTITION OF segments_score FOR VALUES IN (0)"
        )
        cursor.execute("CREATE OR REPLACE VIEW segments_current_score AS SELECT * FROM segments_score WHERE run_id = 0")
        cursor.execute(
            "DELETE FROM segments_score WHERE run_id = 0 AND customer_id = ANY(%s)",
            [[customer.pk for customer, _figures in scores]],
        )
        cursor.executemany(
            f"INSERT INTO segments_score ({names}) VALUES ({places})", [list(row.values()) for row in rows]
        )


def _fill_score(customer: Customer, figures: dict[str, Any]) -> dict[str, Any]:
    day = figures.get("as_of", date(2026, 11, 23))
    return {
        "run_id": 0,
        "customer_id": customer.pk,
        "as_of": day,
        "note": "",
        "purchase_days": 9,
        "first_day": day - timedelta(days=144),
        "last_day": day,
        "sales_12m_cents": 1_000_000,
        "sales_before_12m_cents": 1_000_000,
        "goods_12m_cents": 600_000,
        "service_12m_cents": 0,
        "contribution_12m_cents": 400_000,
        "grade": "B1",
        "recency_score": 3,
        "frequency_score": 3,
        "money_score": 3,
        "gap_days": 0,
        "mean_gap_days": 18.0,
        "gap_ratio": 0.0,
        "surprise": 1.0,
        "fall": 0.0,
        "at_stake_cents": 0,
        "risk_rank": 0.0,
        "risk": 0,
        **figures,
    }


def make_trigger(key: str = "slipping-away", **fields: Any) -> Trigger:
    """A trigger that is on, opens a task due in two working days and has no cooldown."""
    new = {"name": key.replace("-", " ").capitalize(), "cooldown_days": 0, "due_hours": 16, **fields}
    trigger, _created = Trigger.objects.update_or_create(key=key, defaults=new)
    return trigger


def copy_complaints(
    complaints: list[Complaint], *, times: int = 1, customers: Sequence[Customer] | None = None
) -> list[Complaint]:
    """So many more of each, or one for each of these customers, as they stand, with what was done for it; quicker than
    to live through them."""

    def copy(row: Any, **new: Any) -> Any:
        return type(row)(**{one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields} | new)

    known = Complaint.objects.prefetch_related("entries").in_bulk([one.pk for one in complaints])
    originals = [known[one.pk] for one in complaints] * times
    if customers is not None:
        originals = list(islice(cycle(originals), len(customers)))
    whose = [one.pk for one in customers] if customers is not None else [one.customer_id for one in originals]
    made = Complaint.objects.bulk_create(
        copy(one, id=None, token=uuid4(), customer_id=pk) for one, pk in zip(originals, whose, strict=True)
    )
    ComplaintEntry.objects.bulk_create(
        copy(entry, id=None, complaint_id=new.pk)
        for new, one in zip(made, originals, strict=True)
        for entry in one.entries.all()
    )
    return made
