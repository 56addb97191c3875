"""The intervention log, feedback and snoozes. They refer to students and weeks by key, and survive every recompute."""

from django.db import models

from edumetrics.engine.flags.codes import LEVELS


class InterventionLog(models.Model):
    """One contact with a student, in the week whose list it answers. Never deleted but with the student or the year."""

    class Kind(models.TextChoices):
        CONVERSATION = "conversation"
        CALL = "call"
        MAIL_TO_STUDENT = "mail_to_student", "mail to student"
        MAIL_TO_PARENT = "mail_to_parent", "mail to parent"
        REFERRAL = "referral"
        OTHER = "other"

    id = models.BigAutoField(primary_key=True)
    student_id = models.CharField(max_length=64)
    class_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="the published week whose list the contact answers")
    advisor = models.CharField(max_length=150, blank=True, help_text="who logged it")
    kind = models.CharField(max_length=20, choices=Kind)
    notes = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    follow_up_on = models.DateField(null=True)
    follow_up_by = models.CharField(max_length=150, blank=True, help_text="whose the follow-up is: first the advisor's")
    follow_up_done_at = models.DateTimeField(null=True, help_text="null: still open, where there is one")
    logged_at = models.DateTimeField()

    class Meta:
        db_table = "intervention_log"
        indexes = [
            models.Index(fields=["student_id", "academic_year", "semester"], name="intervention_student"),
            models.Index(fields=["class_id", "follow_up_on"], name="intervention_follow_up"),
        ]


class FlagFeedback(models.Model):
    """Whether a flag helped an advisor; one for each user and flag, replaced by a later one."""

    id = models.BigAutoField(primary_key=True)
    student_id = models.CharField(max_length=64)
    class_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="the week of the flag")
    by = models.CharField(max_length=150, help_text="who says so")
    helpful = models.BooleanField()
    why = models.TextField(blank=True)
    at = models.DateTimeField(help_text="when it was last said")

    class Meta:
        db_table = "flag_feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["student_id", "academic_year", "semester", "sem_week", "by"], name="flag_feedback_once"
            )
        ]


class Snooze(models.Model):
    """Not this week: until a day the student is in progress without a contact, unless the flag gets worse."""

    id = models.BigAutoField(primary_key=True)
    student_id = models.CharField(max_length=64)
    class_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="the week of the flag that was put off")
    risk_level = models.CharField(max_length=8, help_text="level of that flag; above it the snooze does not hold")
    reason = models.TextField()
    until = models.DateField(help_text="the last day on which it holds")
    by = models.CharField(max_length=150, help_text="who put it off")
    at = models.DateTimeField()
    ended_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True, help_text="ended before its day, or replaced; null: not ended by hand")

    class Meta:
        db_table = "snooze"
        indexes = [
            models.Index(fields=["student_id", "until"], name="snooze_student"),
            models.Index(fields=["class_id", "until"], name="snooze_class"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(risk_level__in=LEVELS), name="snooze_known_level"),
            # A student has one snooze at a time.
            models.UniqueConstraint(
                fields=["student_id"], condition=models.Q(ended_at__isnull=True), name="snooze_one_not_ended"
            ),
        ]


class InterventionHistory(models.Model):
    """What an intervention said before somebody amended it."""

    id = models.BigAutoField(primary_key=True)
    intervention = models.ForeignKey(InterventionLog, models.CASCADE, related_name="history")
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    changed_at = models.DateTimeField(help_text="when it was amended and ceased to say this")
    changed_by = models.CharField(max_length=150, help_text="who amended it")
    kind = models.CharField(max_length=20, choices=InterventionLog.Kind)
    notes = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    follow_up_on = models.DateField(null=True)
    follow_up_by = models.CharField(max_length=150, blank=True)
    follow_up_done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "intervention_history"
        indexes = [models.Index(fields=["student_id", "academic_year"], name="intervention_history_student")]
