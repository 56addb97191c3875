"""manage.py erase_student"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from edumetrics.college_db.read import CollegeReader, open_college
from edumetrics.databases.literals import quoted
from edumetrics.engine.errors import CollegeDataError
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.retention.erasure import erase, erasures_of, traces_of
from edumetrics.retention.space import is_kept_in_file, vacuum
from edumetrics.runs.commands import EduMetricsCommand, add_param_option, mapping_of
from edumetrics.runs.confirmation import confirm
from edumetrics.runs.lock import only_run


class Command(EduMetricsCommand):
    """Remove everything about one student."""

    help = (
        "Remove everything about one student from the analysis database: results, contacts, roster, and where a report "
        "or error of a run names the student. While the college's database has the student, this is refused, because "
        "the next run would bring the student back. The audit log records the erasure under a pseudonym."
    )
    examples = """  manage.py erase_student 25CSEA012 --dry-run            what there is about the student
  manage.py erase_student 25CSEA012                      remove it, after a question
  manage.py erase_student 25CSEA012 --still-in-college   although the next run brings the student back
  manage.py erase_student 25CSEA012 --was-erased         when the student was erased, and by whom

exit codes: 0 done (with --was-erased: yes), 1 refused or failed (nothing was removed; with --was-erased: no),
4 a run is at work"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """student_id, --was-erased, --still-in-college, --dry-run, --yes, --param."""
        parser.add_argument("student_id")
        parser.add_argument("--was-erased", action="store_true", help="only say whether the audit log has an erasure")
        parser.add_argument(
            "--still-in-college", action="store_true", help="erase although the college's database has the student"
        )
        parser.add_argument("--dry-run", action="store_true", help="count the rows, and remove none")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        add_param_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove it."""
        student_id = options["student_id"]
        if options["was_erased"]:
            self._print_erasures(student_id)
            return
        traces = traces_of(student_id)
        if not traces:
            raise CommandError(
                f"The analysis database has nothing about a student {student_id!r}.{_before(student_id)}"
            )
        self.stdout.write(f"Rows about {student_id}:")
        for table, count in traces.items():
            self.stdout.write(f"  {table}: {count}")
        in_college = self._is_in_college(student_id, options["param"])
        if options["dry_run"]:
            return
        if in_college and not options["still_in_college"]:
            raise CommandError(
                f"Nothing was removed, since the college's database has {student_id}. Have the student removed there "
                "first, or leave the student out in the mapping; or give --still-in-college."
            )
        if not options["yes"]:
            confirm(f"Remove everything about {student_id} for good?")
        with only_run(connections["default"].settings_dict):
            erased = erase(student_id, in_college=in_college)
            removed = ", ".join(f"{table} {count}" for table, count in erased.items())
            self.stdout.write(f"Erased {student_id}: {removed}.")
            if is_kept_in_file():
                vacuum()
        self.stdout.write("Backups and exported files made before still have the student.")

    def _is_in_college(self, student_id: str, parameters: list[str]) -> bool | None:
        """Whether the college's database has the student; None, and says why, where it cannot be read."""
        mapping = mapping_of(parameters)
        try:
            with open_college(connections["client_db"].settings_dict, mapping) as college:
                found = _tables_with(student_id, college)
        except CollegeDataError as error:
            self.stdout.write(f"Whether the college's database has the student is not known. {error}")
            return None
        if "students" in found:
            self.stdout.write(f"The college's database still has {student_id}: the next run brings the student back.")
        elif found:
            self.stdout.write(
                f"The college's table students does not have {student_id}, but there are rows in {', '.join(found)}: "
                "the next run's data-quality report would name the student."
            )
        else:
            self.stdout.write(f"The college's database does not have {student_id}.")
        return bool(found)

    def _print_erasures(self, student_id: str) -> None:
        erasures = list(erasures_of(student_id))
        if not erasures:
            raise CommandError(f"The audit log has no erasure of {student_id!r} (under the SECRET_KEY of today).")
        for one in erasures:
            self.stdout.write(f"{student_id} was erased on {one.at:%Y-%m-%d %H:%M} UTC by {one.who}, {one.from_where}.")


def _tables_with(student_id: str, college: CollegeReader) -> list[str]:
    """The college's tables that have rows of the student."""
    where = f"WHERE t.student_id = {quoted(student_id, college.reader.dialect)}"
    names = [name for name, table in TABLES.items() if "student_id" in table.column_names and college.has(name)]
    return [name for name in names if not college.table(name, where).is_empty()]


def _before(student_id: str) -> str:
    last = erasures_of(student_id).first()
    return f" It was erased on {last.at:%Y-%m-%d}." if last else " Check the id; it is the student_id of the college."
