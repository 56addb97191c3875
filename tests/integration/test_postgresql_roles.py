"""The roles of docs/how-to/postgresql.md and connect-a-college.md, made by exactly the SQL that stands there."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import STANDARD, Templates
from tests.integration.databases import PostgresqlDatabase
from tests.integration.own_server import OwnServer, own_server
from tests.integration.workspace import ROOT, Workspace, assert_same

OWNER = ("edumetrics_owner", "choose-one")
APPLICATION = ("edumetrics", "choose-another")
ANALYST = ("edumetrics_analyst", "choose-a-third")
READER = ("edumetrics_reader", "choose-one")
AUDIT_ROW = (
    "INSERT INTO audit_log (at, who, what, whom, from_where, details) VALUES (now(), 'me', 'purge', '', 'here', '{}')"
)


def sql_blocks(page: str) -> list[str]:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)


ROLES_AND_DATABASE, IN_THE_DATABASE, ONE_ROLE_SO_FAR, FOR_ANALYSTS = sql_blocks("postgresql.md")
FOR_THE_COLLEGE, _ = sql_blocks("connect-a-college.md")


@pytest.fixture
def server() -> Iterator[OwnServer]:
    with own_server() as one:
        yield one


@pytest.fixture
def workspace(server: OwnServer, tmp_path: Path) -> Workspace:
    """The databases of the documentation, used as the superuser; the analysis database is still to be made."""
    server.psql("CREATE DATABASE college")
    of = {name: PostgresqlDatabase(name, server.url()) for name in ("edumetrics", "college")}
    return Workspace(tmp_path, of["edumetrics"], of["college"])


def url_as(workspace: Workspace, who: tuple[str, str]) -> str:
    database = workspace.college if who is READER else workspace.analysis
    assert isinstance(database, PostgresqlDatabase)
    return database.url_as(*who)


def as_documented(workspace: Workspace, *commands: str, **environment: str) -> list[str]:
    """Commands that go well as the application, which reads the college by the role that can only read."""
    urls = {"DEFAULT_DB_URL": url_as(workspace, APPLICATION), "CLIENT_DB_URL": url_as(workspace, READER)}
    return [one.out for one in workspace.manage_all(*commands, **urls | environment)]


def refused(url: str, *statements: str) -> list[str]:
    """Those that the role is not allowed."""
    found = []
    for statement in statements:
        try:
            with psycopg.connect(url) as connection:
                # What a role sets for itself is no barrier.
                connection.execute("SET default_transaction_read_only = off")
                connection.commit()
                connection.execute(statement.encode())
                connection.rollback()
        except psycopg.errors.InsufficientPrivilege:
            found.append(statement)
    return found


CHANGES_OF_TABLES = (
    "DROP TABLE weekly_flags",
    "ALTER TABLE weekly_flags ADD COLUMN x integer",
    "TRUNCATE weekly_flags",
    "CREATE TABLE mine (x integer)",
    "CREATE TRIGGER mine BEFORE INSERT ON weekly_flags EXECUTE FUNCTION audit_log_append_only()",
    "ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only",
    "UPDATE audit_log SET who = 'nobody'",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "DELETE FROM django_migrations",
)
OF_ACCOUNTS = (
    "account_class",
    "account_branch",
    "portal_session",
    "token_blacklist_blacklistedtoken",
    "token_blacklist_outstandingtoken",
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
    "intervention_history",
    "demo_mark",
    "account",
)
CHANGES_OF_ROWS = (
    "INSERT INTO advisors (advisor_id) VALUES ('X1')",
    "UPDATE students SET name = 'Nobody'",
    "DELETE FROM students",
    "TRUNCATE students",
    "DROP TABLE students",
    "CREATE TABLE mine (x integer)",
)


def test_the_roles_of_the_documentation_can_do_their_work_and_no_more(
    server: OwnServer, workspace: Workspace, templates: Templates
) -> None:
    server.psql(ROLES_AND_DATABASE)
    server.psql(IN_THE_DATABASE, "edumetrics")
    alone = workspace.run("migrate", DEFAULT_DB_URL=url_as(workspace, APPLICATION)).refusal()
    assert "The role of DEFAULT_DB_URL may not change the analysis tables" in alone
    assert "Set MIGRATE_DB_URL to the URL of the role that owns them" in alone

    # The college's tables are there before its reader, the demo's own later ones are made after it.
    workspace.manage_all(f"demo_college {STANDARD}", DEFAULT_DB_URL=workspace.college.url)
    server.psql(FOR_THE_COLLEGE, "college")
    (migrated,) = as_documented(workspace, "migrate", MIGRATE_DB_URL=url_as(workspace, OWNER))
    assert "The role edumetrics has its rights on" in migrated

    # Again, with all that was granted already.
    as_documented(workspace, "migrate --verbosity 0", MIGRATE_DB_URL=url_as(workspace, OWNER))
    as_documented(workspace, "calibrate", "run_weekly", "log_intervention 25CSEA001 --kind call --by ADV001")
    expected = templates.calibrated(("sqlite", "sqlite"))
    assert_same(workspace.published(), expected.published())
    archive = workspace.folder / "backup"
    as_documented(workspace, f"backup {archive}")
    assert archive.stat().st_size

    owners = workspace.analysis.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [(OWNER[0],)]
    application = url_as(workspace, APPLICATION)
    assert refused(application, *CHANGES_OF_TABLES) == list(CHANGES_OF_TABLES)
    assert refused(application, AUDIT_ROW, "DELETE FROM weekly_flags", "SELECT * FROM audit_log") == []

    # Accounts, sessions and lock-outs are the application's to change; what it wrote of them into the log is not.
    as_documented(workspace, "sync_advisors")
    assert workspace.analysis.rows("SELECT what FROM audit_log") == [("sync_advisors",)]
    assert refused(application, *(f"DELETE FROM {table}" for table in OF_ACCOUNTS)) == []
    assert refused(application, "UPDATE audit_log SET details = '{}' WHERE what = 'sync_advisors'") != []
    assert refused(url_as(workspace, READER), *CHANGES_OF_ROWS, "SELECT * FROM students") == list(CHANGES_OF_ROWS)

    server.psql(FOR_ANALYSTS, "edumetrics")
    analyst = ("SELECT * FROM intervention_log", "DELETE FROM weekly_metrics", *CHANGES_OF_TABLES)
    assert refused(url_as(workspace, ANALYST), "SELECT * FROM weekly_metrics", *analyst) == list(analyst)


def test_a_table_made_later_is_the_applications_to_use_at_once(server: OwnServer, workspace: Workspace) -> None:
    server.psql(ROLES_AND_DATABASE)
    server.psql(IN_THE_DATABASE, "edumetrics")
    with psycopg.connect(url_as(workspace, OWNER)) as owner:
        owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY, x integer)")
    assert refused(url_as(workspace, APPLICATION), "INSERT INTO later (x) VALUES (1)", "DELETE FROM later") == []


def test_a_database_that_one_role_made_gets_an_owner(server: OwnServer, workspace: Workspace) -> None:
    server.psql(
        f"CREATE ROLE edumetrics LOGIN PASSWORD '{APPLICATION[1]}'; CREATE DATABASE edumetrics OWNER edumetrics"
    )
    application, owner = url_as(workspace, APPLICATION), url_as(workspace, OWNER)
    workspace.manage_all("migrate --verbosity 0", DEFAULT_DB_URL=application)
    assert refused(application, *CHANGES_OF_TABLES[:4]) == []

    both = workspace.run("migrate", DEFAULT_DB_URL=application, MIGRATE_DB_URL=application).refusal()
    assert "MIGRATE_DB_URL and DEFAULT_DB_URL are both of the role edumetrics" in both

    server.psql(ONE_ROLE_SO_FAR, "edumetrics")
    server.psql(IN_THE_DATABASE, "edumetrics")
    workspace.manage_all("migrate --verbosity 0", DEFAULT_DB_URL=application, MIGRATE_DB_URL=owner)
    assert refused(application, *CHANGES_OF_TABLES) == list(CHANGES_OF_TABLES)
    assert refused(application, AUDIT_ROW, "DELETE FROM weekly_flags") == []


def test_two_urls_of_different_databases_are_told_apart(server: OwnServer, workspace: Workspace) -> None:
    server.psql(ROLES_AND_DATABASE)
    server.psql(IN_THE_DATABASE, "edumetrics")
    elsewhere = server.url("college")
    message = workspace.run("migrate", DEFAULT_DB_URL=elsewhere, MIGRATE_DB_URL=url_as(workspace, OWNER)).refusal()
    assert "DEFAULT_DB_URL does not see them" in message
