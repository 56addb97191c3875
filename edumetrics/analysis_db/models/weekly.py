"""What a run writes for each class and week: metrics, flags, notices."""

from django.db import models
from django.db.models import F, Q

from edumetrics.analysis_db.models.columns import percentage, rate, within
from edumetrics.engine.flags.codes import LEVELS, LISTS, NOTICES

_KEY = ("student_id", "academic_year", "semester", "sem_week")


class WeeklyMetrics(models.Model):
    """A student's week. Null means that there is no value; what each number is: docs/reference/scoring.md."""

    pk = models.CompositePrimaryKey(*_KEY)
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField(help_text="the year in which the odd semester began")
    semester = models.SmallIntegerField(help_text="1-8")
    sem_week = models.SmallIntegerField(help_text="week of the semester, from 1")
    class_id = models.CharField(max_length=64)
    effort_score = percentage("effort score E")
    effort_coverage = rate("weight of the effort components present")
    library_visits = models.IntegerField(null=True, help_text="visits in the week")
    book_borrows = models.IntegerField(null=True, help_text="books borrowed in the week")
    assn_quality_pct = percentage("mean quality of assignments due in the week and handed in")
    assn_plagiarism_pct = percentage("highest plagiarism of those")
    weekly_att_pct = percentage("lectures attended in the week")
    overall_att_pct = percentage("lectures attended in the semester so far")
    quiz_attempt_rate = rate("share of the week's quizzes attempted")
    assn_submit_rate = rate("share of the week's assignments handed in")
    quiz_avg_pct = percentage("mean score of the week's quizzes")
    assn_avg_pct = percentage("mean mark of the week's assignments")
    academic_performance = percentage("academic performance A")
    performance_stale = models.BooleanField(null=True, help_text="A is of an earlier week, or of the last endterm")
    midterm_score_pct = percentage("mean midterm score, once known")
    risk_of_detention = percentage("risk of ending below the required attendance")
    lectures_to_attend = models.IntegerField(null=True, help_text="lectures still to attend to reach the rule")
    lectures_remaining = models.IntegerField(null=True, help_text="lectures expected until the last teaching week")
    effort_baseline = percentage("the student's own effort in the weeks before")
    performance_baseline = percentage("the student's own performance in the weeks before")
    attendance_baseline = percentage("the student's own attendance in the weeks before")
    risk_score = models.FloatField(null=True, help_text="risk score; 0-100, 1 decimal; null in exam weeks")
    p_at_risk = rate("probability of failing an endterm or dropping out; null where p_at_risk_note says why")
    p_at_risk_version = models.CharField(max_length=64, null=True, help_text="model_card.version that gave p_at_risk")
    p_at_risk_note = models.CharField(
        max_length=32, null=True, help_text="why p_at_risk is null: a code of docs/reference/codes.md"
    )
    computed_at = models.DateTimeField(help_text="when the run that wrote the row began")
    run_id = models.BigIntegerField(help_text="analysis_run.id of the run that wrote the row")

    class Meta:
        db_table = "weekly_metrics"
        indexes = [
            models.Index(fields=["class_id", "academic_year", "semester", "sem_week"], name="metrics_class_week")
        ]
        constraints = [
            within(("effort_score", "academic_performance", "overall_att_pct", "risk_score"), 100, "metrics"),
            within(("p_at_risk",), 1, "metrics"),
            models.CheckConstraint(condition=Q(sem_week__gte=1), name="metrics_week_from_1"),
        ]


class WeeklyFlags(models.Model):
    """A student to see (or one of whom we cannot tell) in a week, and why."""

    pk = models.CompositePrimaryKey(*_KEY)
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField()
    class_id = models.CharField(max_length=64)
    risk_level = models.CharField(
        max_length=8, null=True, help_text="critical, high or watch; null in the lists cannot_tell and integrity"
    )
    risk_score = models.FloatField(help_text="0-100, 1 decimal")
    urgency = models.FloatField(help_text="risk score and 5 points a week flagged before; 1 decimal")
    rank_in_class = models.IntegerField(null=True, help_text="from 1; null for those who are not ranked")
    list = models.CharField(max_length=12, help_text="contact, watching, in_progress, integrity or cannot_tell")
    contributions = models.JSONField(help_text="signal -> points, unrounded, non-zero only; they add up to the score")
    reasons = models.JSONField(help_text="up to 4 reasons, the strongest first")
    strengths = models.JSONField(help_text="up to two")
    missing = models.JSONField(help_text="what keeps us from telling")
    diagnosis = models.TextField(help_text="the flag in one line")
    escalation_level = models.SmallIntegerField(help_text="flagged teaching weeks in a row just before this one")
    first_flagged_week = models.SmallIntegerField(null=True, help_text="first week of the current run")
    grace = models.BooleanField(help_text="the week is a grace week")
    override = models.BooleanField(help_text="attendance so low that it cannot wait")
    integrity = models.BooleanField(help_text="plagiarism in recent work")
    run_id = models.BigIntegerField(help_text="analysis_run.id of the run that wrote the row")

    class Meta:
        db_table = "weekly_flags"
        indexes = [
            models.Index(
                fields=["class_id", "academic_year", "semester", "sem_week", "list", "rank_in_class"],
                name="flags_class_week_list",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(list__in=LISTS), name="flags_known_list"),
            models.CheckConstraint(
                condition=Q(risk_level__in=LEVELS) | Q(risk_level__isnull=True), name="flags_known_level"
            ),
            models.CheckConstraint(
                condition=Q(risk_level__isnull=False) | Q(list__in=["cannot_tell", "integrity"]),
                name="flags_level_unless_unclear",
            ),
            models.CheckConstraint(condition=Q(sem_week__gte=F("first_flagged_week")), name="flags_run_begins_before"),
        ]


class ClassNotice(models.Model):
    """Something told once about a whole class."""

    pk = models.CompositePrimaryKey("class_id", "academic_year", "semester", "sem_week", "code")
    class_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField()
    code = models.CharField(max_length=32)
    sentence = models.TextField()
    values = models.JSONField()
    run_id = models.BigIntegerField(help_text="analysis_run.id of the run that wrote the row")

    class Meta:
        db_table = "class_notice"
        constraints = [models.CheckConstraint(condition=Q(code__in=list(NOTICES)), name="notice_known_code")]
