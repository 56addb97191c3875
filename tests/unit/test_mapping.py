"""The mapping file: parameters, their types, and what is refused."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edumetrics.college_db.mapping import Mapping, load_mapping, parse_mapping
from edumetrics.databases.reading import open_reader
from edumetrics.databases.urls import django_settings
from edumetrics.engine.errors import MappingError
from edumetrics.engine.tables.canonical import TABLES, Kind


def select(sql: str, parameters: str = "", **overrides: str) -> str:
    """What a SELECT of a mapping becomes, with its parameters filled in."""
    text = f"[parameters]\n{parameters}\n[tables]\nclasses = '''{sql}'''"
    return parse_mapping(text, "college.toml", overrides).selects["classes"]


def refusal(text: str, **overrides: str) -> str:
    with pytest.raises(MappingError) as error:
        parse_mapping(text, "college.toml", overrides)
    return str(error.value)


# tables


def test_a_table_that_is_not_named_is_read_as_it_stands_and_one_that_is_false_is_absent() -> None:
    mapping = parse_mapping('[tables]\nclasses = "SELECT 1"\nlibrary_visits = false', "college.toml", {})
    assert mapping == Mapping({"classes": "SELECT 1"}, frozenset({"library_visits"}))
    assert mapping.source("attendance") == "attendance"
    assert "SELECT 1" in mapping.source("classes")
    assert mapping.source("classes").startswith("(")


def test_no_file_reads_every_table_as_it_stands() -> None:
    assert load_mapping(None) == Mapping()


@pytest.mark.parametrize(
    "sql", ["SELECT 1;", "  select 1 ", "WITH a AS (SELECT 1) SELECT * FROM a", "-- why\nSELECT 1"]
)
def test_a_select_may_be_written_in_any_common_way(sql: str) -> None:
    assert not select(sql).endswith((";", " "))


@pytest.mark.parametrize(
    "ending",
    [
        "",
        ";",
        "  ;  ",
        "\n",
        " -- every one of them",
        ";  -- every one of them\n",
        " /* every one */",
        "\n-- the end\n",
    ],
)
def test_a_select_runs_however_it_ends(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "college.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE groups (code TEXT); INSERT INTO groups VALUES ('C')")
    mapping = parse_mapping(
        f"[tables]\nclasses = '''SELECT code AS class_id FROM groups{ending}'''", "college.toml", {}
    )
    with open_reader(django_settings(f"sqlite:///{path}", read_only=True)) as reader:
        assert reader.frame(mapping.source("classes"), {"class_id": Kind.TEXT})["class_id"].to_list() == ["C"]


# parameters


@pytest.mark.parametrize(
    ("parameter", "literal"),
    [
        ("p = 2014", "2014"),
        ("p = 0.5", "0.5"),
        ("p = -3", "-3"),
        ("p = true", "1"),
        ("p = false", "0"),
        ('p = "FFF"', "'FFF'"),
        ("""p = "St Mary's" """, "'St Mary''s'"),
        ("""p = "'; DROP TABLE students; --" """, "'''; DROP TABLE students; --'"),
        ("p = 2026-07-06", "'2026-07-06'"),
    ],
)
def test_a_parameter_becomes_a_literal_of_its_type(parameter: str, literal: str) -> None:
    assert select("SELECT a FROM b WHERE c = :p", parameter) == f"SELECT a FROM b WHERE c = {literal}"


def test_every_use_of_a_parameter_is_filled_in() -> None:
    assert select("SELECT :p,:p+:pp", "p = 1\npp = 2") == "SELECT 1,1+2"


def test_a_filled_in_text_is_not_searched_for_parameters_again() -> None:
    assert select("SELECT :p, :q", 'p = ":q"\nq = 1') == "SELECT ':q', 1"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ':p'",
        "SELECT 'it''s :p'",
        "SELECT a::text",
        "SELECT a::p",
        "SELECT 1 -- :p",
        "SELECT 1 -- :p's\n + 1",
        "SELECT 1 /* :p \n :p */",
        "SELECT '12:30'",
        "SELECT a[1:2]",
        'SELECT "fee:p" FROM a',
        "SELECT `fee:p` FROM a",
    ],
)
def test_a_colon_in_a_text_a_name_a_comment_or_a_cast_is_left_alone(sql: str) -> None:
    assert select(sql, "p = 1") == sql


def test_a_parameter_beside_a_text_or_comment_is_filled_in() -> None:
    assert select("SELECT 'a', :p, 'b' -- 'c\n, :p", "p = 1") == "SELECT 'a', 1, 'b' -- 'c\n, 1"


# overrides


@pytest.mark.parametrize(
    ("parameter", "given", "literal"),
    [
        ("p = 2014", "2013", "2013"),
        ("p = 0.5", "2", "2.0"),
        ("p = true", "False", "0"),
        ('p = "a"', "it's", "'it''s'"),
        ('p = "a"', "2013", "'2013'"),
        ("p = 2026-07-06", "2025-07-07", "'2025-07-07'"),
    ],
)
def test_an_override_is_read_as_the_type_that_the_file_gives(parameter: str, given: str, literal: str) -> None:
    assert select("SELECT :p", parameter, p=given) == f"SELECT {literal}"


@pytest.mark.parametrize(
    ("parameter", "given", "allowed"),
    [
        ("p = 2014", "2014B", "int like 2014"),
        ("p = 0.5", "half", "float like 0.5"),
        ("p = true", "yes", "bool like True"),
        ("p = 2026-07-06", "6 July", "date like"),
        ("p = 2026-07-06T10:00:00", "in the morning", "datetime like"),
    ],
)
def test_an_override_of_another_type_is_refused(parameter: str, given: str, allowed: str) -> None:
    message = refusal(f"[parameters]\n{parameter}", p=given)
    assert "The parameter p was given as" in message
    assert given in message
    assert allowed in message


def test_an_override_of_a_parameter_that_the_file_lacks_is_refused() -> None:
    message = refusal("[parameters]\nyear = 2014\nmodule = 'A'", yaer="2013")
    assert message == "The parameter 'yaer' is not in college.toml; it has these: module, year."
    with pytest.raises(MappingError, match="no mapping file to take the parameter 'year'"):
        load_mapping(None, {"year": "2013"})


# refusals


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[tables]\npupils = 'SELECT 1'", ["tables.pupils is not a canonical table", "classes, advisors, students"]),
        ("[tables]\nstudents = false", ["tables.students = false", "nothing can be scored without students"]),
        ("[tables]\nclasses = false", ["tables.classes = false", "nothing can be scored without classes"]),
        ("[tables]\nattendance = true", ["tables.attendance is True", "SELECT", "lectures_held", "false"]),
        ("[tables]\nattendance = 3", ["tables.attendance is 3", "SELECT"]),
        ("[tables]\nattendance = 'DELETE FROM a'", ["tables.attendance is 'DELETE FROM a'", "SELECT"]),
        ("[tables]\nattendance = '-- SELECT'", ["tables.attendance is '-- SELECT'"]),
        ("[tables]\nattendance = ''", ["tables.attendance is ''"]),
        (
            "[tables]\nclasses = 'SELECT :y'\n[parameters]\nyear = 1",
            ["tables.classes", ":y;", "[parameters] has :year"],
        ),
        ("[tables]\nclasses = 'SELECT :y'", ["tables.classes", ":y;", "[parameters] has none"]),
        ("[parameters]\nyear = [1, 2]", ["parameters.year is [1, 2]", "text, number, boolean or date"]),
        ("parameters = 3", ["[parameters] is 3", "table"]),
        ("[colours]\nred = 1", ["no section [colours]", "[parameters] and [tables]"]),
        ("[tables", ["is not valid TOML"]),
        ("tables = 3", ["[tables] is 3"]),
    ],
)
def test_a_wrong_mapping_is_refused_by_key_with_what_was_found_and_what_is_allowed(text: str, parts: list[str]) -> None:
    message = refusal(text)
    assert "college.toml" in message
    assert [part for part in parts if part not in message] == [], message


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(
        MappingError, match=r"nowhere\.toml cannot be read: No such file or directory\. Check MAPPING_FILE"
    ):
        load_mapping(tmp_path / "nowhere.toml")


def test_a_file_that_is_not_utf_8_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_bytes("# the college of Orléans\n".encode("latin-1"))
    with pytest.raises(MappingError, match=r"mapping\.toml"):
        load_mapping(path)


def test_every_canonical_table_but_classes_and_students_may_be_absent() -> None:
    assert {name for name, table in TABLES.items() if table.required} == {"classes", "students"}
    optional = [name for name, table in TABLES.items() if not table.required]
    text = "[tables]\n" + "\n".join(f"{name} = false" for name in optional)
    assert parse_mapping(text, "college.toml", {}).absent == frozenset(optional)
