"""Let the disk of the analysis database run full during recomputations, and compare every row with undisturbed runs.

The database is in a small file system of its own (tmpfs, so root only), which is filled up to a random rest; on
PostgreSQL it is a tablespace there. A run that finds no room must fail with one clear sentence and keep what was
published; with room again the next run finishes the work. Run as ``python -m benchmarks.full_disk``, or smaller:
``--times 3 --database sqlite``. Exit code 1 where anything is wrong.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from benchmarks.trials import RECOMPUTE, Tally, Trial, add_options, trial
from tests.integration.databases import Dialect, PostgresqlDatabase, SqliteDatabase
from tests.integration.own_server import own_server
from tests.integration.workspace import Workspace

MEGABYTE = 1 << 20
SIZE = 48 * MEGABYTE
# A recomputation writes the new rows beside the old ones.
MOST_LEFT = MEGABYTE // 2
FULL = re.compile(
    r"database or disk is full|no space left on device|check free disk space|could not write init file", re.IGNORECASE
)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="on each kind of database (default 20)")
    add_options(parser, students=180, week=6)
    options = parser.parse_args()
    sys.exit(1 if sum(on(database, options) for database in options.database) else 0)


def on(database: Dialect, options: Namespace) -> int:
    """Fill the disk so many times; how many faults there were."""
    chance = random.Random(options.seed)
    tally = Tally(f"{database}: {options.times} full disks, {options.students} students, week {options.week}")
    with (
        small_disk() as disk,
        on_small_disk(database, disk) as made,
        trial((database, database), options.students, options.week, made) as one,
    ):
        for _ in range(options.times):
            fill_and_run(one, disk, chance, tally)
    return tally.report()


def fill_and_run(one: Trial, disk: Path, chance: random.Random, tally: Tally) -> None:
    """One recomputation with little room, and one with enough."""
    left = chance.randrange(0, MOST_LEFT)
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - left, 4096))
    done = one.workspace.manage(*RECOMPUTE, **one.policy(chance.choice(sorted(one.versions))))
    # PostgreSQL takes no new connection to a database that has no room at all.
    ballast.unlink()
    wrong = one.wrong_classes()
    tally.expect(not wrong, f"{left} bytes left: half or doubled: {', '.join(wrong)}")
    if done.code == 0:
        tally.count("runs that had room enough")
    else:
        tally.count("runs without room")
        is_clear = done.code == 1 and "Traceback" not in done.err and FULL.search(done.err)
        tally.expect(bool(is_clear), f"{left} bytes left: exit code {done.code}: {done.err.strip()}")
        if is_clear:
            tally.count("of these failed with a sentence that says so")
    for line in one.finish():
        tally.fault(f"{left} bytes left: {line}")
    tally.count("clean runs compared row by row with undisturbed ones")


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of SIZE."""
    folder = Path(mkdtemp(prefix="edumetrics-disk-"))
    folder.chmod(0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        raise SystemExit(f"A small file system cannot be mounted ({mounted.stderr.strip()}): start this as root.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@contextmanager
def on_small_disk(database: Dialect, disk: Path) -> Iterator[Workspace]:
    """Empty databases, of which the analysis is on the small disk and the college is not."""
    with TemporaryDirectory() as folder:
        if database == "sqlite":
            yield Workspace(
                Path(folder),
                SqliteDatabase(disk / "analysis.sqlite3"),
                SqliteDatabase(Path(folder) / "college.sqlite3"),
            )
            return
        with own_server() as server:
            place = disk / "tablespace"
            place.mkdir()
            shutil.chown(place, server.data.owner())
            server.psql(f"CREATE TABLESPACE small LOCATION '{place}'")
            server.psql("CREATE DATABASE analysis TABLESPACE small")
            server.psql("CREATE DATABASE college")
            analysis, college = (PostgresqlDatabase(name, server.url()) for name in ("analysis", "college"))
            yield Workspace(Path(folder), analysis, college)
            # It keeps files of the tablespace open.
            server.stop("immediate")


if __name__ == "__main__":
    main()
