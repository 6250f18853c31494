"""How it went with a customer in twelve months: goods and encounters, weighed by what he buys."""

from django.db.models import Sum

from crm.core.models.business_setting import setting
from crm.home.customer_value import Statement
from customers.models import Customer, ItemDay
from customers.rules.encounter_weight import Experience, judge_experience, read_family_weights


def load_experience(customer: Customer, statement: Statement) -> Experience | None:
    """In the time of ``statement``; one query where a family has a weight, none otherwise."""
    weights = read_family_weights(setting("encounters.family_weights"))
    bought: dict[str, int] = {}
    if weights:
        days = ItemDay.objects.filter(customer=customer, day__gte=statement.first_day, day__lte=statement.last_day)
        by_family = days.filter(product__gt=0).values_list("product__family").annotate(cents=Sum("amount_cents"))
        bought = {family: int(cents) for family, cents in by_family}
    return judge_experience(
        sold_cents=statement.sales_cents,
        returned_cents=-statement.returns_cents,
        encounters=statement.encounters,
        complaints=statement.complaints,
        bought_cents=bought,
        weights=weights,
    )
