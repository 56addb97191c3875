"""A report to be read on a terminal or in a log."""

import io
import textwrap
from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edumetrics.college_db.check.report import College, Finding, Gravity, Report, TableReport, counted

# Shape and word; colour only comes on top.
_MARKS = {Gravity.ERROR: "✖ error", Gravity.WARNING: "▲ warning", Gravity.OK: "● ok"}
_STYLES = {Gravity.ERROR: "bold red", Gravity.WARNING: "yellow", Gravity.OK: "green"}
_TITLES = {Gravity.ERROR: "ERRORS", Gravity.WARNING: "WARNINGS"}
_SOURCES = {"table": "as it stands", "select": "mapped", "absent": "declared absent"}
_PLAIN_WIDTH = 120
_INDENT = "  "


def as_text(report: Report, *, terminal_width: int | None) -> str:
    """The report as text: for a terminal of a width with lines and colours, plain where that is None."""
    buffer = io.StringIO()
    is_terminal = terminal_width is not None
    console = Console(
        file=buffer,
        force_terminal=is_terminal,
        width=min(terminal_width or _PLAIN_WIDTH, _PLAIN_WIDTH),
        highlight=False,
        markup=False,
        emoji=False,
    )
    for line in _head(report.college):
        console.print(line, soft_wrap=True)
    if report.tables:
        console.print(_table(report, is_terminal=is_terminal))
    for gravity, title in _TITLES.items():
        findings = [one for one in report.findings if one.gravity is gravity]
        if findings:
            console.print(Text(f"{title} ({len(findings)})", style=_STYLES[gravity]))
            for finding in findings:
                for line in _lines(finding, console.width):
                    # Lines of SQL are copied, so they are never broken.
                    console.print(line, soft_wrap=True)
            console.print()
    for line in _mapping_lines(report):
        console.print(line, soft_wrap=True)
    console.print(Text(_end(report), style=_STYLES[report.gravity]), soft_wrap=True)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def _head(college: College) -> Iterator[str]:
    if college.server:
        session = "read-only" if college.read_only else "NOT read-only"
        rights = {True: "could write", False: "cannot write", None: "rights unknown"}[college.writable]
        yield f"{college.server} as {college.role} ({rights}); the session is {session}."
    if where := college.position:
        yield f"Academic year {where.academic_year}, {where.term} semester, week {where.sem_week} is over."


def _table(report: Report, *, is_terminal: bool) -> Table:
    table = Table(box=SIMPLE_HEAD if is_terminal else None, pad_edge=False, header_style="bold")
    for name in ("state", "table", "read"):
        table.add_column(name, no_wrap=True)
    for name in ("rows", "to week", "columns missing"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("not given, not needed", overflow="fold")
    for one in report.tables:
        table.add_row(*_row(one, report.gravity_of(one.name)))
    return table


def _row(table: TableReport, gravity: Gravity) -> tuple[str | Text, ...]:
    return (
        Text(_MARKS[gravity], style=_STYLES[gravity]),
        table.name,
        _SOURCES[table.source],
        "" if table.rows is None else f"{table.rows:,}",
        str(table.newest_week or ""),
        str(len(table.missing) or ""),
        ", ".join(table.not_given) if table.rows is not None else "",
    )


def _lines(finding: Finding, width: int) -> list[str]:
    where = f"{finding.table}: " if finding.table else ""
    lines = textwrap.wrap(
        f"{_MARKS[finding.gravity]}  {where}{finding.sentence}",
        width,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT * 2,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [*lines, f"{_INDENT * 3}{finding.fix}"] if finding.fix else lines


def _mapping_lines(report: Report) -> Iterator[str]:
    lines = [one.mapping_line for one in report.tables if one.mapping_line]
    if lines:
        yield "With the columns put right, to be added to [tables] of the mapping file:"
        for line in lines:
            yield f"{_INDENT * 3}{line}"
        yield ""


def _end(report: Report) -> str:
    counts = report.counts
    if report.gravity is Gravity.OK:
        return "● Nothing is wrong."
    found = [counted(counts[one.word], one.word) for one in (Gravity.ERROR, Gravity.WARNING) if counts[one.word]]
    works = "A run will not work." if report.gravity is Gravity.ERROR else "A run works."
    return f"{' and '.join(found)}. {works}"
