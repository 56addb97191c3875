"""Queries that are compiled once say what Django's own say, whatever the values."""

import json

from tests.integration.workspace import Workspace

SAME = """
import json
from edumetrics.analysis_db.models import WeeklyFlags
from edumetrics.databases.compiled import Compiled

COLUMNS = ("student_id", "sem_week", "urgency", "contributions", "override", "reasons")

def build(direction, ids, class_id, first=1):
    rows = WeeklyFlags.objects.filter(student_id__among=ids, class_id=class_id, sem_week__gte=first, semester__lte=8)
    return rows.order_by(direction + "sem_week", "student_id").values(*COLUMNS)

compiled = Compiled(build)
found, forms = {}, set()
classes = sorted(set(WeeklyFlags.objects.values_list("class_id", flat=True)))
for class_id in (*classes, "a'b%s", "0 class_id"):
    ids = sorted(set(WeeklyFlags.objects.filter(class_id=class_id).values_list("student_id", flat=True)))
    for some in (ids, ids[:1], [], ["x'y", 'q"z', "%s", "{a,b}"]):
        for direction in ("", "-"):
            for first in ({}, {"first": 4}):
                values = {"ids": some, "class_id": class_id, **first}
                plain = WeeklyFlags.objects.filter(student_id__in=some, class_id=class_id)
                plain = plain.filter(sem_week__gte=first.get("first", 1))
                plain = list(plain.order_by(direction + "sem_week", "student_id").values(*COLUMNS))
                assert compiled.rows(direction, **values) == plain
                assert list(compiled.query(direction, **values)) == plain
                assert compiled.count(direction, **values) == len(plain)
                assert compiled.page(2, 3, direction, **values) == plain[2:5]
                found[len(plain)] = found.get(len(plain), 0) + 1
print(json.dumps([sorted(found), len(compiled._forms)]))
"""


def test_rows_pages_and_counts_are_those_of_the_query(published: Workspace) -> None:
    sizes, forms = json.loads(published.python(SAME).well().out.splitlines()[-1])
    assert sizes[0] == 0
    assert sizes[-1] > 20
    # Forwards and back, with a first week and without, read and counted.
    assert forms == 8


DECIDES = """
from edumetrics.analysis_db.models import WeeklyFlags
from edumetrics.databases.compiled import Compiled

def refused(build, **values):
    try:
        Compiled(build).rows(**values)
    except TypeError as error:
        return str(error)

rows = WeeklyFlags.objects.values("student_id")
print(refused(lambda week: rows.filter(sem_week=week) if week < 30500 else rows, week=3))
print(refused(lambda week, class_id: rows.filter(sem_week=week), week=3, class_id="A"))
print(refused(lambda ids: rows.filter(student_id__in=ids), ids=["A", "B"]))
"""


def test_a_value_that_decides_or_is_forgotten_is_refused(published: Workspace) -> None:
    lines = published.python(DECIDES).well().out.splitlines()[-3:]
    decides = "A value decides what the query is, or comes into it changed; a list is for __among."
    assert lines == [decides, "Values are not used: class_id.", decides]
