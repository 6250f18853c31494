"""The servers of the tests are real, and no database of a customer is ever used for a test."""

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests.embedded_test_servers import refuse_a_real_database


@pytest.mark.django_db
def test_postgres_has_what_the_product_needs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version_num')::int, current_database(), current_setting('data_checksums')"
        )
        version, database, checksums = cursor.fetchone()
        cursor.execute("select name from pg_available_extensions where name in ('pg_trgm', 'unaccent', 'btree_gin')")
        extensions = {name for (name,) in cursor.fetchall()}
    assert version >= 150000
    assert "test" in database
    assert checksums == "on"
    assert extensions == {"pg_trgm", "unaccent", "btree_gin"}


def test_broker_answers() -> None:
    url = settings.CACHES["default"]["LOCATION"]
    assert redis.Redis.from_url(url).ping()


def test_a_database_that_is_not_for_tests_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match="rapport"):
        refuse_a_real_database("postgres://boss@db.example/rapport")
    refuse_a_real_database("postgres://boss@db.example/rapport_test")
