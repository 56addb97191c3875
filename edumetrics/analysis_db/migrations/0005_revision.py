# The triggers make a row of revision grow with every change of what answers of the API are made of (docs/decisions/0013).
#
# On PostgreSQL they are deferred to the end of the transaction: numbers are locked for the moment of the commit only, so
# that neither the shards of a run nor two users wait for each other for long. Whoever changes a number first locks that
# of everything, so that no two of them can hold what the other one waits for. On SQLite there is one writer at a time,
# and they come with each row.
#
# On SQLite a migration that alters one of the tables makes it anew without its triggers; it must create them again:
# make_triggers does, whichever are there (tests/integration/test_revision.py tells).

from typing import Any

from django.db import migrations, models

# A run ends what it changes of a class's students, metrics and flags with the class's row of analysis_state; where it
# changes students only, it writes revision itself (analysis_db/store.py).
EVERYTHING = ("analysis_state", "roster_class", "subject_difficulty", "account_class", "account_branch", "demo_mark")
OF_A_STUDENT = ("intervention_log", "snooze", "flag_feedback")
# Of the audit log only what removes rows of students and years.
REMOVALS = "('erase_student', 'purge')"

_POSTGRESQL_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_POSTGRESQL_GROW = "ON CONFLICT (class_id) DO UPDATE SET number = greatest(revision.number + 1, excluded.number);"
POSTGRESQL_FUNCTIONS = [
    # Once in a transaction, however many rows it writes.
    f"""CREATE OR REPLACE FUNCTION revise_everything() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('edumetrics.revised', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
            INSERT INTO revision (class_id, number) VALUES ('', {_POSTGRESQL_NOW}) {_POSTGRESQL_GROW}
            PERFORM set_config('edumetrics.revised', pg_current_xact_id()::text, true);
        END IF;
        RETURN NULL;
    END $$""",
    # The lock comes first: a run that moves the student to another class commits before the class is looked up, or
    # after this one; else the number of the class that the student has left would grow, and not that of the new one.
    f"""CREATE OR REPLACE FUNCTION revise_class() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM revision WHERE class_id = '' FOR UPDATE;
        INSERT INTO revision (class_id, number)
        SELECT coalesce((SELECT class_id FROM roster_student
                         WHERE student_id = coalesce(NEW.student_id, OLD.student_id)), ''), {_POSTGRESQL_NOW}
        {_POSTGRESQL_GROW}
        RETURN NULL;
    END $$""",
]

_SQLITE_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
_SQLITE_EVERYTHING = f"UPDATE revision SET number = max(number + 1, {_SQLITE_NOW}) WHERE class_id = '';"
_SQLITE_CLASS = """
    INSERT OR IGNORE INTO revision (class_id, number)
    SELECT class_id, 0 FROM roster_student WHERE student_id = {row}.student_id AND class_id IS NOT NULL;
    UPDATE revision SET number = max(number + 1, {now}) WHERE class_id = coalesce(
        (SELECT class_id FROM roster_student WHERE student_id = {row}.student_id), '');"""


def make_triggers(apps: Any, schema_editor: Any) -> None:
    """Make those that are not there."""
    statements = _sqlite() if schema_editor.connection.vendor == "sqlite" else _postgresql()
    for statement in statements:
        schema_editor.execute(statement, params=None)


def _sqlite() -> list[str]:
    made = []
    for verb in ("INSERT", "UPDATE", "DELETE"):
        row = "OLD" if verb == "DELETE" else "NEW"
        bodies = dict.fromkeys(EVERYTHING, _SQLITE_EVERYTHING)
        bodies |= dict.fromkeys(OF_A_STUDENT, _SQLITE_CLASS.format(row=row, now=_SQLITE_NOW))
        made += [
            f"CREATE TRIGGER IF NOT EXISTS {table}_revised_{verb.lower()} AFTER {verb} ON {table} BEGIN {body} END"
            for table, body in bodies.items()
        ]
    made.append(
        "CREATE TRIGGER IF NOT EXISTS audit_log_revised AFTER INSERT ON audit_log "
        f"WHEN NEW.what IN {REMOVALS} BEGIN {_SQLITE_EVERYTHING} END"
    )
    return made


def _postgresql() -> list[str]:
    made = list(POSTGRESQL_FUNCTIONS)
    functions = dict.fromkeys(EVERYTHING, "revise_everything") | dict.fromkeys(OF_A_STUDENT, "revise_class")
    for table, function in functions.items():
        made += _postgresql_trigger(table, "INSERT OR UPDATE OR DELETE", "", function)
    return made + _postgresql_trigger("audit_log", "INSERT", f"WHEN (NEW.what IN {REMOVALS})", "revise_everything")


def _postgresql_trigger(table: str, when: str, condition: str, function: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {table}_revised ON {table}",
        f"CREATE CONSTRAINT TRIGGER {table}_revised AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW {condition} EXECUTE FUNCTION {function}()",
    ]


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for table in (*EVERYTHING, *OF_A_STUDENT):
            for verb in ("insert", "update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_revised_{verb}")
        schema_editor.execute("DROP TRIGGER IF EXISTS audit_log_revised")
    else:
        schema_editor.execute("DROP FUNCTION revise_everything() CASCADE")
        schema_editor.execute("DROP FUNCTION revise_class() CASCADE")


def add_everything(apps: Any, schema_editor: Any) -> None:
    """The row of everything."""
    revisions = apps.get_model("analysis_db", "Revision").objects.using(schema_editor.connection.alias)
    revisions.get_or_create(class_id="", defaults={"number": 1})


class Migration(migrations.Migration):
    dependencies = [
        ("analysis_db", "0004_work"),
        ("accounts", "0001_initial"),
        ("audit", "0001_audit_log"),
        ("interventions", "0003_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "class_id",
                    models.CharField(
                        help_text="the class of the students whom somebody logged something about; empty: everything else",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "number",
                    models.BigIntegerField(help_text="grows, and never comes back; about the milliseconds since 1970"),
                ),
            ],
            options={"db_table": "revision"},
        ),
        migrations.RunPython(add_everything, migrations.RunPython.noop),
        migrations.RunPython(make_triggers, drop_triggers),
    ]
