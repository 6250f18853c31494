"""Which complaint first: by what is at risk, never by how many there are."""

VALUE_FLOOR_CENTS = 10_000


def rank_complaint(*, value_cents: int, severity: int, clock_day: int) -> int:
    """``value × severity × age``: the higher, the sooner.

    Value is the customer's yearly sales in cents, at least ``VALUE_FLOOR_CENTS`` so that a complaint of somebody who
    has not bought yet still rises with time; severity is 1, 2 or 3; age is the clock's day plus one, so that the day
    of taking counts.

    So 400,000 a year, medium, day 4 (400,000 × 2 × 5 = 4.0 million) comes before 30,000 a year, high, day 20
    (30,000 × 3 × 21 = 1.9 million).
    """
    return max(value_cents, VALUE_FLOOR_CENTS) * severity * (max(0, clock_day) + 1)
