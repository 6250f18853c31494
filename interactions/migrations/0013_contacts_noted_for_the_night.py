"""Whoever writes a contact notes its customer: what a year of contacts cost is taken over from the night before by all
others. The triggers fire too where others rest, as when an import is undone."""

from django.db import migrations

NOTE_CONTACTS = """
CREATE FUNCTION interactions_note_served() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO customers_rewrittenhistory (customer_id) SELECT DISTINCT customer_id FROM rows_after;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO customers_rewrittenhistory (customer_id) SELECT DISTINCT customer_id FROM rows_before;
    ELSE
        INSERT INTO customers_rewrittenhistory (customer_id)
        SELECT customer_id FROM rows_before UNION SELECT customer_id FROM rows_after;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_served_inserted AFTER INSERT ON interactions_interaction
    REFERENCING NEW TABLE AS rows_after FOR EACH STATEMENT EXECUTE FUNCTION interactions_note_served();
CREATE TRIGGER note_served_updated AFTER UPDATE ON interactions_interaction
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION interactions_note_served();
CREATE TRIGGER note_served_deleted AFTER DELETE ON interactions_interaction
    REFERENCING OLD TABLE AS rows_before FOR EACH STATEMENT EXECUTE FUNCTION interactions_note_served();
ALTER TABLE interactions_interaction ENABLE ALWAYS TRIGGER note_served_inserted,
    ENABLE ALWAYS TRIGGER note_served_updated, ENABLE ALWAYS TRIGGER note_served_deleted;
"""

FORGET_CONTACTS = """
DROP TRIGGER note_served_inserted ON interactions_interaction;
DROP TRIGGER note_served_updated ON interactions_interaction;
DROP TRIGGER note_served_deleted ON interactions_interaction;
DROP FUNCTION interactions_note_served();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0033_people_by_change'),
        ('interactions', '0012_web_events'),
    ]

    operations = [migrations.RunSQL(NOTE_CONTACTS, FORGET_CONTACTS)]
