"""The work of each class, and what came of it for each student."""

from django.db import models
from django.db.models import Q

from edumetrics.engine.metrics.student_work import KINDS


class ClassWork(models.Model):
    """A piece of work of a class in a semester, due or not yet; replaced whenever the class is published."""

    pk = models.CompositePrimaryKey("class_id", "academic_year", "semester", "work_no")
    class_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    work_no = models.IntegerField(help_text="what student_work calls it; from 1, in the order of due_week")
    kind = models.CharField(max_length=10, help_text="assignment or quiz")
    work_id = models.TextField(help_text="the college's own id")
    subject_id = models.TextField(null=True)
    title = models.TextField(null=True)
    due_week = models.SmallIntegerField(help_text="week of the semester in which it is due, or the quiz is held")
    max_marks = models.FloatField(null=True)
    loaded_week = models.SmallIntegerField(
        null=True,
        help_text="the week from which any row of the class is known; null: none is by the published week, so nobody "
        "missed it",
    )
    run_id = models.BigIntegerField(help_text="analysis_run.id of the run that wrote the row")

    class Meta:
        db_table = "class_work"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(KINDS.values())), name="class_work_known_kind"),
        ]


class StudentWork(models.Model):
    """A student's work of a semester as known at sem_week, by class_work.work_no; one row, replaced with its class.

    What is in none of the three lists is not due (before first_week, or after sem_week) or not loaded.
    """

    pk = models.CompositePrimaryKey("student_id", "academic_year", "semester")
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="the published week, or the student's last one on the roll")
    class_id = models.CharField(max_length=64)
    first_week = models.SmallIntegerField(help_text="the student's first week on the roll")
    handed_in = models.JSONField(
        help_text="[work_no, week it became known, mark %, and for assignments quality % and plagiarism %], each; it "
        "was late where that week is after due_week; percentages are 0-100, 2 decimals, or null"
    )
    missed = models.JSONField(help_text="work_no of each that is due and not handed in")
    unknown = models.JSONField(help_text="[work_no, week], each: due, but its row breaks a rule, known from that week")
    run_id = models.BigIntegerField(help_text="analysis_run.id of the run that wrote the row")

    class Meta:
        db_table = "student_work"
        indexes = [models.Index(fields=["class_id", "academic_year", "semester"], name="student_work_class")]
