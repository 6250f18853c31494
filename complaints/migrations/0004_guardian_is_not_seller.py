"""The database itself keeps the seller from guarding, and finds a solved case by the words of its title.

* writing a guardian who owns the customer of an open complaint fails (``guardian_is_not_seller``), by whatever path;
* when a customer gets an owner who guards one of his open complaints, the complaint loses its guardian, and the
  complaint clocks name another within minutes.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION complaints_refuse_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customers_customer WHERE id = NEW.customer_id AND owner_id = NEW.guardian_id FOR SHARE;
    IF FOUND THEN
        RAISE EXCEPTION 'The seller of a customer cannot guard his complaint.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'guardian_is_not_seller', TABLE = 'complaints_complaint';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guardian_is_not_seller
    BEFORE INSERT OR UPDATE OF guardian_id, customer_id, closed_at ON complaints_complaint
    FOR EACH ROW WHEN (NEW.guardian_id IS NOT NULL AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION complaints_refuse_seller();
"""

FREE = """
CREATE FUNCTION complaints_free_from_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE complaints_complaint SET guardian_id = NULL, guardian_named_at = NULL
        WHERE customer_id = NEW.id AND guardian_id = NEW.owner_id AND closed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER seller_is_not_guardian
    AFTER UPDATE OF owner_id ON customers_customer
    FOR EACH ROW WHEN (NEW.owner_id IS NOT NULL AND NEW.owner_id IS DISTINCT FROM OLD.owner_id)
    EXECUTE FUNCTION complaints_free_from_seller();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0003_initial"), ("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER guardian_is_not_seller ON complaints_complaint; DROP FUNCTION complaints_refuse_seller();",
        ),
        migrations.RunSQL(
            FREE,
            "DROP TRIGGER seller_is_not_guardian ON customers_customer; DROP FUNCTION complaints_free_from_seller();",
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["title"],
                name="complaint_title_trgm",
                opclasses=["gin_trgm_ops"],
            ),
        ),
    ]
