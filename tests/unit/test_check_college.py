"""The parts of check_college that need no database."""

from pathlib import Path

import pytest

from edumetrics.college_db import fixes
from edumetrics.college_db.check import CHECKS, Finding, Gravity, Report, TableReport
from edumetrics.college_db.check.access import is_opened_read_only, may_write
from edumetrics.college_db.check.printing import as_text
from edumetrics.college_db.check.references import REFERENCES
from edumetrics.college_db.check.report import of_all
from edumetrics.college_db.check.sql import family_of
from edumetrics.college_db.check.values import UNIQUE
from edumetrics.databases.urls import Dialect, django_settings
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.runs import errors

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "check-a-college.md"


def finding(gravity: Gravity, table: str | None = None, **other: object) -> Finding:
    return Finding(gravity, "rows", "Something.", table, **other)  # type: ignore[arg-type]


# the report


def test_the_gravest_finding_decides() -> None:
    assert Report().gravity is Gravity.OK
    report = Report(findings=[finding(Gravity.OK), finding(Gravity.WARNING, "students")])
    assert report.gravity is Gravity.WARNING
    assert (report.gravity_of("students"), report.gravity_of("classes")) == (Gravity.WARNING, Gravity.OK)
    report.add([finding(Gravity.ERROR)])
    assert report.gravity is Gravity.ERROR
    assert report.counts == {"error": 1, "warning": 1, "ok": 1}


def test_the_exit_code_for_warnings_is_no_other_ones() -> None:
    codes = [value for name, value in vars(errors).items() if name.startswith("EXIT_")]
    assert errors.EXIT_WARNINGS in codes
    assert len({0, 1, 2, *codes}) == 3 + len(codes)


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (3, 3, "all 3 rows"),
        (1, 1, "the only row"),
        (1, 4, "1 of 4 rows (25 %)"),
        (1, 1000, "1 of 1,000 rows (under 1 %)"),
        (999, 1000, "999 of 1,000 rows (99 %)"),
    ],
)
def test_a_part_is_never_rounded_to_nothing_or_to_everything(count: int, total: int, words: str) -> None:
    assert of_all(count, total) == words


def test_plain_text_has_no_colour_and_breaks_no_line_of_sql() -> None:
    fix = f"CASE WHEN present NOT IN ({', '.join(['long'] * 60)}) THEN present END AS present"
    report = Report(
        tables=[TableReport("attendance", "table", rows=1200, newest_week=9)],
        findings=[finding(Gravity.ERROR, "attendance", fix=fix)],
    )
    plain = as_text(report, terminal_width=None)
    assert "\x1b" not in plain
    assert "✖ error  attendance  as it stands  1,200        9" in plain
    assert f"      {fix}\n" in plain
    assert plain.endswith("1 error. A run will not work.\n")
    on_a_terminal = as_text(report, terminal_width=90)
    assert "✖ error" in on_a_terminal
    assert "─" in on_a_terminal


# lines for the mapping


def test_the_line_of_a_table_has_its_columns_with_some_put_right() -> None:
    table = TABLES["advisors"]
    found = {"advisor_id", "name", "class_id", "room"}
    line = fixes.table_line(table, found, {"email": "Mail AS email", "name": "NULLIF(name, '\"?\"') AS name"})
    assert line == (
        'advisors = "SELECT advisor_id, NULLIF(name, \'\\"?\\"\') AS name, Mail AS email, class_id FROM advisors"'
    )
    assert fixes.table_line(table) == 'advisors = "SELECT advisor_id, name, email, class_id FROM ..."'


def test_a_column_that_differs_by_capitals_is_taken() -> None:
    column = TABLES["students"].column("roll_number")
    assert fixes.missing_column(column, {"Roll_Number", "name"}) == "Roll_Number AS roll_number"
    assert fixes.missing_column(column, {"roll", "name"}) == "NULL AS roll_number"


@pytest.mark.parametrize(
    ("dialect", "table", "column", "family", "values", "expected"),
    [
        ("sqlite", "attendance", "present", None, ["AB"], "NULLIF(present, 'AB') AS present"),
        ("mysql", "attendance", "present", "text", ["it's"], "NULLIF(present, 'it''s') AS present"),
        (
            "postgresql",
            "attendance",
            "present",
            "text",
            ["AB", "5.5"],
            "CASE WHEN present NOT IN ('AB', '5.5') THEN present END AS present",
        ),
        ("sqlite", "attendance", "late", None, ["0.5", "1.5"], "CAST(ROUND(late) AS INTEGER) AS late"),
        ("postgresql", "attendance", "late", "number", ["0.5"], "CAST(ROUND(late) AS bigint) AS late"),
        ("mysql", "attendance", "late", "number", ["0.5"], "CAST(ROUND(late) AS SIGNED) AS late"),
        ("sqlite", "quiz_submissions", "attempted", None, ["2"], "NULLIF(attempted, 2) AS attempted"),
        (
            "postgresql",
            "exam_schedule",
            "exam_date",
            "text",
            ["31/12/2026"],
            "to_date(exam_date, 'DD/MM/YYYY') AS exam_date",
        ),
        (
            "mysql",
            "exam_schedule",
            "exam_date",
            "text",
            ["31.12.2026", "01.01.2027"],
            "STR_TO_DATE(exam_date, '%d.%m.%Y') AS exam_date",
        ),
        (
            "sqlite",
            "exam_schedule",
            "exam_date",
            None,
            ["31-12-2026"],
            "substr(exam_date, 7, 4) || '-' || substr(exam_date, 4, 2) || '-' || substr(exam_date, 1, 2) AS exam_date",
        ),
    ],
)
def test_wrong_values_are_put_right_in_the_databases_own_sql(
    dialect: Dialect, table: str, column: str, family: str | None, values: list[str | None], expected: str
) -> None:
    given = fixes.right_values(
        dialect, TABLES[table].column(column), family, values, is_all=True, is_wrong="(is wrong)"
    )
    assert given == expected


def test_many_wrong_values_are_left_out_by_the_rule_that_tells_them() -> None:
    given = fixes.right_values(
        "sqlite", TABLES["attendance"].column("present"), None, ["a", "b", "c"], is_all=False, is_wrong="(is wrong)"
    )
    assert given == "CASE WHEN NOT (is wrong) THEN present END AS present"


# facts that stand in two places


def test_references_and_unique_columns_are_canonical() -> None:
    for name, columns in REFERENCES.items():
        for column, target in columns.items():
            assert column in TABLES[name].column_names
            assert TABLES[target].key == (column,)
    for name, unique in UNIQUE.items():
        assert set(unique) <= set(TABLES[name].column_names)


def test_every_check_is_in_the_how_to() -> None:
    rows = [line for line in HOW_TO.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [check for check in CHECKS if not any(f"`{check}`" in row for row in rows)] == []


# who may write


def test_a_sqlite_connection_is_read_only_by_its_mode(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mode=ro?.sqlite3"
    assert is_opened_read_only(django_settings(url, read_only=True)["NAME"])
    assert not is_opened_read_only(django_settings(url)["NAME"])


def test_a_file_that_nobody_may_write_is_not_writable_even_for_the_superuser(tmp_path: Path) -> None:
    path = tmp_path / "college.sqlite3"
    path.touch()
    assert may_write(path)
    path.chmod(0o444)
    assert not may_write(path)


@pytest.mark.parametrize(
    ("declared", "family"),
    [
        ("bigint", "integer"),
        ("double precision", "number"),
        ("character varying", "text"),
        ("timestamp with time zone", "timestamptz"),
        ("datetime", "timestamp"),
        ("bit", "boolean"),
        ("jsonb", None),
        (None, None),
    ],
)
def test_declared_types_have_families(declared: str | None, family: str | None) -> None:
    assert family_of(declared) == family
