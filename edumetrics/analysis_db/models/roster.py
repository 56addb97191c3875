"""What screens need of the college, copied by each run, since web requests never read the college's database."""

from django.db import models


class RosterClass(models.Model):
    """A class of the college, and the semester it is in."""

    class_id = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200, null=True)
    year_of_study = models.SmallIntegerField(null=True)
    section = models.CharField(max_length=200, null=True)
    branch = models.CharField(max_length=200, null=True)
    batch_start_year = models.SmallIntegerField(null=True)
    odd_sem = models.SmallIntegerField(null=True)
    even_sem = models.SmallIntegerField(null=True)
    first_day = models.DateField(null=True, help_text="first day of week 1 of the semester; null: unknown")
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_class"


class RosterAdvisor(models.Model):
    """An advisor of the college."""

    advisor_id = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200, null=True)
    email = models.CharField(max_length=254, null=True)
    class_id = models.CharField(max_length=64, null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_advisor"


class RosterStudent(models.Model):
    """A student of the college, with contacts."""

    student_id = models.CharField(max_length=64, primary_key=True)
    class_id = models.CharField(max_length=64, null=True)
    advisor_id = models.CharField(max_length=64, null=True)
    name = models.CharField(max_length=200, null=True)
    roll_number = models.IntegerField(null=True)
    gender = models.CharField(max_length=200, null=True)
    email = models.CharField(max_length=254, null=True)
    parent_email = models.CharField(max_length=254, null=True)
    phone = models.CharField(max_length=200, null=True)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.CharField(max_length=200, null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_student"
        indexes = [models.Index(fields=["class_id", "roll_number"], name="student_class_roll")]


class RosterSubject(models.Model):
    """A subject of the college."""

    subject_id = models.CharField(max_length=64, primary_key=True)
    subject_name = models.CharField(max_length=200, null=True)
    semester = models.SmallIntegerField(null=True)
    credits = models.SmallIntegerField(null=True)
    difficulty = models.CharField(max_length=200, null=True)
    subject_type = models.CharField(max_length=200, null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_subject"


class RosterExam(models.Model):
    """A scheduled exam of a class."""

    schedule_id = models.CharField(max_length=64, primary_key=True)
    class_id = models.CharField(max_length=64, null=True)
    semester = models.SmallIntegerField(null=True)
    subject_id = models.CharField(max_length=64, null=True)
    exam_type = models.CharField(max_length=200, null=True)
    scheduled_week = models.SmallIntegerField(null=True)
    exam_date = models.DateField(null=True)
    max_marks = models.FloatField(null=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "roster_exam"
        indexes = [models.Index(fields=["class_id", "semester"], name="exam_class_semester")]
