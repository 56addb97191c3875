"""A backup restores, by the steps that the docs give."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Maker, Templates, need
from tests.integration.databases import PostgresqlDatabase, SqliteDatabase
from tests.integration.workspace import ROOT, Workspace, assert_same

PAGE = ROOT / "docs" / "how-to" / "operate.md"


def restore_steps(dialect: str) -> str:
    """The shell commands of docs/how-to/operate.md that restore a database of the dialect."""
    section = PAGE.read_text(encoding="utf-8").partition("## Restore")[2]
    blocks = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 2
    return str(blocks[0] if dialect == "sqlite" else blocks[1])


def follow_the_docs(workspace: Workspace, backup: Path) -> str:
    database = workspace.analysis
    on_sqlite = isinstance(database, SqliteDatabase)
    where = {"ANALYSIS": str(database.path)} if on_sqlite else {"DATABASE": database.url}
    script = f'manage.py() {{ "{sys.executable}" manage.py "$@"; }}\n'
    script += restore_steps("sqlite" if on_sqlite else "postgresql")
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=ROOT,
        env=workspace.environment({**where, "BACKUP": str(backup)}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def damage(workspace: Workspace) -> None:
    database = workspace.analysis
    if isinstance(database, SqliteDatabase):
        # What a crash leaves: a broken file, and beside it a write-ahead log that does not belong to the backup.
        connection = "import sqlite3, os; c = sqlite3.connect(os.environ['F']); c.execute('DELETE FROM weekly_flags');"
        script = connection + " c.commit(); os._exit(0)"
        subprocess.run([sys.executable, "-c", script], env={**os.environ, "F": str(database.path)}, check=True)
        assert database.path.with_name(f"{database.path.name}-wal").stat().st_size > 0
        with database.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 8192)
    else:
        database.execute("DROP TABLE weekly_flags", "DELETE FROM weekly_metrics", "DROP TABLE audit_log")


def test_a_backup_restores_by_the_steps_of_the_docs(calibrated: Workspace) -> None:
    calibrated.manage_all("demo_college --advance", "log_intervention 25CSEA002 --kind call --by ADV001")
    calibrated.python("from edumetrics.audit.actions import What, record; record(What.PURGE)").well()
    backup = calibrated.folder / "of today.backup"
    before = calibrated.everything() | {"audit_log": calibrated.analysis.table("audit_log")}
    done = calibrated.manage("backup", backup).well()
    assert f"The analysis database is in {backup}" in done.out
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in calibrated.folder.iterdir() if "partial" in one.name] == []

    damage(calibrated)
    calibrated.run("run_weekly").refusal()
    said = follow_the_docs(calibrated, backup)
    assert_same(calibrated.everything() | {"audit_log": calibrated.analysis.table("audit_log")}, before)
    assert "calibrate" in said
    # The restored database works: its constraints, its sequences and the trigger of the audit log are there.
    calibrated.manage_all("run_weekly", "log_intervention 25CSEA002 --kind call --by ADV001")
    assert set(calibrated.analysis.table("weekly_metrics")["sem_week"]) == set(range(1, 8))
    with pytest.raises(Exception, match="audit_log is append-only"):
        calibrated.analysis.execute("DELETE FROM audit_log")


def test_a_backup_is_one_moment_of_a_database_in_use(calibrated: Workspace) -> None:
    """Somebody has written and not yet committed."""
    before = calibrated.everything()
    backup = calibrated.folder / "backup"
    database = calibrated.analysis
    if isinstance(database, SqliteDatabase):
        import sqlite3

        writer = sqlite3.connect(database.path)
        writer.execute("BEGIN IMMEDIATE")
    else:
        assert isinstance(database, PostgresqlDatabase)
        writer = psycopg.connect(database.url)
    try:
        writer.execute("DELETE FROM weekly_metrics")
        calibrated.manage("backup", backup).well()
    finally:
        writer.rollback()
        writer.close()
    damage(calibrated)
    follow_the_docs(calibrated, backup)
    assert_same(calibrated.everything(), before)


def test_a_file_that_exists_is_not_overwritten_without_force(published: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.write_text("precious")
    refused, nowhere = published.manage_in_turn(f"backup {path}", f"backup {tmp_path}/nowhere/backup")
    assert f"{path} exists already. Choose another name, or give --force to replace it." in refused.refusal()
    assert "backup cannot be written: No such file or directory. Check its folder." in nowhere.refusal()
    assert path.read_text() == "precious"
    published.manage_all(f"backup {path} --force")
    assert path.stat().st_size > 10_000
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["backup"]


def test_a_backup_of_nothing_is_refused(published: Workspace, tmp_path: Path) -> None:
    if isinstance(published.analysis, SqliteDatabase):
        url, message = f"sqlite:///{tmp_path}/none.sqlite3", "There is no analysis database"
    else:
        url, message = f"{published.analysis.url}_nowhere", "pg_dump failed, and no backup was made:"
    assert message in published.run(f"backup {tmp_path}/backup", DEFAULT_DB_URL=url).refusal()
    assert list(tmp_path.glob("backup*")) == []


def test_a_damaged_sqlite_database_gives_no_backup(make: Maker, templates: Templates) -> None:
    workspace = make(copy=templates.calibrated(("sqlite", "sqlite")))
    damage(workspace)
    message = workspace.run(f"backup {workspace.folder}/backup").refusal()
    assert "is damaged" in message or "cannot be copied" in message
    assert list(workspace.folder.glob("backup*")) == []


def test_without_pg_dump_the_message_says_what_to_install(templates: Templates, tmp_path: Path) -> None:
    workspace = templates.calibrated(need(("postgresql", "postgresql")))
    message = workspace.manage("backup", tmp_path / "backup", PATH=str(tmp_path)).refusal()
    assert "pg_dump is not on the PATH" in message
    assert "apt install postgresql-client" in message


def test_the_password_is_given_to_pg_dump_in_its_environment_only(templates: Templates, tmp_path: Path) -> None:
    workspace = templates.calibrated(need(("postgresql", "postgresql")))
    real = shutil.which("pg_dump")
    (tmp_path / "pg_dump").write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/password\nexec {real} "$@"\n'
    )
    (tmp_path / "pg_dump").chmod(0o700)
    url = workspace.analysis.url.replace("postgres@", "postgres:s3cret%21@", 1)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    workspace.manage("backup", tmp_path / "backup", PATH=path, DEFAULT_DB_URL=url).well()
    assert (tmp_path / "password").read_text() == "s3cret!\n"
    arguments = (tmp_path / "arguments").read_text()
    assert "--format=custom" in arguments
    assert "s3cret" not in arguments
