"""The intervention log. It refers to students and weeks by key, so that it survives every recompute."""

from django.db import models


class InterventionLog(models.Model):
    """One contact with a student, in the week whose list it answers."""

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
    advisor = models.CharField(max_length=150, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    notes = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    follow_up_on = models.DateField(null=True)
    logged_at = models.DateTimeField()

    class Meta:
        db_table = "intervention_log"
        indexes = [
            models.Index(fields=["student_id", "academic_year", "semester"], name="intervention_student"),
            models.Index(fields=["class_id", "follow_up_on"], name="intervention_follow_up"),
        ]
