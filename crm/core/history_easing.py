"""The two functions that every row trigger of the history asks, written so that a row costs next to nothing.

As their libraries write them, both try to read a setting and catch the error when it is not set: a subtransaction
that fails for each row. At its end the database looks through everything the transaction still has to check, so
removing ten thousand customers in one statement took a minute. Reading the setting "if there is one" says the same.
"""

from django.db import connections

FUNCTIONS = {
    "_pgtrigger_should_ignore": """
        CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
        LANGUAGE sql STABLE AS $$
            SELECT coalesce(
                trigger_name = ANY (nullif(current_setting('pgtrigger.ignore', true), '')::text[]), false)
        $$""",
    "_pgh_attach_context": """
        CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE plpgsql AS $$
        DECLARE
            act uuid := nullif(current_setting('pghistory.context_id', true), '');
            about jsonb := nullif(current_setting('pghistory.context_metadata', true), '');
        BEGIN
            IF act IS NULL OR about IS NULL THEN
                RETURN NULL;
            END IF;
            INSERT INTO pghistory_context (id, metadata, created_at, updated_at) VALUES (act, about, now(), now())
            ON CONFLICT (id) DO UPDATE SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
                WHERE pghistory_context.metadata <> EXCLUDED.metadata;
            RETURN act;
        END $$""",
}


def ease_history(*, using: str) -> list[str]:
    """Write anew those of the two functions that are still, or again, as their libraries wrote them; their names.

    Every migration that adds a history trigger writes the first one as the library has it, so this follows each.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE proname = ANY(%s) AND prosrc ILIKE '%%exception when others%%'",
            [list(FUNCTIONS)],
        )
        slow = [name for (name,) in cursor.fetchall()]
        for name in slow:
            cursor.execute(FUNCTIONS[name])
    return slow
