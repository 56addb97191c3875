"""What screens need of the college, copied by each run, since web requests never read the college's database."""

from django.db import models


class RosterClass(models.Model):
    """A class of the college, and the semester it is in."""

    class_id = models.CharField(max_length=64, primary_key=True)
    name = models.TextField(null=True)
    year_of_study = models.BigIntegerField(null=True)
    section = models.TextField(null=True)
    branch = models.TextField(null=True)
    batch_start_year = models.BigIntegerField(null=True)
    odd_sem = models.BigIntegerField(null=True)
    even_sem = models.BigIntegerField(null=True)
    first_day = models.DateField(null=True, help_text="first day of week 1 of the semester; null: unknown")
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_class"


class RosterAdvisor(models.Model):
    """An advisor of the college."""

    advisor_id = models.CharField(max_length=64, primary_key=True)
    name = models.TextField(null=True)
    email = models.TextField(null=True)
    class_id = models.CharField(max_length=64, null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_advisor"


class RosterStudent(models.Model):
    """A student of the college, with contacts; a run writes those who are not as they were."""

    student_id = models.CharField(max_length=64, primary_key=True)
    class_id = models.CharField(max_length=64, null=True)
    advisor_id = models.CharField(max_length=64, null=True)
    name = models.TextField(null=True)
    roll_number = models.BigIntegerField(null=True)
    gender = models.TextField(null=True)
    email = models.TextField(null=True)
    parent_email = models.TextField(null=True)
    phone = models.TextField(null=True)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.TextField(null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_student"
        indexes = [models.Index(fields=["class_id", "roll_number"], name="student_class_roll")]


class RosterSubject(models.Model):
    """A subject of the college."""

    subject_id = models.CharField(max_length=64, primary_key=True)
    subject_name = models.TextField(null=True)
    semester = models.BigIntegerField(null=True)
    credits = models.BigIntegerField(null=True)
    difficulty = models.TextField(null=True)
    subject_type = models.TextField(null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_subject"


class RosterExam(models.Model):
    """A scheduled exam of a class."""

    schedule_id = models.CharField(max_length=64, primary_key=True)
    class_id = models.CharField(max_length=64, null=True)
    semester = models.BigIntegerField(null=True)
    subject_id = models.CharField(max_length=64, null=True)
    exam_type = models.TextField(null=True)
    scheduled_week = models.BigIntegerField(null=True)
    exam_date = models.DateField(null=True)
    max_marks = models.FloatField(null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_exam"
        indexes = [models.Index(fields=["class_id", "semester"], name="exam_class_semester")]
