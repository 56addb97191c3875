"""``manage.py load_oulad``: the Open University's files into an SQLite database."""

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.oulad.load import LoadError, load

DEFAULT_DATABASE = Path("data/oulad.sqlite3")

HELP = """\
Load the Open University Learning Analytics Dataset (gzip-compressed CSV files) into a new SQLite database, under its
own table and column names. An earlier database of this command is replaced, any other file is left alone.

Example:
  python manage.py load_oulad ../shared/data/oulad --database data/oulad.sqlite3
"""


class Command(BaseCommand):
    """Load the dataset and say what to run next."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of the example."""
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder and the database."""
        parser.add_argument(
            "path", type=Path, help="folder with courses.csv.gz, studentInfo.csv.gz and the other files"
        )
        parser.add_argument(
            "--database", type=Path, default=DEFAULT_DATABASE, help=f"SQLite file to write (default {DEFAULT_DATABASE})"
        )

    def handle(self, *args: Any, path: Path, database: Path, **options: Any) -> None:
        """Load and print the rows of each table."""
        try:
            rows = load(path, database)
        except LoadError as error:
            raise CommandError(str(error)) from error
        for table, count in rows.items():
            self.stdout.write(f"{table:<24}{count:>9,}")
        self.stdout.write(_next_steps(database))


def _next_steps(database: Path) -> str:
    return f"""
Written to {database}. Next, with an analysis database of its own:

  export CLIENT_DB_URL=sqlite:///{database}
  export DATABASE_URL=sqlite:///data/oulad-analysis.sqlite3
  export MAPPING_FILE=demo/oulad/mapping.toml
  export POLICY_FILE=demo/oulad/policy.toml
  python manage.py migrate
  python manage.py calibrate --param year=2013 --param week=78
  python manage.py calibrate --param year=2014 --param week=39
  python -m demo.oulad.judge --college {database} --analysis sqlite:///data/oulad-analysis.sqlite3"""
