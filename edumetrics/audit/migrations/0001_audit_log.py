# The triggers refuse UPDATE, DELETE and TRUNCATE to everybody, the owner of the table too. How an owner who must remove
# old rows goes about it: docs/how-to/operate.md.

from typing import Any

from django.db import migrations, models

SQLITE = [
    f"CREATE TRIGGER audit_log_{verb.lower()} BEFORE {verb} ON audit_log "
    f"BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: {verb} is refused'); END"
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    """CREATE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit_log is append-only: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only()",
]


def make_triggers(apps: Any, schema_editor: Any) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_log_update")
        schema_editor.execute("DROP TRIGGER audit_log_delete")
    else:
        schema_editor.execute("DROP FUNCTION audit_log_append_only() CASCADE")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditLog",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(help_text="when")),
                (
                    "who",
                    models.CharField(help_text="the user; of a command, the operating system's user", max_length=150),
                ),
                ("what", models.CharField(help_text="a code of edumetrics.audit.actions.What", max_length=32)),
                (
                    "whom",
                    models.TextField(
                        blank=True, help_text="whom it was about; a student as a pseudonym, never as student_id"
                    ),
                ),
                ("from_where", models.TextField(help_text="an address, or: command line on HOST")),
                ("details", models.JSONField(default=dict, help_text="counts and options; nothing personal")),
            ],
            options={
                "db_table": "audit_log",
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["-at"], name="audit_latest"),
                    models.Index(fields=["whom", "-at"], name="audit_whom"),
                ],
            },
        ),
        migrations.RunPython(make_triggers, drop_triggers),
    ]
