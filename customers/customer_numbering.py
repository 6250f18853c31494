"""Numbers for customers who come without one."""

from django.db import connection

from customers.models import Customer


def next_number() -> str:
    """A free customer number: ``K-20481``."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('customers_customer', 'id'))")
            number = f"K-{cursor.fetchone()[0]:05}"
            if not Customer.objects.filter(number=number).exists():
                return number
