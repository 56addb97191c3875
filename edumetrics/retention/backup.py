"""A copy of the analysis database, made while it is in use; how to restore one: docs/how-to/operate.md."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from edumetrics.databases.urls import dialect_of, driver_uri, sqlite_path
from edumetrics.retention.errors import RetentionError


def back_up(settings: Mapping[str, Any], path: Path, *, overwrite: bool = False) -> int:
    """Copy the database of Django's ``settings`` of one connection into a file that only its owner may read; its bytes.

    The copy is one snapshot, whatever runs meanwhile. The file is there only once it is whole. Raises RetentionError
    for a file that exists (unless ``overwrite``), and where the copy fails.
    """
    copy = _by_pg_dump if dialect_of(settings) == "postgresql" else _by_sqlite
    if path.exists() and not overwrite:
        raise _exists(path)
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise RetentionError(f"{path} cannot be written: {error.strerror}. Check its folder.") from error
    try:
        copy(settings, partial, descriptor)
        os.fsync(descriptor)
        if overwrite:
            partial.replace(path)
        else:
            _put_in_place(partial, path)
        return path.stat().st_size
    finally:
        os.close(descriptor)
        partial.unlink(missing_ok=True)


def _put_in_place(partial: Path, path: Path) -> None:
    """Name the file, unless another one has taken the name meanwhile."""
    try:
        path.hardlink_to(partial)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError:
        # A file system without links, such as some network shares.
        partial.rename(path)


def _exists(path: Path) -> RetentionError:
    return RetentionError(f"{path} exists already. Choose another name, or give --force to replace it.")


def _by_sqlite(settings: Mapping[str, Any], partial: Path, descriptor: int) -> None:
    source = sqlite_path(settings)
    if not source.exists():
        raise RetentionError(f"There is no analysis database {source} to copy. Check DEFAULT_DB_URL.")
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True, timeout=30)) as database,
            closing(sqlite3.connect(partial)) as copy,
        ):
            database.backup(copy)
            # One file is easier to keep than one with a write-ahead log beside it; opening it turns that on again.
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise RetentionError(f"{source} cannot be copied: {error}.") from error
    if found != "ok":
        raise RetentionError(f"The copy of {source} is damaged, and so most likely is the database itself: {found}.")


def _by_pg_dump(settings: Mapping[str, Any], partial: Path, descriptor: int) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise RetentionError(
            "pg_dump is not on the PATH, and only it can copy a PostgreSQL database. Install PostgreSQL's client "
            "programs, of the server's version or newer (on Debian: apt install postgresql-client)."
        )
    parameters: dict[str, Any] = dict(conninfo_to_dict(driver_uri(settings)))
    password = parameters.pop("password", None)
    # On the command line every user of the machine could read it.
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    command = [program, "--format=custom", "--no-password", f"--dbname={make_conninfo(**parameters)}"]
    done = subprocess.run(command, stdout=descriptor, stderr=subprocess.PIPE, env=environment, check=False)  # noqa: S603
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise RetentionError(f"pg_dump failed, and no backup was made: {said}")
