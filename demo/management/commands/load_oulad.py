"""manage.py load_oulad"""

import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from demo.oulad.load import load
from edumetrics.runs.commands import EduMetricsCommand

DATABASE = "oulad.sqlite3"
ANALYSIS = "oulad-analysis.sqlite3"


class Command(EduMetricsCommand):
    """The Open University's data, as a college."""

    help = (
        "Load the Open University Learning Analytics Dataset (gzip-compressed CSV files) into an SQLite database, with "
        "its own names of tables and columns, and say what to run next. An earlier database of this command is "
        "replaced; any other file is left alone."
    )
    examples = """  manage.py load_oulad ../shared/data/oulad
  manage.py load_oulad ../shared/data/oulad --database oulad.sqlite3

what came of it: docs/explanation/on-real-data.md"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, and --database."""
        parser.add_argument(
            "path", type=Path, help="folder with courses.csv.gz, studentInfo.csv.gz and the other files"
        )
        parser.add_argument(
            "--database", type=Path, metavar="FILE", help=f"SQLite file to write (default: {DATABASE} in DATA_DIR)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and print the rows of each table and the commands to go on with."""
        database = _from_here(options["database"] or settings.DATA_DIR / DATABASE)
        began = time.monotonic()
        self.stdout.write(f"Loading {options['path']} into {database} ...")
        rows = load(options["path"], database)
        for table, count in rows.items():
            self.stdout.write(f"  {table:<24}{count:>9,}")
        self.stdout.write(f"Wrote {sum(rows.values()):,} rows in {time.monotonic() - began:.1f} s.")
        self.stdout.write(_next_steps(database))


def _from_here(path: Path) -> Path:
    """The path as one would type it: relative where it lies below the current folder."""
    here = Path.cwd()
    path = Path(os.path.abspath(path))
    return path.relative_to(here) if path.is_relative_to(here) else path


def _next_steps(database: Path) -> str:
    python = _from_here(Path(sys.executable))
    calibrate = f"{python} manage.py calibrate"
    return f"""
Next, in a shell of its own because the settings stay set in it, with an analysis database of its own:

  export CLIENT_DB_URL=sqlite:///{database}
  export DEFAULT_DB_URL=sqlite:///{database.with_name(ANALYSIS)}
  export MAPPING_FILE=demo/oulad/mapping.toml
  export POLICY_FILE=demo/oulad/policy.toml
  {python} manage.py migrate
  {calibrate} --param year=2013 --param week=39    # presentations 2013B, weeks 1-39
  {calibrate} --param year=2013 --param week=78    # presentations 2013J
  {calibrate} --param year=2014 --param week=39    # presentations 2014B
  {python} manage.py flagged --class BBB-2014B --week 10
  {python} -m demo.oulad.judge --college {database} --analysis $DEFAULT_DB_URL"""
