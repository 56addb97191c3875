"""Whose role reads, whether the session refuses to write, and whether the role could write if it did not."""

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from edumetrics.college_db.check.asking import Question
from edumetrics.college_db.check.report import College, Finding, Gravity, counted
from edumetrics.databases.literals import quoted
from edumetrics.databases.urls import sqlite_path
from edumetrics.engine.tables.canonical import Kind

HOW_TO = "docs/how-to/connect-a-college.md"

_POSTGRESQL_WRITES = "INSERT, UPDATE, DELETE, TRUNCATE"
# What a role must not hold; SELECT, USAGE and the like only read.
_MYSQL_WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "TRIGGER", "SUPER", "FILE")


def check_access(question: Question, settings: Mapping[str, Any], college: College) -> Iterator[Finding]:
    """Fills in the college's server and role, and says whether anything of ours could write."""
    college.dialect = question.dialect
    if question.dialect == "sqlite":
        findings = _on_sqlite(question, settings, college)
    elif question.dialect == "postgresql":
        findings = _on_postgresql(question, college)
    else:
        findings = _on_mysql(question, college)
    yield Finding(
        Gravity.OK,
        "connection",
        f"Connected to {college.server} as {college.role}.",
    )
    yield _session(college)
    yield from findings


def _session(college: College) -> Finding:
    if college.read_only:
        return Finding(Gravity.OK, "read_only", "The session is read-only: it refuses to write.")
    return Finding(
        Gravity.ERROR,
        "read_only",
        "The session is not read-only, so one barrier against writing is missing. Take from CLIENT_DB_URL what changes "
        "the session's mode; EduMetrics itself opens the college's database read-only.",
    )


def _cannot_write(college: College) -> Finding:
    college.writable = False
    role = str(college.role)
    return Finding(Gravity.OK, "writable", f"{role[:1].upper()}{role[1:]} has no right to write.")


def _can_write(college: College, sentence: str, fix: str) -> Finding:
    college.writable = True
    return Finding(
        Gravity.WARNING,
        "writable",
        f"{sentence} The session is kept from writing, but a role that can only read is safer ({HOW_TO}).",
        fix=fix,
    )


def _on_sqlite(question: Question, settings: Mapping[str, Any], college: College) -> list[Finding]:
    path = sqlite_path(settings)
    version = question.texts("SELECT sqlite_version() AS version", "version")[0]["version"]
    college.server = f"SQLite {version}, {path.name}"
    college.role = f"account {_account()}"
    college.read_only = is_opened_read_only(str(settings["NAME"]))
    if not may_write(path):
        return [_cannot_write(college)]
    return [_can_write(college, f"The {college.role} may write the file {path.name}.", f"chmod a-w {path.name}")]


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"number {os.getuid()}"


def is_opened_read_only(name: str) -> bool:
    """Whether Django's NAME of a SQLite connection opens the file read-only; SQLite has no question for it."""
    return name.startswith("file:") and parse_qs(name.partition("?")[2]).get("mode") == ["ro"]


def may_write(path: Path) -> bool:
    """Whether the file's permissions let this account write, the superuser's right to everything aside."""
    return bool(path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)) and os.access(path, os.W_OK)


def _on_postgresql(question: Question, college: College) -> list[Finding]:
    row = question.rows(
        "SELECT current_setting('server_version') AS version, current_user AS role, "
        "quote_ident(current_user) AS grantee, "
        "current_setting('transaction_read_only') = 'on' AND current_setting('default_transaction_read_only') = 'on' "
        "AS read_only, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser",
        {
            "version": Kind.TEXT,
            "role": Kind.TEXT,
            "grantee": Kind.TEXT,
            "read_only": Kind.BOOLEAN,
            "is_superuser": Kind.BOOLEAN,
        },
    )[0]
    role = row["role"]
    college.server, college.role, college.grantee = f"PostgreSQL {row['version']}", f"role {role}", row["grantee"]
    college.read_only = row["read_only"]
    if row["is_superuser"]:
        return [_can_write(college, f"The role {role} is a superuser and could write everything.", _new_role())]
    tables = question.rows(
        "SELECT n.nspname AS in_schema, c.relname AS name, pg_has_role(c.relowner, 'USAGE') AS is_owner "
        "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
        "AND n.nspname NOT LIKE 'pg\\_%' "
        f"AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, '{_POSTGRESQL_WRITES}'))",
        {"in_schema": Kind.TEXT, "name": Kind.TEXT, "is_owner": Kind.BOOLEAN},
    )
    schemas = question.texts(
        "SELECT nspname AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' "
        "AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'CREATE')",
        "name",
    )
    return _of_postgresql_rights(college, role, tables, sorted(str(one["name"]) for one in schemas))


def _of_postgresql_rights(
    college: College, role: str, tables: list[dict[str, Any]], schemas: list[str]
) -> list[Finding]:
    findings = []
    if tables:
        named = ", ".join(sorted(one["name"] for one in tables)[:3])
        owned = any(one["is_owner"] for one in tables)
        of_schemas = ", ".join(sorted({one["in_schema"] for one in tables}))
        fix = (
            _new_role()
            if owned
            else f"REVOKE {_POSTGRESQL_WRITES} ON ALL TABLES IN SCHEMA {of_schemas} FROM {college.grantee};"
        )
        how = "owns" if owned else "could write"
        what = counted(len(tables), "table")
        findings.append(_can_write(college, f"The role {role} {how} {what}, for example {named}.", fix))
    if schemas:
        names = ", ".join(schemas)
        fix = f"REVOKE CREATE ON SCHEMA {names} FROM PUBLIC, {college.grantee};"
        findings.append(_can_write(college, f"The role {role} could create tables in the schema {names}.", fix))
    return findings or [_cannot_write(college)]


def _new_role() -> str:
    return (
        "CREATE ROLE edumetrics_reader LOGIN PASSWORD 'choose-one'; "
        "GRANT USAGE ON SCHEMA public TO edumetrics_reader; "
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO edumetrics_reader;"
    )


def _on_mysql(question: Question, college: College) -> list[Finding]:
    row = question.texts("SELECT VERSION() AS version, CURRENT_USER() AS role, DATABASE() AS name", "version", "role")[
        0
    ]
    version, role = str(row["version"]), str(row["role"])
    is_mariadb = "mariadb" in version.lower()
    college.server = f"MariaDB {version.partition('-')[0]}" if is_mariadb else f"MySQL {version}"
    college.role, college.grantee = f"user {role}", _mysql_account(role)
    variable = "tx_read_only" if is_mariadb else "transaction_read_only"
    college.read_only = question.numbers(f"SELECT @@session.{variable} AS read_only", ["read_only"])["read_only"] == 1
    return _of_mysql_rights(college, role, _mysql_grants(question, role))


def _mysql_account(role: str) -> str:
    user, _, host = role.rpartition("@")
    return f"{quoted(user)}@{quoted(host)}"


def _mysql_grants(question: Question, role: str) -> list[dict[str, str | None]]:
    """What the user may do that writes: "right" and the schema or table that it is "on"."""
    grantee = quoted(_mysql_account(role))
    is_write = f"grantee = {grantee} AND privilege_type IN ({', '.join(quoted(one) for one in _MYSQL_WRITES)})"
    here = "table_schema = DATABASE()"
    return question.texts(
        f"SELECT privilege_type AS granted, '*.*' AS target FROM information_schema.user_privileges WHERE {is_write} "
        "UNION ALL SELECT privilege_type, CONCAT(table_schema, '.*') FROM information_schema.schema_privileges "
        f"WHERE {is_write} AND DATABASE() LIKE table_schema "
        "UNION ALL SELECT privilege_type, CONCAT(table_schema, '.', table_name) "
        f"FROM information_schema.table_privileges WHERE {is_write} AND {here}",
        "granted",
        "target",
    )


def _of_mysql_rights(college: College, role: str, grants: list[dict[str, str | None]]) -> list[Finding]:
    if not grants:
        return [_cannot_write(college)]
    target = str(sorted(grants, key=lambda one: str(one["target"]))[0]["target"])
    rights = ", ".join(sorted({str(one["granted"]) for one in grants if one["target"] == target}))
    return [
        _can_write(
            college,
            f"The user {role} has {rights} on {target}.",
            f"REVOKE {rights} ON {target} FROM {college.grantee};",
        )
    ]
