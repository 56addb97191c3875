"""Unmanaged models over the college's fifteen tables (college-schema.md), for checks and small look-ups.

Runs read the tables in bulk (``read.py``), through the mapping; these see them under their canonical names only.
"""

from django.db import models


class ClientClass(models.Model):
    """One row of classes."""

    class_id = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=120, null=True)
    year_of_study = models.IntegerField(null=True)
    section = models.CharField(max_length=120, null=True)
    branch = models.CharField(max_length=120, null=True)
    batch_start_year = models.IntegerField(null=True)
    total_students = models.IntegerField(null=True)
    odd_sem = models.IntegerField(null=True)
    even_sem = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "classes"


class ClientAdvisor(models.Model):
    """One row of advisors."""

    advisor_id = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=120, null=True)
    email = models.CharField(max_length=120, null=True)
    class_id = models.CharField(max_length=20, null=True)

    class Meta:
        managed = False
        db_table = "advisors"


class ClientStudent(models.Model):
    """One row of students."""

    student_id = models.CharField(max_length=10, primary_key=True)
    class_id = models.CharField(max_length=20, null=True)
    advisor_id = models.CharField(max_length=10, null=True)
    name = models.CharField(max_length=120, null=True)
    roll_number = models.IntegerField(null=True)
    gender = models.CharField(max_length=120, null=True)
    email = models.CharField(max_length=120, null=True)
    parent_email = models.CharField(max_length=120, null=True)
    phone = models.CharField(max_length=120, null=True)
    archetype = models.CharField(max_length=120, null=True)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "students"


class ClientSubject(models.Model):
    """One row of subjects."""

    subject_id = models.CharField(max_length=15, primary_key=True)
    subject_name = models.CharField(max_length=120, null=True)
    semester = models.IntegerField(null=True)
    credits = models.IntegerField(null=True)
    difficulty = models.CharField(max_length=120, null=True)
    subject_type = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "subjects"


class ClientClassSubject(models.Model):
    """One row of class_subjects."""

    pk = models.CompositePrimaryKey("class_id", "subject_id")
    class_id = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=15)
    teacher_name = models.CharField(max_length=120, null=True)

    class Meta:
        managed = False
        db_table = "class_subjects"


class ClientSimState(models.Model):
    """One row of sim_state."""

    id = models.IntegerField(primary_key=True)
    current_week = models.IntegerField()
    sim_year = models.IntegerField()
    last_updated = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "sim_state"


class ClientAttendance(models.Model):
    """One row of attendance."""

    id = models.BigIntegerField(primary_key=True)
    student_id = models.CharField(max_length=10)
    class_id = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=15)
    semester = models.IntegerField()
    week = models.IntegerField()
    week_date = models.DateField(null=True)
    lectures_held = models.IntegerField()
    present = models.IntegerField(null=True)
    absent = models.IntegerField(null=True)
    late = models.IntegerField(null=True)
    attendance_pct = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "attendance"


class ClientAssignmentDefinition(models.Model):
    """One row of assignment_definitions."""

    assignment_id = models.CharField(max_length=40, primary_key=True)
    class_id = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=15, null=True)
    semester = models.IntegerField()
    title = models.CharField(max_length=120, null=True)
    assigned_week = models.IntegerField(null=True)
    due_week = models.IntegerField()
    max_marks = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "assignment_definitions"


class ClientAssignmentSubmission(models.Model):
    """One row of assignment_submissions."""

    id = models.BigIntegerField(primary_key=True)
    assignment_id = models.CharField(max_length=40)
    student_id = models.CharField(max_length=10)
    class_id = models.CharField(max_length=20)
    status = models.CharField(max_length=120, null=True)
    submission_date = models.DateTimeField(null=True)
    latency_hours = models.FloatField(null=True)
    marks_obtained = models.FloatField(null=True)
    quality_pct = models.FloatField(null=True)
    plagiarism_pct = models.FloatField(null=True, default=0)

    class Meta:
        managed = False
        db_table = "assignment_submissions"


class ClientQuizDefinition(models.Model):
    """One row of quiz_definitions."""

    quiz_id = models.CharField(max_length=40, primary_key=True)
    class_id = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=15, null=True)
    semester = models.IntegerField()
    title = models.CharField(max_length=120, null=True)
    scheduled_week = models.IntegerField()
    quiz_date = models.DateField(null=True)
    max_marks = models.FloatField(null=True)
    duration_mins = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "quiz_definitions"


class ClientQuizSubmission(models.Model):
    """One row of quiz_submissions."""

    id = models.BigIntegerField(primary_key=True)
    quiz_id = models.CharField(max_length=40)
    student_id = models.CharField(max_length=10)
    class_id = models.CharField(max_length=20)
    attempted = models.BooleanField(null=True)
    attempt_date = models.DateTimeField(null=True)
    marks_obtained = models.FloatField(null=True)
    score_pct = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "quiz_submissions"


class ClientLibraryVisit(models.Model):
    """One row of library_visits."""

    id = models.BigIntegerField(primary_key=True)
    student_id = models.CharField(max_length=10)
    class_id = models.CharField(max_length=20)
    semester = models.IntegerField()
    week = models.IntegerField()
    week_date = models.DateField(null=True)
    physical_visits = models.IntegerField()

    class Meta:
        managed = False
        db_table = "library_visits"


class ClientBookBorrow(models.Model):
    """One row of book_borrows."""

    borrow_id = models.CharField(max_length=40, primary_key=True)
    student_id = models.CharField(max_length=10)
    class_id = models.CharField(max_length=20)
    semester = models.IntegerField()
    book_title = models.CharField(max_length=120, null=True)
    borrow_date = models.DateField(null=True)
    return_date = models.DateField(null=True)
    borrow_week = models.IntegerField()
    return_week = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "book_borrows"


class ClientExamSchedule(models.Model):
    """One row of exam_schedule."""

    schedule_id = models.CharField(max_length=40, primary_key=True)
    class_id = models.CharField(max_length=20)
    semester = models.IntegerField()
    subject_id = models.CharField(max_length=15, null=True)
    exam_type = models.CharField(max_length=120)
    scheduled_week = models.IntegerField()
    exam_date = models.DateField(null=True)
    max_marks = models.FloatField(null=True)
    duration_mins = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "exam_schedule"


class ClientExamResult(models.Model):
    """One row of exam_results."""

    id = models.BigIntegerField(primary_key=True)
    schedule_id = models.CharField(max_length=40)
    student_id = models.CharField(max_length=10)
    class_id = models.CharField(max_length=20)
    marks_obtained = models.FloatField(null=True)
    max_marks = models.FloatField(null=True)
    score_pct = models.FloatField(null=True)
    pass_fail = models.CharField(max_length=120, null=True)
    grade = models.CharField(max_length=120, null=True)
    result_date = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "exam_results"


CLIENT_MODELS: dict[str, type[models.Model]] = {
    model._meta.db_table: model
    for model in (
        ClientClass,
        ClientAdvisor,
        ClientStudent,
        ClientSubject,
        ClientClassSubject,
        ClientSimState,
        ClientAttendance,
        ClientAssignmentDefinition,
        ClientAssignmentSubmission,
        ClientQuizDefinition,
        ClientQuizSubmission,
        ClientLibraryVisit,
        ClientBookBorrow,
        ClientExamSchedule,
        ClientExamResult,
    )
}
"""The model of each canonical table, by the table's name."""
