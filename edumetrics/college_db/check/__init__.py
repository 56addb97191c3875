"""A first look at the college's database: is it there, complete, of the right types, up to date, and safe to read?

Counts on the server, one table after the other, and never writes. A run's data-quality report counts row by row what a
score leaves out (``engine.tables.quality``); this is for the day a college is connected, and for a cron job before it.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edumetrics.college_db import fixes
from edumetrics.college_db.check.access import check_access
from edumetrics.college_db.check.asking import ConnectionLost, Question
from edumetrics.college_db.check.references import check_references
from edumetrics.college_db.check.report import CHECKS, Finding, Gravity, Report, TableReport, counted
from edumetrics.college_db.check.rows import check_rows, profile
from edumetrics.college_db.check.tables import (
    Found,
    canonical,
    check_types,
    describe_columns,
    find_table,
)
from edumetrics.college_db.check.weeks import check_position, check_terms, check_weeks, may_be_empty
from edumetrics.college_db.mapping import Mapping as CollegeMapping
from edumetrics.databases.reading import DatabaseError, in_one_line, open_reader
from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.canonical import TABLES, Table

__all__ = ["CHECKS", "Finding", "Gravity", "Report", "TableReport", "check_college"]

Step = Callable[[str], None]


def check_college(
    settings: Mapping[str, Any],
    mapping: CollegeMapping,
    policy: Policy,
    now: datetime,
    *,
    tables: list[str] | None = None,
    step: Step = lambda what: None,
) -> Report:
    """Everything there is to say about the college's database, or about these ``tables`` of it.

    ``settings`` are Django's of the connection; ``now`` places a college without sim_state in its calendar; ``step`` is
    told what comes next. Raises nothing of a database: what fails is a finding.
    """
    report = Report()
    check = _Check(mapping, policy, now, canonical(tables), step, report)
    try:
        with open_reader(settings) as reader:
            check.question = Question(reader)
            check.everything(settings)
    except ConnectionLost as error:
        report.add([_lost(error, check.doing)])
    except (DatabaseError, OSError) as error:
        report.add([_unreachable(error)])
    return report


def _unreachable(error: Exception) -> Finding:
    return Finding(
        Gravity.ERROR,
        "connection",
        f"The college's database cannot be read: {in_one_line(error)} Check CLIENT_DB_URL, and that the database is "
        "there and its server runs.",
    )


def _lost(error: Exception, doing: str) -> Finding:
    return Finding(
        Gravity.ERROR,
        "connection",
        f"The connection was lost while {doing}: {in_one_line(error)} What stands here was found before. Check that "
        "the server runs, and start again.",
    )


@dataclass
class _Check:
    """One check at work: what it was asked, and what it has found so far."""

    mapping: CollegeMapping
    policy: Policy
    now: datetime
    wanted: list[Table]
    step: Step
    report: Report
    question: Question = field(init=False)
    doing: str = "connecting"
    found: dict[str, Found] = field(default_factory=dict)
    tables: dict[str, TableReport] = field(default_factory=dict)

    def everything(self, settings: Mapping[str, Any]) -> None:
        """From the connection to the references."""
        self._begin("asking for the role's rights")
        college = self.report.college
        self._guard(None, "connection", lambda: check_access(self.question, settings, college))
        for table in TABLES.values():
            self._find(table)
        self._place()
        for table in self.wanted:
            if table.name in self.found:
                self._look_into(self.found[table.name])
        for table in self.wanted:
            if table.name in self.found:
                self._begin(f"looking up what {table.name} refers to")
                self._guard(table, "unreadable", functools.partial(self._references, table.name))
        for table in self.wanted:
            self._sum_up(table)

    def _begin(self, what: str) -> None:
        self.doing = what
        self.step(what)

    def _guard(self, table: Table | None, check: str, findings: Callable[[], Iterable[Finding]]) -> bool:
        """Keep the findings; a query that fails is one too. Whether all went well."""
        name = table.name if table else None
        try:
            for one in findings():
                if table is None or table in self.wanted:
                    self.report.add([one])
        except DatabaseError as error:
            self.report.add([_refused(name, check, self.doing, error)])
            return False
        return True

    def _find(self, table: Table) -> None:
        self._begin(f"looking for {table.name}")
        self._note(table)
        if table.name in self.mapping.absent:
            return
        found, missing = find_table(self.question, table, self.mapping, self.report.college)
        if table in self.wanted:
            self.report.add(missing)
        if found is None:
            return
        zone = self.policy.calendar.time_zone
        if self._guard(table, "unreadable", lambda: check_types(self.question, found, zone)):
            self.found[table.name] = found

    def _note(self, table: Table) -> None:
        mapping = self.mapping
        source = "absent" if table.name in mapping.absent else "select" if table.name in mapping.selects else "table"
        self.tables[table.name] = TableReport(table.name, source)
        if table in self.wanted:
            self.report.tables.append(self.tables[table.name])

    def _place(self) -> None:
        """Where the college stands."""
        self._begin("asking for the college's week")
        table, college = TABLES["sim_state"], self.report.college
        state = self.found.get("sim_state")
        if table.name not in self.mapping.absent and (state is None or not state.present("current_week", "sim_year")):
            return

        def findings() -> Iterable[Finding]:
            college.position, placed = check_position(self.question, state, self.policy, self.now)
            return placed

        # Told whichever tables are wanted: without it nobody can say what is stale.
        self._guard(None, "week", findings)

    def _look_into(self, found: Found) -> None:
        table, report = found.table, self.tables[found.table.name]
        self._begin(f"counting {table.name}")
        describe_columns(table, self.question.columns(found.source), report)
        if not self._guard(table, "unreadable", lambda: self._profile(found)):
            del self.found[table.name]
            return
        report.rows, report.newest_date = found.rows, found.newest_date
        not_yet = may_be_empty(table.name, self.report.college.position, self.policy)
        self._guard(table, "unreadable", lambda: check_rows(self.question, found, may_be_empty=not_yet))

    def _profile(self, found: Found) -> Iterable[Finding]:
        profile(self.question, found)
        return []

    def _references(self, name: str) -> Iterable[Finding]:
        yield from check_references(self.question, self.found, name)
        position = self.report.college.position
        if position is None:
            return
        if name == "classes":
            yield from check_terms(self.question, self.found[name], position)
        newest, findings = check_weeks(self.question, self.found, name, position, self.policy)
        self.tables[name].newest_week = newest
        yield from findings

    def _sum_up(self, table: Table) -> None:
        """Say that nothing is wrong with a table, and the line that puts right what is."""
        report, findings = self.tables[table.name], self.report.of(table.name)
        instead = {one.column: one.fix for one in findings if one.column and one.fix and one.check in _OF_COLUMNS}
        if instead and report.source == "table":
            found = set(table.column_names) - {*report.missing, *report.not_given}
            report.mapping_line = fixes.table_line(table, found, instead)
        if self.report.gravity_of(table.name) is Gravity.OK:
            self.report.add([Finding(Gravity.OK, "rows", _well(report), table.name, count=report.rows)])


_OF_COLUMNS = ("missing_column", "mistyped")


def _well(report: TableReport) -> str:
    if report.source == "absent":
        return "Declared absent in the mapping file; its signals are shared out among the others."
    newest = f", to week {report.newest_week}" if report.newest_week else ""
    optional = [one.name for one in TABLES[report.name].columns if one.optional and one.name in report.not_given]
    without = f"; without the optional {', '.join(optional)}" if optional else ""
    return f"{counted(report.rows or 0, 'row')}{newest}{without}."


def _refused(table: str | None, check: str, doing: str, error: Exception) -> Finding:
    return Finding(
        Gravity.ERROR,
        check,
        f"The database refused or broke off {doing}: {in_one_line(error)} If it took too long, CLIENT_DB_TIMEOUT gives "
        "it more seconds; if not, correct the mapping or the role's rights.",
        table,
    )
