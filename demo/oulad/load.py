"""The Open University's CSV files into an SQLite database of their own."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from edumetrics.engine.errors import EduMetricsError

REQUIRED = ("courses", "studentInfo", "studentRegistration", "assessments", "studentAssessment")
OPTIONAL = ("vle", "vle_stage_snapshots", "vle_days_14_28_42_56")

# What the selects of mapping.toml and a person at the prompt look rows up by.
INDEXES = {
    "courses": ("code_module", "code_presentation"),
    "studentInfo": ("code_module", "code_presentation", "id_student"),
    "studentRegistration": ("code_module", "code_presentation", "id_student"),
    "assessments": ("id_assessment",),
    "studentAssessment": ("id_assessment", "id_student"),
    "vle": ("id_site",),
    "vle_stage_snapshots": ("code_module", "code_presentation", "id_student"),
    "vle_days_14_28_42_56": ("code_module", "code_presentation", "id_student"),
}

# "OULA" in ASCII, written into the header of the file, so that a later load knows its own work.
APPLICATION_ID = 0x4F554C41


class LoadError(EduMetricsError):
    """The files cannot be loaded as asked; the text says what to do."""


def load(source: Path, database: Path) -> dict[str, int]:
    """Write every table found in the folder ``source`` into the SQLite file ``database``; rows per table.

    The file appears, or replaces the one of an earlier load, only when all of it is written. Raises LoadError where a
    required file is missing or unreadable, or ``database`` cannot be written or is a file that this function did not
    make.
    """
    files = _files(source)
    _refuse_foreign(database)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        return _write_and_replace(files, database)
    except (OSError, sqlite3.Error) as error:
        raise LoadError(f"{database} cannot be written: {error}. Give another file with --database.") from error


def read_table(path: Path) -> pl.DataFrame:
    """One compressed CSV file; empty strings are null, and a column of whole numbers is an integer column.

    Raises LoadError where it is not one.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        (fault, *_) = str(error).splitlines() or ["it is empty"]
        raise LoadError(f"{path} is no gzip-compressed CSV file that can be read: {fault}. Fetch it anew.") from error
    # As text first: the files write a missing number as "", which a typed read takes for text.
    frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame.with_columns(_typed(column) for column in frame)


def _typed(column: pl.Series) -> pl.Series:
    for dtype in (pl.Int64, pl.Float64):
        typed = column.cast(dtype, strict=False)
        if typed.null_count() == column.null_count():
            return typed
    return column


def _files(source: Path) -> dict[str, Path]:
    if not source.is_dir():
        raise LoadError(
            f"{source} is not a folder. Give the folder that holds {REQUIRED[0]}.csv.gz and the other files of the "
            "dataset, for example ../shared/data/oulad."
        )
    paths = {table: source / f"{table}.csv.gz" for table in REQUIRED + OPTIONAL}
    missing = [paths[table].name for table in REQUIRED if not paths[table].is_file()]
    if missing:
        raise LoadError(
            f"{source} has no {' and no '.join(missing)}. Needed are {', '.join(paths[t].name for t in REQUIRED)}: "
            "put the missing files there (gzip-compressed CSV with a header), or give another folder."
        )
    return {table: path for table, path in paths.items() if path.is_file()}


def _refuse_foreign(database: Path) -> None:
    if database.exists() and _application_id(database) != APPLICATION_ID:
        raise LoadError(
            f"{database} exists and was not made by this command, so it is left as it is. Give another file with "
            "--database, or move this one away."
        )


def _application_id(database: Path) -> int | None:
    """What the header of an SQLite file calls its maker; None where the file is no SQLite database."""
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("PRAGMA application_id").fetchone()[0])
    except sqlite3.Error:
        return None


def _remove_leftovers(database: Path) -> None:
    """Part files of loads that were killed; that of a load still running is left alone."""
    for part in database.parent.glob(f".{database.name}.*.part"):
        process = part.name.split(".")[-2]
        if process.isdigit() and not _is_running(int(process)):
            part.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_and_replace(files: dict[str, Path], database: Path) -> dict[str, int]:
    _remove_leftovers(database)
    part = database.with_name(f".{database.name}.{os.getpid()}.part")
    try:
        rows = _write_all(files, part)
        os.replace(part, database)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _write_all(files: dict[str, Path], part: Path) -> dict[str, int]:
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as connection, connection:
        # In memory, so that a killed load leaves no journal beside its part file.
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        rows = {table: _write(connection, table, read_table(path)) for table, path in files.items()}
        connection.commit()
        connection.execute("ANALYZE")
    return rows


def _write(connection: sqlite3.Connection, table: str, frame: pl.DataFrame) -> int:
    columns = ", ".join(f"{_quoted(name)} {_sql_type(dtype)}" for name, dtype in frame.schema.items())
    connection.execute(f"CREATE TABLE {_quoted(table)} ({columns})")
    places = ", ".join("?" * frame.width)
    connection.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", frame.iter_rows())
    keys = ", ".join(_quoted(name) for name in INDEXES[table])
    connection.execute(f"CREATE INDEX {_quoted(f'{table}_key')} ON {_quoted(table)} ({keys})")
    return frame.height


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sql_type(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "INTEGER"
    return "REAL" if dtype.is_float() else "TEXT"
