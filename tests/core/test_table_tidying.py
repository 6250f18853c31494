"""Tables are tidied where nobody's transaction is open, and nothing is lost by it."""

import pytest
from django.db import connection, transaction

from crm.core.table_tidying import tidy_tables
from customers.models import Product


def _count_tidy_pages():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relallvisible FROM pg_class WHERE relname = 'customers_product'")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_what_was_written_is_read_from_an_index_alone_afterwards():
    Product.objects.bulk_create(Product(number=f"P{nth}", name="Seal") for nth in range(500))
    Product.objects.update(name="Ring")
    with transaction.atomic():
        tidy_tables(Product)  # which no transaction can
    assert _count_tidy_pages() == 0
    tidy_tables(Product)
    assert _count_tidy_pages() > 0
    assert Product.objects.filter(name="Ring").count() == 500
