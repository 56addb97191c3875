"""What is predicted, by which model, and what came of it (docs/reference/predictions.md)."""

from django.db import models
from django.db.models import Q

from edumetrics.analysis_db.models.columns import percentage, rate, within
from edumetrics.engine.predictions.codes import EXAM_TYPES, LEDGER_KINDS, OUTPUTS, RISK_LABELS, VERDICTS

_VERSION = 64


def _run() -> "models.BigIntegerField[int, int]":
    return models.BigIntegerField(help_text="analysis_run.id of the run that wrote the row")


def _version(what: str) -> "models.CharField[str | None, str | None]":
    return models.CharField(
        max_length=_VERSION, null=True, help_text=f"model_card.version that gave {what}; null: no trained model"
    )


def _drivers(what: str) -> "models.JSONField[object, object]":
    return models.JSONField(
        help_text=f"up to 3 main drivers of {what}, the strongest first: feature, sentence, value, typical, effect"
    )


def _note() -> "models.TextField[str, str]":
    return models.TextField(help_text="why a number is null or a rule of thumb, in words; empty: a trained model's")


def _label() -> "models.CharField[str | None, str | None]":
    return models.CharField(max_length=6, null=True, help_text="LOW, MEDIUM or HIGH; null: cannot be told")


def _explained(table: str, *names: str) -> models.CheckConstraint:
    """A number may be null only where the note says why."""
    known = Q()
    for name in names:
        known &= Q(**{f"{name}__isnull": False})
    return models.CheckConstraint(condition=known | ~Q(note=""), name=f"{table}_null_is_explained")


def _known_label(table: str) -> models.CheckConstraint:
    known = Q(risk_label__in=RISK_LABELS) | Q(risk_label__isnull=True)
    return models.CheckConstraint(condition=known, name=f"{table}_known_label")


class AtRiskDrivers(models.Model):
    """Why a student's p_at_risk of a week is what it is; a row where a trained model gave one."""

    pk = models.CompositePrimaryKey("student_id", "academic_year", "semester", "sem_week")
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField()
    class_id = models.CharField(max_length=64)
    p_at_risk = rate("as in weekly_metrics")
    drivers = _drivers("p_at_risk")
    model_version = models.CharField(max_length=_VERSION, help_text="model_card.version that gave it")
    run_id = _run()

    class Meta:
        db_table = "at_risk_drivers"
        indexes = [
            models.Index(fields=["class_id", "academic_year", "semester", "sem_week"], name="at_risk_class_week")
        ]
        constraints = [within(("p_at_risk",), 1, "at_risk")]


class PreMidTerm(models.Model):
    """The midterm score predicted for a student, in the two teaching weeks before the midterm."""

    pk = models.CompositePrimaryKey("student_id", "academic_year", "semester", "sem_week")
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="week of the prediction")
    class_id = models.CharField(max_length=64)
    predicted_midterm_score = percentage("mean score over the subjects, or A where no trained model is promoted")
    low = percentage("lower end of the 80 % interval")
    high = percentage("upper end of the 80 % interval")
    at_risk = models.BooleanField(null=True, help_text="predicted below predictions.at_risk_below; null: cannot tell")
    drivers = _drivers("the score")
    model_version = _version("the score")
    note = _note()
    run_id = _run()

    class Meta:
        db_table = "pre_mid_term"
        indexes = [
            models.Index(fields=["class_id", "academic_year", "semester", "sem_week"], name="pre_mid_class_week")
        ]
        constraints = [
            within(("predicted_midterm_score", "low", "high"), 100, "pre_mid"),
            _explained("pre_mid", "predicted_midterm_score", "low", "high", "at_risk"),
        ]


class PreEndTerm(models.Model):
    """The endterm score predicted for a student, and the probability of failing, in the last teaching week."""

    pk = models.CompositePrimaryKey("student_id", "academic_year", "semester", "sem_week")
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="week of the prediction")
    class_id = models.CharField(max_length=64)
    predicted_endterm_score = percentage("mean score over the subjects, or A where no trained model is promoted")
    low = percentage("lower end of the 80 % interval")
    high = percentage("upper end of the 80 % interval")
    p_fail = rate("calibrated probability of failing at least one subject's endterm")
    risk_label = _label()
    drivers = _drivers("the score")
    model_version = _version("the score")
    fail_drivers = _drivers("p_fail")
    fail_model_version = _version("p_fail")
    note = _note()
    run_id = _run()

    class Meta:
        db_table = "pre_end_term"
        indexes = [
            models.Index(fields=["class_id", "academic_year", "semester", "sem_week"], name="pre_end_class_week")
        ]
        constraints = [
            within(("predicted_endterm_score", "low", "high"), 100, "pre_end"),
            within(("p_fail",), 1, "pre_end"),
            _explained("pre_end", "predicted_endterm_score", "low", "high", "p_fail", "risk_label"),
            _known_label("pre_end"),
        ]


class RiskOfFailingPrediction(models.Model):
    """The probability that a student fails the endterm of a subject, from the second week after the midterm."""

    pk = models.CompositePrimaryKey("student_id", "subject_id", "academic_year", "semester", "sem_week")
    student_id = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField(help_text="week of the prediction")
    class_id = models.CharField(max_length=64)
    p_fail = rate("calibrated probability of failing the subject's endterm")
    risk_label = _label()
    drivers = _drivers("p_fail")
    model_version = _version("p_fail")
    note = _note()
    run_id = _run()

    class Meta:
        db_table = "risk_of_failing_prediction"
        indexes = [
            models.Index(
                fields=["class_id", "academic_year", "semester", "sem_week", "subject_id"], name="failing_class_week"
            )
        ]
        constraints = [
            within(("p_fail",), 1, "failing"),
            _explained("failing", "p_fail", "risk_label"),
            _known_label("failing"),
        ]


class PreSemWatchlist(models.Model):
    """How likely a student is to fail or drop out in the coming semester, from the one before."""

    pk = models.CompositePrimaryKey("student_id", "academic_year", "target_semester")
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField(help_text="of the target semester")
    target_semester = models.SmallIntegerField(help_text="the coming semester, 2-8")
    class_id = models.CharField(max_length=64)
    risk_probability_pct = percentage("calibrated probability of failing an endterm or dropping out")
    risk_label = _label()
    att_rate_hist = rate("lectures attended in the preceding semester")
    assn_rate_hist = rate("assignments handed in of those due in it")
    exam_avg_hist = percentage("mean endterm score of it")
    max_plagiarism = percentage("highest plagiarism in it")
    escalation_level = models.SmallIntegerField(null=True, help_text="highest escalation level reached in it")
    hard_subject_count = models.SmallIntegerField(
        null=True, help_text="subjects of the coming semester that are HARD by past pass rates; null: not known"
    )
    reasons = _drivers("the probability")
    model_version = _version("the probability")
    note = _note()
    made_academic_year = models.SmallIntegerField(help_text="when it was made: last week of the semester before, or 1")
    made_semester = models.SmallIntegerField()
    made_sem_week = models.SmallIntegerField()
    run_id = _run()

    class Meta:
        db_table = "pre_sem_watchlist"
        indexes = [models.Index(fields=["class_id", "academic_year", "target_semester"], name="watchlist_class")]
        constraints = [
            within(("risk_probability_pct", "exam_avg_hist", "max_plagiarism"), 100, "watchlist"),
            within(("att_rate_hist", "assn_rate_hist"), 1, "watchlist"),
            _explained("watchlist", "risk_probability_pct", "risk_label"),
            _known_label("watchlist"),
        ]


class PostExamAnalysis(models.Model):
    """What was predicted for an exam and what came of it; over all subjects (subject_id null) or of one."""

    id = models.BigAutoField(primary_key=True, help_text="changes with every rewrite; the key is what follows")
    student_id = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64, null=True, help_text="null: over all subjects")
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    exam_type = models.CharField(max_length=8, help_text="midterm or endterm")
    class_id = models.CharField(max_length=64)
    sem_week = models.SmallIntegerField(help_text="week by whose end the results were in; at most the last week")
    predicted_in_week = models.SmallIntegerField(null=True, help_text="week of the prediction that is compared")
    predicted = percentage("predicted score; null where none was made (by subject only p_fail is predicted)")
    low = percentage("lower end of the 80 % interval")
    high = percentage("upper end of the 80 % interval")
    actual = percentage("mean score of the results; null: absent from all, or left before")
    residual = models.FloatField(null=True, help_text="actual - predicted, in points; 2 decimals")
    p_fail = rate("predicted probability of failing")
    failed = models.BooleanField(
        null=True, help_text="failed it, over all subjects at least one; null for the midterm and who left before"
    )
    failed_subjects = models.SmallIntegerField(null=True, help_text="subjects failed; only over all subjects")
    left_college = models.BooleanField(help_text="left during the semester, before the exam")
    verdict = models.CharField(
        max_length=11, null=True, help_text="under, as expected or over; null where reason says why"
    )
    reason = models.TextField(help_text="the verdict in words, or why there is none")
    model_version = _version("the score")
    fail_model_version = _version("p_fail")
    run_id = _run()

    class Meta:
        db_table = "post_exam_analysis"
        indexes = [models.Index(fields=["class_id", "academic_year", "semester", "exam_type"], name="post_exam_class")]
        constraints = [
            models.UniqueConstraint(
                fields=["student_id", "academic_year", "semester", "exam_type"],
                condition=Q(subject_id__isnull=True),
                name="post_exam_one_over_all",
            ),
            models.UniqueConstraint(
                fields=["student_id", "academic_year", "semester", "exam_type", "subject_id"],
                condition=Q(subject_id__isnull=False),
                name="post_exam_one_a_subject",
            ),
            within(("predicted", "low", "high", "actual"), 100, "post_exam"),
            within(("p_fail",), 1, "post_exam"),
            models.CheckConstraint(condition=Q(exam_type__in=EXAM_TYPES), name="post_exam_known_type"),
            models.CheckConstraint(
                condition=Q(verdict__in=VERDICTS) | Q(verdict__isnull=True), name="post_exam_known_verdict"
            ),
        ]


class SubjectDifficulty(models.Model):
    """How many passed the endterm of a subject, over all its classes."""

    pk = models.CompositePrimaryKey("subject_id", "academic_year", "semester")
    subject_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    total_students = models.IntegerField(help_text="students with a result, those absent included")
    students_passed = models.IntegerField()
    pass_rate = rate("share that passed")
    difficulty_label = models.CharField(
        max_length=6, help_text="HARD, MEDIUM or EASY by predictions.hard_below and easy_from of the policy"
    )
    run_id = _run()

    class Meta:
        db_table = "subject_difficulty"
        constraints = [within(("pass_rate",), 1, "difficulty")]


class ModelArtefact(models.Model):
    """A trained predictor as bytes, named by their hash; without pickle, and checked by the hash at load.

    In the database and not in a file: every process of a run, on any machine, has the database and nothing else.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField(help_text="the predictor as JSON")

    class Meta:
        db_table = "model_artefact"


class ModelCard(models.Model):
    """A trained predictor: what it predicts, from what, how well, and whether it is in use."""

    version = models.CharField(
        max_length=_VERSION, primary_key=True, help_text="output and the first 12 digits of the artefact's hash"
    )
    output = models.CharField(max_length=20, help_text="what it predicts: a code of docs/reference/codes.md")
    kind = models.CharField(max_length=40, help_text="the kind of predictor that was chosen")
    created = models.DateTimeField(help_text="when it was trained")
    created_by = models.CharField(max_length=150, blank=True, help_text="who asked for the training")
    trained_run_id = models.BigIntegerField(help_text="analysis_run.id of the training")
    seed = models.BigIntegerField()
    trained_on = models.JSONField(help_text="terms, examples, students, policy version")
    last_academic_year = models.SmallIntegerField(help_text="of the latest term that it was trained on")
    last_term = models.CharField(max_length=4, help_text="odd or even; it predicts later terms only")
    features = models.JSONField(help_text="names of the features, in order")
    metrics = models.JSONField(help_text="on the latest term, which it was tested on")
    baselines = models.JSONField(help_text="the naive baselines on the same rows")
    beats_baselines = models.BooleanField(help_text="better than each of them")
    fairness = models.JSONField(help_text="metrics by group, for audit only; the groups are never features")
    card = models.JSONField(help_text="the whole card, as the training gave it")
    comparison = models.JSONField(
        null=True, help_text="with the model then promoted, on the same rows; null: there was none"
    )
    artefact_sha256 = models.CharField(max_length=64, help_text="model_artefact.sha256")
    promoted = models.DateTimeField(null=True, help_text="when it was last put into use; null: never")
    promoted_by = models.CharField(max_length=150, blank=True)
    retired = models.DateTimeField(null=True, help_text="when another one was put in its place; null: in use, or never")
    retrain = models.BooleanField(default=False, help_text="its error has grown by half: train a new one")
    retrain_reason = models.TextField(blank=True)

    class Meta:
        db_table = "model_card"
        indexes = [models.Index(fields=["output", "-created"], name="card_output_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["output"],
                condition=Q(promoted__isnull=False, retired__isnull=True),
                name="card_one_promoted_an_output",
            ),
            models.CheckConstraint(condition=Q(output__in=OUTPUTS), name="card_known_output"),
        ]


class PredictionDrift(models.Model):
    """How well a model's predictions did in one round of exams, beside what its card said."""

    pk = models.CompositePrimaryKey("model_version", "academic_year", "term", "exam_type")
    model_version = models.CharField(max_length=_VERSION)
    academic_year = models.SmallIntegerField()
    term = models.CharField(max_length=4, help_text="odd or even")
    exam_type = models.CharField(max_length=8, help_text="midterm or endterm")
    output = models.CharField(max_length=20)
    predictions = models.IntegerField(help_text="predictions with an outcome")
    students = models.IntegerField()
    error = models.FloatField(null=True, help_text="mean absolute error in points, or Brier score of probabilities")
    card_error = models.FloatField(null=True, help_text="the same on the model card")
    growth = models.FloatField(null=True, help_text="error / card_error; from 1.5 on the card is marked retrain")
    coverage = rate("share of the scores inside their 80 % interval")
    calibration_slope = models.FloatField(null=True, help_text="of probabilities; 1 is right")
    calibration_intercept = models.FloatField(null=True, help_text="of probabilities; 0 is right")
    curve = models.JSONField(help_text="predicted and observed share by tenths of the probabilities")
    metrics = models.JSONField(help_text="every metric of the round")
    fairness = models.JSONField(help_text="metrics by group, for audit only")
    retrain = models.BooleanField(help_text="the error has grown by half")
    run_id = _run()

    class Meta:
        db_table = "prediction_drift"


class PrecisionLedger(models.Model):
    """Of those flagged in a week, how many later failed; of those who failed, how many were flagged, and how early.

    A row for each class, week, rule, reason or level, and group. Counts add up over classes; failing is failing an
    endterm or dropping out.
    """

    pk = models.CompositePrimaryKey(
        "class_id", "academic_year", "semester", "sem_week", "kind", "code", "group_column", "group_value"
    )
    class_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()
    semester = models.SmallIntegerField()
    sem_week = models.SmallIntegerField()
    kind = models.CharField(max_length=10, help_text="any, rule, reason, level, list or prediction")
    code = models.CharField(max_length=40, help_text="of the rule, reason, level or list; any: flagged at all")
    group_column = models.CharField(max_length=64, help_text="column of the group, for audit only; empty: everybody")
    group_value = models.CharField(max_length=64, help_text="empty: everybody, or not known")
    students = models.IntegerField(help_text="on the roll that week with a known outcome")
    failed = models.IntegerField(help_text="of those, later failed")
    flagged = models.IntegerField(help_text="flagged by it that week")
    flagged_failed = models.IntegerField(help_text="of those flagged, later failed")
    failed_flagged_so_far = models.IntegerField(help_text="of those who failed, flagged by it in this week or before")
    weeks_ahead = models.IntegerField(
        help_text="summed over those: weeks from the first such flag to the endterm; divided by them it is how early"
    )
    run_id = _run()

    class Meta:
        db_table = "precision_ledger"
        indexes = [
            models.Index(fields=["academic_year", "semester", "kind", "code", "sem_week"], name="ledger_rule_week")
        ]
        constraints = [models.CheckConstraint(condition=Q(kind__in=LEDGER_KINDS), name="ledger_known_kind")]
