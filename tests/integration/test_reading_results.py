"""export and flagged: what is stored comes out again, whole or in part."""

import io
from pathlib import Path

import polars as pl
import pytest

from tests.integration.databases import Database
from tests.integration.workspace import EVERYTHING, Workspace

FLAG_KEY = ["class_id", "sem_week", "student_id"]


def stored(database: Database, table: str) -> pl.DataFrame:
    """The rows of a table as texts, to compare with a file of any format."""
    return as_texts(database.table(table))


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Every value as text; JSON without blanks, times without fractions."""
    texts = frame.select(pl.all().cast(pl.String))
    texts = texts.select(pl.all().str.replace_all(r"[ T](\d\d:\d\d:\d\d)[.\d]*", "T$1").str.replace_all(" ", ""))
    return texts.select(sorted(texts.columns)).sort(pl.all())


def sorted_json(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the keys of JSON sorted, as ``Database.table`` gives it."""
    import json

    def same(text: str | None) -> str | None:
        return json.dumps(json.loads(text), sort_keys=True) if text and text[:1] in ("[", "{") else text

    return frame.with_columns(
        pl.col(name).map_elements(same, return_dtype=pl.String, skip_nulls=True)
        for name, kind in frame.schema.items()
        if kind == pl.String
    )


def test_every_table_opens_again_from_csv_and_parquet_with_the_same_rows(published: Workspace, tmp_path: Path) -> None:
    done = published.manage_all(
        *(f"export {table} --out {tmp_path}/{table}.{kind}" for table in EVERYTHING for kind in ("csv", "parquet"))
    )
    for number, table in enumerate(EVERYTHING):
        expected = stored(published.analysis, table)
        assert f"{expected.height} rows written to {tmp_path}/{table}.csv" in done[2 * number].out
        parquet = pl.read_parquet(tmp_path / f"{table}.parquet")
        csv = pl.read_csv(tmp_path / f"{table}.csv", schema=parquet.schema, try_parse_dates=True)
        assert as_texts(sorted_json(parquet)).equals(expected), table
        assert as_texts(sorted_json(csv)).equals(expected), table
        assert parquet.height > 0 or table in ("intervention_log",)


def test_export_takes_filters_and_writes_to_standard_output(published: Workspace) -> None:
    whole = published.analysis.table("weekly_flags")
    class_id = whole["class_id"][0]
    one, year, none = published.manage_all(
        f"export weekly_flags --class {class_id} --week 5",
        "export weekly_flags --year 2026 --semester 3",
        "export weekly_flags --class NOWHERE",
    )
    expected = whole.filter(class_id=class_id, sem_week=5)
    assert sorted(pl.read_csv(io.StringIO(one.out))["student_id"]) == sorted(expected["student_id"])
    assert pl.read_csv(io.StringIO(year.out)).height == whole.filter(semester=3).height > 0
    assert none.out.startswith("student_id,academic_year,")
    assert none.out.count("\n") == 1


def test_export_refuses_with_a_sentence(published: Workspace, tmp_path: Path) -> None:
    unknown, no_column, terminal, no_folder = published.manage_in_turn(
        "export weekly_metric",
        "export roster_student --week 3",
        "export weekly_flags --format parquet",
        f"export weekly_flags --out {tmp_path}/nowhere/flags.csv",
    )
    assert (
        "There is no table 'weekly_metric'; there are analysis_run, analysis_state, at_risk_drivers, audit_log, class_notice"
        in unknown.refusal()
    )
    assert "roster_student has no column sem_week; it has student_id" in no_column.refusal()
    assert "Parquet is not for a terminal; give --out FILE" in terminal.refusal()
    assert "flags.csv cannot be written: No such file or directory" in no_folder.refusal()


def test_flagged_shows_the_list_of_a_class_with_names_and_reasons(published: Workspace) -> None:
    flags = published.analysis.table("weekly_flags").filter(sem_week=6)
    class_id = flags["class_id"][0]
    names = dict(published.analysis.table("roster_student").select("student_id", "name").iter_rows())
    text = published.manage("flagged", "--class", class_id).well().out
    of_class = flags.filter(class_id=class_id)
    assert f"({class_id}) · semester" in text
    for row in of_class.to_dicts():
        assert f"{names[row['student_id']]} ({row['student_id']})" in text
    assert f"CONTACT FIRST ({of_class.filter(list='contact').height})" in text


def test_flagged_as_csv_has_the_rows_of_the_table(published: Workspace) -> None:
    flags = published.analysis.table("weekly_flags")
    class_id = flags["class_id"][0]
    now, earlier, contact = published.manage_all(
        f"flagged --class {class_id} --csv",
        f"flagged --class {class_id} --csv --week 4",
        f"flagged --class {class_id} --csv --list contact",
    )
    columns = ["student_id", "risk_level", "risk_score", "urgency", "list", "escalation_level", "diagnosis"]
    of_class = flags.filter(class_id=class_id)
    for done, expected in (
        (now, of_class.filter(sem_week=6)),
        (earlier, of_class.filter(sem_week=4)),
        (contact, of_class.filter(sem_week=6, list="contact")),
    ):
        found = pl.read_csv(io.StringIO(done.out))
        assert found.select(columns).sort("student_id").rows() == expected.select(columns).sort("student_id").rows()
        assert found.height > 0
    ranks = pl.read_csv(io.StringIO(contact.out))["rank_in_class"].to_list()
    assert ranks == sorted(ranks)


def test_flagged_of_an_advisor_has_the_students_of_the_advisor(published: Workspace) -> None:
    students = published.analysis.table("roster_student").filter(advisor_id="ADV001")["student_id"]
    flags = published.analysis.table("weekly_flags").filter(sem_week=6)
    found = pl.read_csv(io.StringIO(published.run("flagged --advisor ADV001 --csv").well().out))
    assert sorted(found["student_id"]) == sorted(set(flags["student_id"]) & set(students))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--class CSE99Z", "There is no class 'CSE99Z'; the college has CSE24A, CSE25A."),
        ("--advisor ADV999", "There is no advisor 'ADV999' with students; the college has ADV001, ADV002."),
        ("--class CSE25A --week 7", "Week 7 of CSE25A is not published; weeks 1 to 6 are."),
        ("--class CSE25A --week 0", "Week 0 of CSE25A is not published; weeks 1 to 6 are."),
        ("", "Whose list? Give --class CLASS or --advisor ADVISOR."),
    ],
)
def test_flagged_refuses_what_is_not_there_with_what_there_is(published: Workspace, options: str, message: str) -> None:
    assert message in published.run(f"flagged {options}").refusal()
