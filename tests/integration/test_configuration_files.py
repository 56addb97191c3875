"""Policy and mapping files that are wrong are refused with the key, what was found and what is allowed."""

import re

import pytest

from tests.integration.workspace import ROOT, Workspace, new_workspace

POLICIES = {
    "keys and values": (
        '[risk.weights]\nlow_efort = 3\n[triage.levels]\nwatch = 50\n[calendar]\nweeks = "many"\ntime_zone = "India"\n',
        [
            "risk.weights.low_efort: there is no such key; allowed here: attendance_drop",
            "triage.levels: found watch 50, high 40, critical 60; watch must be below high",
            "calendar.weeks: found 'many'",
            "calendar.time_zone: found 'India'; is not an IANA time zone",
        ],
    ),
    "not TOML": ("[risk\n", ["policy.toml", "not valid TOML"]),
}
MAPPINGS = {
    "unknown table": (
        "[tables]\nlibary_visits = false\n",
        ["tables.libary_visits is not a canonical table", "library_visits"],
    ),
    "required table": ("[tables]\nstudents = false\n", ["tables.students = false", "scored without students"]),
    "no SELECT": (
        '[tables]\nattendance = "DELETE FROM attendance"\n',
        ["tables.attendance is 'DELETE FROM attendance'", "a text with a SELECT"],
    ),
    "unknown parameter": (
        '[tables]\nattendance = "SELECT * FROM attendance WHERE week > :first"\n',
        ["tables.attendance uses the parameter :first", "[parameters] has none"],
    ),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Files are read before any database."""
    return new_workspace(("sqlite", "sqlite"), tmp_path_factory.mktemp("empty"))


@pytest.mark.parametrize("name", POLICIES)
def test_a_wrong_policy_file_is_refused_with_the_key(empty: Workspace, name: str) -> None:
    text, expected = POLICIES[name]
    message = empty.run("calibrate", POLICY_FILE=empty.file("policy.toml", text)).refusal()
    assert [part for part in expected if part not in message] == []


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_wrong_mapping_file_is_refused_with_the_key(empty: Workspace, name: str) -> None:
    text, expected = MAPPINGS[name]
    message = empty.run("calibrate", MAPPING_FILE=empty.file("mapping.toml", text)).refusal()
    assert [part for part in expected if part not in message] == []


@pytest.mark.parametrize("setting", ["POLICY_FILE", "MAPPING_FILE"])
def test_a_file_that_is_not_there_is_named(empty: Workspace, setting: str) -> None:
    message = empty.run("calibrate", **{setting: "/nowhere/file.toml"}).refusal()
    assert "/nowhere/file.toml cannot be read: No such file or directory" in message
    assert f"Check {setting}" in message


def test_every_setting_of_the_program_is_set_by_the_tests_so_that_a_dotenv_file_decides_none(empty: Workspace) -> None:
    settings = (ROOT / "edumetrics" / "config" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', settings))
    assert {"DATA_DIR", "DEFAULT_DB_URL"} <= read
    assert sorted(read - empty.environment().keys()) == []
