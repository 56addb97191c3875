"""A college whose tables are named otherwise gives the same results through its mapping."""

from tests.conftest import Maker, Templates, need
from tests.integration.workspace import DERIVED, Workspace, assert_same

RENAMED = (
    "ALTER TABLE attendance RENAME TO register",
    "ALTER TABLE register RENAME COLUMN present TO came",
    "ALTER TABLE register RENAME COLUMN week_date TO on_day",
    "ALTER TABLE classes RENAME TO groups_of_students",
    "ALTER TABLE groups_of_students RENAME COLUMN class_id TO code",
    "ALTER TABLE quiz_submissions RENAME COLUMN attempted TO taken",
    "ALTER TABLE exam_schedule RENAME TO exams",
    "ALTER TABLE students ADD COLUMN campus varchar(20)",
    "UPDATE students SET campus = 'south''s'",
    "INSERT INTO students (student_id, class_id, name, campus) SELECT 'N' || student_id, class_id, name, 'north' "
    "FROM students WHERE roll_number <= 9",
)
MAPPING = """
[parameters]
campus = "south's"
earliest = 2020-01-01

[tables]
students = '''
-- Two campuses share the tables; ':campus' in a comment is left alone.
SELECT student_id, class_id, advisor_id, name, roll_number, gender, email, parent_email, phone, joined_on, left_on,
       left_reason
FROM students
WHERE campus = :campus;
'''
classes = '''
SELECT code AS class_id, name, year_of_study, section, branch, batch_start_year, total_students, odd_sem, even_sem
FROM groups_of_students
'''
attendance = '''
WITH recent AS (SELECT * FROM register WHERE on_day >= :earliest)
SELECT id, student_id, class_id, subject_id, semester, week, on_day AS week_date, lectures_held, came AS present, absent,
       late, attendance_pct
FROM recent
'''
quiz_submissions = "SELECT id, quiz_id, student_id, class_id, taken AS attempted, attempt_date, marks_obtained, score_pct FROM quiz_submissions"
exam_schedule = "SELECT * FROM exams"
"""


def test_a_mapped_college_gives_the_same_rows(calibrated: Workspace) -> None:
    expected = calibrated.published()
    calibrated.college.execute(*RENAMED)
    unmapped = calibrated.run("calibrate --recompute").refusal()
    assert "classes: There is no such table" in unmapped
    assert "attendance: There is no such table" in unmapped
    assert "quiz_submissions: The column attempted is missing" in unmapped
    assert "NULL AS attempted" in unmapped

    mapping = calibrated.file("mapping.toml", MAPPING)
    calibrated.manage_all("calibrate --recompute", MAPPING_FILE=mapping)
    assert_same(calibrated.published(), expected)


def test_parameters_come_from_the_command_line_too(calibrated: Workspace) -> None:
    expected = calibrated.published()
    calibrated.college.execute(*RENAMED)
    mapping = calibrated.file("mapping.toml", MAPPING)
    nobody, unknown, wrong, unwritten, later = calibrated.manage_in_turn(
        "calibrate --recompute --param campus=west",
        "calibrate --recompute --param year=2026",
        "calibrate --recompute --param earliest=soon",
        "calibrate --recompute --param campus",
        "calibrate --recompute --param earliest=2026-08-10",
        MAPPING_FILE=mapping,
    )
    assert "table students is empty" in nobody.refusal()
    assert "The parameter 'year' is not in" in unknown.refusal()
    assert "it has these: campus, earliest" in unknown.err
    assert "The parameter earliest was given as 'soon'; it must be a date" in wrong.refusal()
    assert "--param campus: write it as NAME=VALUE" in unwritten.refusal()
    # Without attendance before 10 August there is none in weeks 1 to 3.
    assert "Run 3 succeeded" in later.well().out
    metrics = calibrated.published(DERIVED)["weekly_metrics"]
    assert metrics.filter(sem_week=2)["weekly_att_pct"].null_count() == metrics.filter(sem_week=2).height
    assert metrics.filter(sem_week=6)["weekly_att_pct"].equals(
        expected["weekly_metrics"].filter(sem_week=6)["weekly_att_pct"]
    )


def test_a_parameter_of_a_college_on_mariadb_may_have_backslashes(make: Maker, templates: Templates) -> None:
    """There a backslash in a text means something else, unless the server's sql_mode says otherwise."""
    college = make(copy=templates.calibrated(need(("sqlite", "mysql"))))
    expected = college.published()
    college.college.execute(
        "ALTER TABLE students ADD COLUMN campus varchar(20)",
        "UPDATE students SET campus = CONCAT('a', CHAR(92), 'n''s', CHAR(92))",
        "INSERT INTO students (student_id, class_id, name, campus) SELECT CONCAT('N', student_id), class_id, name, "
        "'north' FROM students WHERE roll_number <= 9",
    )
    mapping = college.file(
        "mapping.toml",
        "[parameters]\ncampus = 'elsewhere'\n[tables]\nstudents = 'SELECT * FROM students WHERE campus = :campus'\n",
    )
    assert "table students is empty" in college.run("calibrate --recompute", MAPPING_FILE=mapping).refusal()
    college.manage_all("calibrate --recompute --param campus=a\\n's\\", MAPPING_FILE=mapping)
    assert_same(college.published(), expected)
