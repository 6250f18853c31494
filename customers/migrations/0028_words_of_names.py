"""The words of all names, kept by triggers whoever writes a name; filled without holding up those who write."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# Names are cut at spaces, which costs little; only what is left, each once, is cut at everything else.
NEW_WORDS = """
    INSERT INTO customers_nameword (word)
    SELECT DISTINCT found.word
    FROM (SELECT DISTINCT unnest(string_to_array(name_folded, ' ')) AS token FROM {names}) named,
        regexp_split_to_table(named.token, '[^[:alnum:]]+') AS found (word)
    WHERE length(found.word) BETWEEN 3 AND 60
    AND NOT EXISTS (SELECT FROM customers_nameword known WHERE known.word = found.word);
"""
WORDS = f"""
CREATE FUNCTION customers_note_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {NEW_WORDS.format(names="rows_after")}
    RETURN NULL;
END $$;
CREATE FUNCTION customers_note_words_of_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {NEW_WORDS.format(names="(SELECT NEW.name_folded) written")}
    RETURN NULL;
END $$;
"""
NO_WORDS = "DROP FUNCTION customers_note_words_of_name(); DROP FUNCTION customers_note_name_words();"
NOTE_WORDS = """
CREATE TRIGGER note_words_inserted AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS rows_after FOR EACH STATEMENT EXECUTE FUNCTION customers_note_name_words();
CREATE TRIGGER note_words_changed AFTER UPDATE OF name_folded ON {table}
    FOR EACH ROW WHEN (OLD.name_folded IS DISTINCT FROM NEW.name_folded)
    EXECUTE FUNCTION customers_note_words_of_name();
"""
FORGET_TRIGGERS = "DROP TRIGGER note_words_inserted ON {table}; DROP TRIGGER note_words_changed ON {table};"
TABLES = ("customers_customer", "customers_person", "customers_tradingname")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0027_rewritten_histories'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=60)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['word'], name='name_word'), django.contrib.postgres.indexes.GinIndex(fields=['word'], name='name_word_trgm', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
        *[migrations.RunSQL(NOTE_WORDS.format(table=table), FORGET_TRIGGERS.format(table=table)) for table in TABLES],
        *[migrations.RunSQL(NEW_WORDS.format(names=table), migrations.RunSQL.noop) for table in TABLES],
    ]
