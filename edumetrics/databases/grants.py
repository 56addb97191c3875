"""What the application's role may do with the tables that another role, the owner, made on PostgreSQL."""

from collections.abc import Collection

from psycopg import Connection, sql

_TABLES, _SEQUENCES = ("r", "p", "v", "m", "f"), ("S",)


def grant_application(
    owner: Connection, role: str, *, append_only: Collection[str] = (), read_only: Collection[str] = ()
) -> list[str]:
    """Let a role read and write rows of every table that the connection's user owns in its schema; their names.

    To tables of ``append_only`` it can only add rows, and those of ``read_only`` it can only read. What it was given
    before is taken back first, so that the result depends on nothing but the arguments.
    """
    tables = _owned(owner, _TABLES)
    for table in tables:
        allowed = "SELECT" if table in read_only else "SELECT, INSERT" if table in append_only else _ROWS
        _run(owner, "REVOKE ALL ON TABLE {} FROM {}", table, role)
        _run(owner, f"GRANT {allowed} ON TABLE {{}} TO {{}}", table, role)
    for sequence in _owned(owner, _SEQUENCES):
        # USAGE is for inserting, SELECT for pg_dump.
        _run(owner, "GRANT USAGE, SELECT ON SEQUENCE {} TO {}", sequence, role)
    return tables


_ROWS = "SELECT, INSERT, UPDATE, DELETE"


def _owned(owner: Connection, kinds: Collection[str]) -> list[str]:
    found = owner.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace "
        "WHERE n.nspname = current_schema() AND relkind = ANY(%s) AND pg_get_userbyid(relowner) = current_user "
        "ORDER BY relname",
        [list(kinds)],
    )
    return [name for (name,) in found]


def _run(owner: Connection, statement: str, name: str, role: str) -> None:
    owner.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(role)))
