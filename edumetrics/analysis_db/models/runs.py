"""What ran or waits to run, with which policy, and how far each class is."""

from django.db import models
from django.db.models import Q


class AnalysisRun(models.Model):
    """One run of EduMetrics over the college; queued ones wait for the scheduler."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, help_text="weekly, calibrate or train")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    queued = models.DateTimeField(null=True, help_text="when it was asked for; null: begun by hand at once")
    queued_by = models.CharField(max_length=150, blank=True, help_text="who asked for it")
    request = models.JSONField(default=dict, help_text="recompute_from, parameters of the mapping")
    started = models.DateTimeField(null=True, help_text="null while queued")
    finished = models.DateTimeField(null=True)
    academic_year = models.SmallIntegerField(null=True, help_text="where the college stood")
    term = models.CharField(max_length=4, null=True, help_text="odd or even")
    sem_week = models.SmallIntegerField(null=True)
    weeks = models.JSONField(default=list, help_text="academic_year, semester, from_week, through_week, classes")
    rows = models.JSONField(default=dict, help_text="rows written per table")
    quality = models.JSONField(default=dict, help_text="data-quality report: findings, quarantined, late_changes")
    stages = models.JSONField(default=list, help_text="stage, seconds: where the time went, added up over all shards")
    progress = models.JSONField(default=dict, help_text="what, shards_done, shards, classes_done, classes")
    policy_version = models.CharField(max_length=12, blank=True)
    policy = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "analysis_run"
        indexes = [models.Index(fields=["-started"], name="run_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"]) | Q(finished__isnull=False), name="run_ended_has_finished"
            ),
            models.CheckConstraint(condition=Q(state="queued") | Q(started__isnull=False), name="run_has_started"),
        ]


class AnalysisState(models.Model):
    """The week of a class that is published; a class's week is published as a whole."""

    class_id = models.CharField(max_length=64, primary_key=True)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField()
    policy_version = models.CharField(max_length=12, help_text="pinned for the semester")
    run_id = models.BigIntegerField(help_text="the last run that wrote the class")
    due_from = models.SmallIntegerField(
        null=True,
        help_text="weeks from here on are to be scored anew: a recomputation began and has not reached the class",
    )
    due_policy_version = models.CharField(max_length=12, blank=True, help_text="the policy of that recomputation")

    class Meta:
        db_table = "analysis_state"


class Runner(models.Model):
    """A scheduler that is alive: the process that starts the weekly run and the queued ones."""

    name = models.CharField(max_length=150, primary_key=True, help_text="host and process")
    started = models.DateTimeField()
    seen = models.DateTimeField(help_text="its last heartbeat")
    next_weekly = models.DateTimeField(null=True, help_text="when the next weekly run is due; null: none is scheduled")
    run_id = models.BigIntegerField(null=True, help_text="the run that it is carrying out")

    class Meta:
        db_table = "runner"
