"""Predictions as a run would store them, for a class in week 6 and the term before."""

PREDICTIONS = """
from datetime import UTC, datetime
from edumetrics.analysis_db.models import *
NOW = datetime(2026, 9, 1, tzinfo=UTC)
run = AnalysisRun.objects.order_by("pk").first().pk
states = {one.class_id: one for one in AnalysisState.objects.all()}
first, second = sorted(states, reverse=True)
people = {c: list(RosterStudent.objects.filter(class_id=c, left_on=None).order_by("roll_number").values_list("student_id", flat=True)[:12]) for c in states}
subjects = list(RosterSubject.objects.filter(semester=states[first].semester).order_by("subject_id").values_list("subject_id", flat=True)[:2])
# What the run made by its rules of thumb gives way to rows whose numbers the tests know.
for made in (PreMidTerm, PreEndTerm, RiskOfFailingPrediction, PreSemWatchlist, PostExamAnalysis, PrecisionLedger, SubjectDifficulty):
    made.objects.all().delete()
def driver(value):
    return [{"feature": "overall_attendance", "sentence": f"Attended {value} % of lectures; typical are 80 %.", "value": value, "typical": 80.0, "effect": -0.1}]
def term(c):
    return {"class_id": c, "academic_year": states[c].academic_year, "semester": states[c].semester, "run_id": run}
BY_RULE = "No trained model yet: a rule of thumb from academic performance and attendance, without a probability."
for c in states:
    year, semester = states[c].academic_year, states[c].semester
    for place, student in enumerate(people[c]):
        one = {"student_id": student, **term(c)}
        for week in (5, 6):
            score = 20.0 + 5 * place + week
            PreMidTerm.objects.create(**one, sem_week=week, predicted_midterm_score=score, low=score - 8, high=score + 8, at_risk=score < 50, drivers=driver(score), model_version="midterm_score-0123456789ab", note="")
            for subject in subjects:
                RiskOfFailingPrediction.objects.create(**one, subject_id=subject, sem_week=week, p_fail=None if c == second else round(0.9 - place / 20, 4), risk_label=["HIGH", "MEDIUM", "LOW"][place // 4], drivers=driver(30.0 + place), model_version=None if c == second else "subject_fail-0123456789ab", note=BY_RULE if c == second else "")
        PreEndTerm.objects.create(**one, sem_week=6, predicted_endterm_score=40.0 + place, low=30.0, high=60.0, p_fail=0.5 - place / 50, risk_label="MEDIUM" if place < 8 else "LOW", drivers=driver(50.0), model_version="endterm_score-0123456789ab", fail_drivers=driver(51.0), fail_model_version="endterm_fail-0123456789ab", note="")
        PreSemWatchlist.objects.create(student_id=student, class_id=c, academic_year=year, target_semester=semester, risk_probability_pct=5.0 * place, risk_label=["LOW", "MEDIUM", "HIGH"][place // 4], att_rate_hist=0.5, assn_rate_hist=0.75, exam_avg_hist=44.0, max_plagiarism=0.0, escalation_level=1, hard_subject_count=1, reasons=driver(50.0), model_version="watchlist-0123456789ab", note="", made_academic_year=year, made_semester=semester, made_sem_week=1, run_id=run)
        score = 30.0 + 4 * place
        verdict = ["under", "as expected", "over"][place // 4]
        PostExamAnalysis.objects.create(**one, exam_type="midterm", sem_week=6, predicted_in_week=5, predicted=50.0, low=42.0, high=60.0, actual=score, residual=score - 50, failed=None, left_college=False, verdict=verdict, reason=f"Scored {score:.0f}; 50 was predicted (42 to 60).", model_version="midterm_score-0123456789ab")
        PostExamAnalysis.objects.create(student_id=student, class_id=c, run_id=run, academic_year=year - 1, semester=semester, subject_id=subjects[0], exam_type="endterm", sem_week=18, predicted_in_week=17, actual=score, p_fail=0.2, failed=score < 40, failed_subjects=None, left_college=False, verdict="under" if score < 40 else "as expected", reason="Passed.", fail_model_version="subject_fail-0123456789ab")
    for week, flagged, failed in ((5, 10, 6), (6, 12, 8), (7, 0, 0)):
        for kind, code in (("any", "any"), ("level", "high"), ("reason", "effort_drop")):
            PrecisionLedger.objects.create(class_id=c, academic_year=year - 1, semester=semester, run_id=run, sem_week=week, kind=kind, code=code, group_column="", group_value="", students=60, failed=10, flagged=flagged, flagged_failed=failed, failed_flagged_so_far=8, weeks_ahead=96)
    PrecisionLedger.objects.create(class_id=c, academic_year=year - 1, semester=semester, run_id=run, sem_week=6, kind="any", code="any", group_column="gender", group_value="F", students=30, failed=5, flagged=6, flagged_failed=4, failed_flagged_so_far=4, weeks_ahead=48)
year = states[first].academic_year
for subject in subjects:
    SubjectDifficulty.objects.create(subject_id=subject, academic_year=year - 1, semester=states[first].semester, total_students=100, students_passed=70, pass_rate=0.7, difficulty_label="HARD", run_id=run)
def card(version, **values):
    output = version.rpartition("-")[0]
    is_score = output.endswith("_score")
    figures = {"n": 120, "mae": 6.1} if is_score else {"n": 120, "brier": 0.11, "auc": 0.81, "curve": [{"n": 12, "predicted": 0.1, "actual": 0.12}]}
    naive = {"n": 120, "mae": 7.25} if is_score else {"n": 120, "brier": 0.15, "auc": 0.7}
    given = {"kind": "logistic regression", "created": NOW, "created_by": "admin", "trained_run_id": run, "seed": 1, "trained_on": {"examples": 1000}, "last_academic_year": year - 1, "last_term": "even", "features": ["overall_attendance"], "metrics": figures, "baselines": {"class mean": naive}, "beats_baselines": True, "fairness": {"gender": {"F": {"n": 60}}}, "card": {}, "comparison": None, "artefact_sha256": "0" * 64}
    ModelCard.objects.create(version=version, output=output, **(given | values))
card("midterm_score-0123456789ab", promoted=NOW, promoted_by="admin", retrain=True, retrain_reason="The error has grown by half.")
card("midterm_score-aaaaaaaaaaaa", comparison={"with": "midterm_score-0123456789ab", "mae": 5.9})
card("midterm_score-bbbbbbbbbbbb", beats_baselines=False)
card("subject_fail-0123456789ab", promoted=NOW, promoted_by="admin")
term_now = "odd" if states[first].semester % 2 else "even"
PredictionDrift.objects.create(model_version="midterm_score-0123456789ab", academic_year=year, term=term_now, exam_type="midterm", output="midterm_score", predictions=24, students=24, error=9.3, card_error=6.1, growth=1.52, coverage=0.61, curve=[], metrics={}, fairness={}, retrain=True, run_id=run)
"""
"""12 students of each class: predictions of weeks 5 and 6, a midterm, an endterm and a ledger of the year before."""
