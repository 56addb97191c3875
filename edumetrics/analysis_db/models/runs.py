"""What ran, with which policy, and how far each class is."""

from django.db import models
from django.db.models import Q


class AnalysisRun(models.Model):
    """One run of EduMetrics over the college."""

    class State(models.TextChoices):
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, help_text="weekly or calibrate")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started = models.DateTimeField()
    finished = models.DateTimeField(null=True)
    academic_year = models.SmallIntegerField(null=True, help_text="where the college stood")
    term = models.CharField(max_length=4, null=True, help_text="odd or even")
    sem_week = models.SmallIntegerField(null=True)
    weeks = models.JSONField(default=list, help_text="academic_year, semester, from_week, through_week, classes")
    rows = models.JSONField(default=dict, help_text="rows written per table")
    quality = models.JSONField(default=dict, help_text="data-quality report: findings, quarantined, late_changes")
    policy_version = models.CharField(max_length=12)
    policy = models.JSONField()
    error = models.TextField(blank=True)

    class Meta:
        db_table = "analysis_run"
        indexes = [models.Index(fields=["-started"], name="run_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running") | Q(finished__isnull=False), name="run_ended_has_finished"
            )
        ]


class AnalysisState(models.Model):
    """The week of a class that is published; a class's week is published as a whole."""

    class_id = models.CharField(max_length=64, primary_key=True)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField()
    policy_version = models.CharField(max_length=12, help_text="pinned for the semester")
    run_id = models.BigIntegerField(help_text="the last run that wrote the class")

    class Meta:
        db_table = "analysis_state"
