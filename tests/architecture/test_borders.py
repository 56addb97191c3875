"""Who may import whom, and what may not be in the repository."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FOREIGN = ("django", "environ", "psycopg", "adbc_driver_manager", "sqlite3", "socketserver", "http.client", "demo")
MACHINE = {
    "the address of a package index": r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|proxy\.golang|--(extra-)?index-url|trusted-host",
    "a path of one machine": r"(?<![\w}>])/(root|home/[a-z]+|work|Users)/",
}


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode == 128:
        pytest.skip("not a git checkout")
    return done.stdout


def test_importing_the_engine_loads_no_django_and_no_database() -> None:
    script = "import sys, edumetrics.engine.semester; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    loaded = done.stdout.split()
    assert "edumetrics.engine.semester" in loaded
    packages = {name.partition(".")[0] for name in loaded} | set(loaded)
    assert sorted(packages & set(FOREIGN)) == []
    outside = {name for name in loaded if name.startswith("edumetrics.") and not name.startswith("edumetrics.engine")}
    assert outside == set()


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_migrations_say_what_the_models_say(tmp_path: Path) -> None:
    from tests.integration.workspace import new_workspace

    done = new_workspace(("sqlite", "sqlite"), tmp_path).run("makemigrations --check --dry-run")
    assert done.code == 0, done.out


@pytest.mark.parametrize("what", MACHINE)
def test_no_committed_file_names(what: str) -> None:
    found = git("grep", "-nIP", MACHINE[what], "--", ".", ":!tests/architecture/test_borders.py")
    assert found.splitlines() == []


def test_no_database_or_secret_is_committed() -> None:
    files = git("ls-files").splitlines()
    assert files
    wrong = [name for name in files if Path(name).suffix in (".sqlite3", ".db", ".pem", ".key", ".parquet")]
    wrong += [name for name in files if Path(name).name in (".env", "secret_key") or name.startswith("data/")]
    assert wrong == []
