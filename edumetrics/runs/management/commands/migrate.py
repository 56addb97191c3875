"""manage.py migrate"""

from typing import Any

import psycopg
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.utils import DatabaseError

from edumetrics.databases.grants import grant_application
from edumetrics.databases.urls import driver_uri
from edumetrics.runs.commands import EduMetricsCommand

OWNER_ALIAS = "owner"

_APPEND_ONLY = ("audit_log",)
_READ_ONLY = ("django_migrations",)


class Command(EduMetricsCommand, migrate.Command):
    """Django's migrate, as the role that owns the tables where there is one."""

    help = (
        "Create or update the analysis tables. With MIGRATE_DB_URL they are made and owned by its role, and the role "
        "of DEFAULT_DB_URL is given what it needs, and no more."
    )
    examples = """  manage.py migrate                                    before anything else, and after an upgrade
  MIGRATE_DB_URL=postgresql://... manage.py migrate    as the owner of the tables (docs/how-to/postgresql.md)
  manage.py migrate --plan                             what would be done"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Django's; --database is the owner's connection where there is one."""
        super().add_arguments(parser)
        if OWNER_ALIAS in connections:
            parser.set_defaults(database=OWNER_ALIAS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and give the application's role its rights."""
        grants = options["database"] == OWNER_ALIAS and not (options["plan"] or options["check_unapplied"])
        role = _application_role() if grants else ""
        try:
            super().handle(*args, **options)
        except DatabaseError as error:
            if _is_refused(error):
                raise CommandError(_refused(options["database"], error)) from error
            raise
        if grants:
            tables = _grant(role)
            if options["verbosity"]:
                self.stdout.write(f"The role {role} has its rights on {tables} tables.")


def _application_role() -> str:
    """The role of DEFAULT_DB_URL; refuses the owner itself."""
    with _connected("default") as application, _connected(OWNER_ALIAS) as owner:
        role = str(_one(application, "SELECT current_user"))
        if role == _one(owner, "SELECT current_user"):
            raise CommandError(
                f"MIGRATE_DB_URL and DEFAULT_DB_URL are both of the role {role}, so the application could drop its "
                "tables. Give the application a role of its own (docs/how-to/postgresql.md), or leave MIGRATE_DB_URL "
                "out."
            )
    return role


def _grant(role: str) -> int:
    """How many tables the role was given its rights on."""
    with _connected(OWNER_ALIAS) as owner:
        tables = grant_application(owner, role, append_only=_APPEND_ONLY, read_only=_READ_ONLY)
    with _connected("default") as application:
        if _one(application, "SELECT to_regclass('django_migrations')") is None:
            raise CommandError(
                "The tables were made, but DEFAULT_DB_URL does not see them: it names another database or schema than "
                "MIGRATE_DB_URL. Let both name the same one."
            )
    return len(tables)


def _connected(alias: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(driver_uri(connections[alias].settings_dict))


def _one(connection: "psycopg.Connection[Any]", query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _is_refused(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return True
        # MigrationSchemaMissing is raised while the refusal is handled, and names it in its text only.
        error = error.__cause__ or error.__context__
    return False


def _refused(alias: str, error: DatabaseError) -> str:
    variable = "MIGRATE_DB_URL" if alias == OWNER_ALIAS else "DEFAULT_DB_URL"
    return (
        f"The role of {variable} may not change the analysis tables: {' '.join(str(error).split())}. "
        "Set MIGRATE_DB_URL to the URL of the role that owns them (docs/how-to/postgresql.md)."
    )
