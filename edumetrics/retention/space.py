"""The space of removed rows, and what can still be read in it."""

from django.db import OperationalError, connection

from edumetrics.databases.urls import dialect_of
from edumetrics.retention.errors import RetentionError


def is_kept_in_file() -> bool:
    """Whether what is removed stays in the database's file until ``vacuum``: on SQLite."""
    return dialect_of(connection.settings_dict) == "sqlite"


def check_vacuum() -> None:
    """Raises RetentionError where ``vacuum`` is not for the database."""
    if not is_kept_in_file():
        raise RetentionError(
            "--vacuum is for SQLite. PostgreSQL's autovacuum lets new rows use the space by itself; to give it back to "
            "the file system, its owner runs VACUUM FULL while no run is at work."
        )


def vacuum() -> None:
    """Make the SQLite file anew from the rows that are there.

    Raises RetentionError on PostgreSQL, where there is no room for a second file, and where somebody reads for long.
    """
    check_vacuum()
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            # Else the pages as they were stay in the write-ahead log.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError as error:
        raise RetentionError(
            f"The rows are removed, but the file could not be made anew, and still has them: {error}. It needs as much "
            "free space again as it has, and nobody else who uses it. Then run manage.py purge --before YEAR --vacuum."
        ) from error
