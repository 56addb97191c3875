"""Nothing that EduMetrics does can write to the college's database."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import polars as pl
import psycopg
import pytest

from tests.conftest import Maker, Templates, need
from tests.integration.databases import SERVER, PostgresqlDatabase
from tests.integration.workspace import Pair, Workspace, assert_same

THROUGH_THE_ROUTER = """
from django.db import connections
from edumetrics.college_db.models import ClientStudent, ClientSimState
from edumetrics.college_db.router import CollegeIsReadOnly

student = ClientStudent.objects.first()
attempts = {
    "save": student.save,
    "delete": student.delete,
    "create": lambda: ClientStudent.objects.create(student_id="X1", name="Nobody"),
    "get_or_create": lambda: ClientStudent.objects.get_or_create(student_id="X1"),
    "bulk_create": lambda: ClientStudent.objects.bulk_create([ClientStudent(student_id="X1")]),
    "update": lambda: ClientSimState.objects.update(current_week=1),
    "delete all": ClientStudent.objects.all().delete,
    "raw delete": lambda: ClientStudent.objects.all()._raw_delete(ClientStudent.objects.db),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except CollegeIsReadOnly as error:
        print(name, "refused by the router:", error)
    except Exception as error:
        print(name, "refused by the connection:", type(error).__name__)
    else:
        print(name, "DONE")
"""

THROUGH_THE_CONNECTIONS = """
from django.db import connections
from edumetrics.college_db.models import ClientStudent
from edumetrics.databases.reading import open_reader

def by_django(sql):
    with connections["client_db"].cursor() as cursor:
        cursor.execute(sql)

def by_the_reader(sql):
    with open_reader(connections["client_db"].settings_dict) as reader:
        with reader._connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()
        reader._connection.commit()

attempts = {
    "using": lambda: ClientStudent.objects.using("client_db").update(name="Nobody"),
    "save using": lambda: ClientStudent(student_id="X1").save(using="client_db", force_insert=True),
}
for way in (by_django, by_the_reader):
    for sql in (
        "INSERT INTO advisors (advisor_id) VALUES ('X1')",
        "UPDATE students SET name = 'Nobody'",
        "DELETE FROM students",
        "CREATE TABLE ours (id integer)",
    ):
        attempts[f"{way.__name__} {sql[:6]}"] = lambda way=way, sql=sql: way(sql)
for name, attempt in attempts.items():
    try:
        attempt()
    except Exception as error:
        words = str(error).lower().replace("-", "").replace(" ", "")
        print(name, "refused" if "readonly" in words else f"FAILED {error}")
    else:
        print(name, "DONE")
"""


def test_the_router_refuses_every_way_to_write_a_client_model(calibrated: Workspace) -> None:
    before = the_college(calibrated)
    lines = calibrated.python(THROUGH_THE_ROUTER).well().out.splitlines()
    assert len(lines) == 8
    assert [line for line in lines if "refused by" not in line] == []
    by_router = [line for line in lines if "refused by the router" in line]
    assert len(by_router) >= 7
    assert "EduMetrics never writes the college's database" in by_router[0]
    assert_same(the_college(calibrated), before)


def test_the_connections_themselves_refuse_to_write(calibrated: Workspace) -> None:
    before = the_college(calibrated)
    lines = calibrated.python(THROUGH_THE_CONNECTIONS).well().out.splitlines()
    assert len(lines) == 10
    assert [line for line in lines if not line.endswith(" refused")] == []
    assert_same(the_college(calibrated), before)


def test_migrations_and_runs_leave_the_college_as_it_is(calibrated: Workspace) -> None:
    assert "django_migrations" in calibrated.analysis.tables()
    assert "django_migrations" not in calibrated.college.tables()
    before = the_college(calibrated)
    onto_the_college, *_ = calibrated.manage_in_turn(
        "migrate --database client_db", "calibrate --recompute", "run_weekly", "flagged --advisor ADV001"
    )
    assert onto_the_college.code != 0
    assert_same(the_college(calibrated), before)


def test_a_college_database_that_is_not_there_is_named_and_not_made(calibrated: Workspace, tmp_path: Path) -> None:
    missing = tmp_path / "nothing.sqlite3"
    if "postgresql" in calibrated.college.url:
        url, reason = f"{calibrated.college.url}_nowhere", "does not exist"
    else:
        url, reason = f"sqlite:///{missing}", str(missing)
    message = calibrated.manage("calibrate", CLIENT_DB_URL=url).refusal()
    assert "The college's database cannot be" in message
    assert reason in message
    assert "memory" not in message
    assert "Check CLIENT_DB_URL" in message
    assert not missing.exists()


@pytest.fixture
def reader_role() -> Iterator[str]:
    """A role on the PostgreSQL server that has no rights yet; removed with all its rights."""
    need(("postgresql", "postgresql"))
    name = f"edumetrics_test_reader_{uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
    yield name
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP ROLE {name}".encode())


def test_a_role_that_may_only_select_is_enough(reader_role: str, templates: Templates, make: Maker) -> None:
    both: Pair = ("postgresql", "postgresql")
    workspace = make(copy=templates.calibrated(both))
    college = workspace.college
    assert isinstance(college, PostgresqlDatabase)
    college.execute(
        f"GRANT USAGE ON SCHEMA public TO {reader_role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader_role}",
    )
    before = workspace.published()
    workspace.manage_all("calibrate --recompute", "run_weekly", CLIENT_DB_URL=college.url_as(reader_role))
    assert_same(workspace.published(), before)
    college.execute(f"DROP OWNED BY {reader_role}")


def the_college(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """Every table of the college's database, those that should not be there included."""
    return {name: workspace.college.table(name) for name in sorted(workspace.college.tables())}
