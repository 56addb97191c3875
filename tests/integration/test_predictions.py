"""Training on a simulated past, predicting, and comparing, with the real program on real databases."""

import json
from collections.abc import Iterator

import polars as pl
import pytest

from tests.conftest import PAIRS, Maker, need
from tests.integration.workspace import Pair, Workspace, assert_same, new_workspace

WEEKLY = ("at_risk_drivers", "pre_mid_term", "pre_end_term", "risk_of_failing_prediction")
PREDICTIONS = (*WEEKLY, "pre_sem_watchlist")
COMPARED = ("post_exam_analysis", "precision_ledger", "prediction_drift")
KEY = ["student_id", "academic_year", "semester", "sem_week"]
OF_THE_RUN = ("run_id", "id")
EVEN_WEEK_11 = 29
OUTPUTS = {"midterm_score", "subject_fail", "endterm_score", "endterm_fail", "at_risk", "watchlist"}


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A college after its odd semester, with models trained on it and what was before; to be read only."""
    pair: Pair = need(request.param)
    workspace = new_workspace(pair, tmp_path_factory.mktemp("trained"))
    workspace.manage_all(
        "migrate --verbosity 0",
        "demo_college --students 240 --week 18 --past-years 2 --seed 7",
        "train --simple --promote-if-better",
    )
    yield workspace
    workspace.drop()


@pytest.fixture(scope="module")
def predicted(trained: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The same in week 11 of the even semester, calibrated; to be read only."""
    workspace = trained.copy(tmp_path_factory.mktemp("predicted"))
    use_all(workspace)
    workspace.manage_all("demo_college --advance 11", "calibrate")
    yield workspace
    workspace.drop()


def use_all(workspace: Workspace) -> None:
    """Put every model into use, since in so small a college not each of them beats the baselines by more than chance."""
    workspace.analysis.execute("UPDATE model_card SET promoted = created, promoted_by = 'test' WHERE promoted IS NULL")


def predictions(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """Everything that is predicted, without what each run has of its own."""
    at_risk = workspace.analysis.table("weekly_metrics").select(
        *KEY, "p_at_risk", "p_at_risk_version", "p_at_risk_note"
    )
    tables = {name: workspace.analysis.table(name).drop(OF_THE_RUN, strict=False) for name in PREDICTIONS}
    return tables | {"weekly_metrics": at_risk}


def test_each_model_has_a_card_and_those_that_beat_the_baselines_are_in_use(trained: Workspace) -> None:
    cards = trained.analysis.table("model_card")
    assert set(cards["output"]) == OUTPUTS
    for card in cards.to_dicts():
        assert (card["promoted"] is not None) == bool(card["beats_baselines"]), card["version"]
        assert card["version"] == f"{card['output']}-{card['artefact_sha256'][:12]}"
        assert (card["last_academic_year"], card["last_term"]) == (2026, "odd")
        assert {"class_mean", "last_exam", "performance_alone"} <= set(json.loads(card["baselines"]))
        assert "gender" not in json.loads(card["features"])
    assert {"endterm_score", "at_risk", "midterm_score"} <= set(cards.drop_nulls("promoted")["output"])
    assert trained.analysis.table("model_artefact").height == cards["artefact_sha256"].n_unique()


def test_processes_predict_what_one_process_does(trained: Workspace, predicted: Workspace, make: Maker) -> None:
    workspace = make(copy=trained)
    use_all(workspace)
    workspace.run("demo_college --advance 11").well()
    workspace.manage("calibrate", "--workers", "2", "--shard-students", "60").well()
    assert_same(predictions(workspace), predictions(predicted))


def test_predicted_scores_beat_both_naive_predictions(trained: Workspace) -> None:
    card = trained.analysis.table("model_card").filter(output="endterm_score").row(0, named=True)
    metrics, baselines = json.loads(card["metrics"]), json.loads(card["baselines"])
    assert metrics["mae"] < 0.9 * min(one["figures"]["mae"] for one in baselines.values())


def test_every_output_is_there_at_its_weeks_within_bounds_and_explained(predicted: Workspace) -> None:
    found = predictions(predicted)
    even = pl.col("semester") % 2 == 0
    assert set(found["pre_mid_term"].filter(even)["sem_week"]) == {6, 7}
    assert set(found["risk_of_failing_prediction"].filter(even)["sem_week"]) == {10, 11}
    assert found["pre_end_term"].is_empty()
    watch = found["pre_sem_watchlist"]
    assert set(watch.select("target_semester", "made_sem_week").rows()) == {(number, 1) for number in (2, 4, 6, 8)}

    weeks = found["weekly_metrics"]
    given = weeks.filter(pl.col("p_at_risk").is_not_null())
    assert set(given["sem_week"]) == {3, 4, 5, 6, 7, 9, 10, 11}
    assert given["p_at_risk"].is_between(0, 1).all()
    assert given["p_at_risk_note"].null_count() == given.height
    not_given = weeks.filter(pl.col("p_at_risk").is_null())
    assert set(not_given["p_at_risk_note"]) == {"too_early", "no_teaching"}
    assert found["at_risk_drivers"].height == given.height

    scores = found["pre_mid_term"].drop_nulls("model_version")
    assert scores.height == found["pre_mid_term"].height > 300
    assert (scores["low"] <= scores["predicted_midterm_score"]).all()
    assert (scores["predicted_midterm_score"] <= scores["high"]).all()
    for table, column in (
        ("at_risk_drivers", "drivers"),
        ("pre_mid_term", "drivers"),
        ("pre_sem_watchlist", "reasons"),
    ):
        for text in found[table].head(50)[column]:
            drivers = json.loads(text)
            assert 1 <= len(drivers) <= 3
            assert all({"feature", "sentence", "value", "typical", "effect"} == set(driver) for driver in drivers)
            assert all(len(driver["sentence"]) > 10 for driver in drivers)


def test_nothing_after_the_week_of_a_prediction_moves_it(trained: Workspace, predicted: Workspace, make: Maker) -> None:
    week = 10
    changed = make(copy=trained)
    use_all(changed)
    changed.manage_all("demo_college --advance 11")
    of_even = "SELECT class_id FROM classes"
    later = f"semester % 2 = 0 AND {{}} > {week} AND class_id IN ({of_even})"
    for table, column in (("attendance", "week"), ("library_visits", "week"), ("book_borrows", "borrow_week")):
        # What is of this year only: the semester before last has the same numbers.
        date = "borrow_date" if table == "book_borrows" else "week_date"
        changed.college.execute(f"DELETE FROM {table} WHERE {later.format(column)} AND {date} >= '2027-01-01'")
    for kind, day in (("assignment", "due_week"), ("quiz", "scheduled_week")):
        table, id_column = f"{kind}_submissions", f"{kind}_id"
        changed.college.execute(
            f"DELETE FROM {table} WHERE {id_column} IN "
            f"(SELECT {id_column} FROM {kind}_definitions WHERE {later.format(day)})"
        )
    handed_in = "submission_date >= '2027-03-15' AND submission_date IS NOT NULL"
    changed.college.execute(f"UPDATE assignment_submissions SET marks_obtained = 0 WHERE {handed_in}")
    changed.college.execute(
        f"DELETE FROM exam_schedule WHERE semester % 2 = 0 AND scheduled_week > {week} AND exam_date >= '2027-01-01'"
    )
    changed.manage_all("calibrate")

    until = pl.col("sem_week") <= week
    before, after = predictions(predicted), predictions(changed)
    for name in (*WEEKLY, "weekly_metrics"):
        assert_same({name: after[name].filter(until)}, {name: before[name].filter(until)})
    assert_same({"pre_sem_watchlist": after["pre_sem_watchlist"]}, {"pre_sem_watchlist": before["pre_sem_watchlist"]})
    # The change was one: what is predicted later is not the same.
    assert not after["weekly_metrics"].filter(sem_week=11).equals(before["weekly_metrics"].filter(sem_week=11))


def test_protected_columns_are_not_learnt_from_and_training_is_reproducible(trained: Workspace, make: Maker) -> None:
    other = make(copy=trained)
    other.college.execute("UPDATE students SET gender = CASE WHEN roll_number % 3 = 0 THEN 'F' ELSE 'M' END")
    out = other.run("train --simple").well().out
    assert out.count("(the same as before)") == len(OUTPUTS), out
    assert_same({"": other.analysis.table("model_artefact")}, {"": trained.analysis.table("model_artefact")})


def test_predictions_of_frozen_weeks_are_never_made_anew(predicted: Workspace, make: Maker) -> None:
    workspace = make(copy=predicted)
    before = predictions(workspace)
    workspace.college.execute("UPDATE attendance SET present = 0 WHERE week IN (9, 10) AND week_date >= '2027-01-01'")
    changed = workspace.analysis.table("weekly_metrics")
    workspace.manage_all("calibrate --recompute")
    assert_same(predictions(workspace), before)
    assert not workspace.analysis.table("weekly_metrics")["risk_score"].equals(changed["risk_score"])

    # run_weekly repeats the current week, and doubles nothing.
    workspace.manage_all("run_weekly", "run_weekly")
    after = predictions(workspace)
    frozen = pl.col("sem_week") < 11
    for name in (*WEEKLY, "weekly_metrics"):
        assert_same({name: after[name].filter(frozen)}, {name: before[name].filter(frozen)})
        assert after[name].height == before[name].height
    assert not after["weekly_metrics"].filter(sem_week=11).equals(before["weekly_metrics"].filter(sem_week=11))


def test_rolling_back_removes_what_was_predicted_since(predicted: Workspace, make: Maker) -> None:
    workspace = make(copy=predicted)
    before = predictions(workspace)
    workspace.set_week(18 + 6)
    workspace.manage_all("calibrate")
    rolled = predictions(workspace)
    assert set(rolled["pre_mid_term"]["sem_week"]) == {6}
    assert rolled["risk_of_failing_prediction"].is_empty()
    assert max(rolled["at_risk_drivers"]["sem_week"]) == 6
    assert workspace.analysis.table("post_exam_analysis").is_empty()
    workspace.set_week(EVEN_WEEK_11)
    workspace.manage_all("calibrate")
    assert_same(predictions(workspace), before)


def test_after_the_endterm_predictions_are_compared_and_the_ledger_and_drift_are_kept(
    predicted: Workspace, make: Maker
) -> None:
    workspace = make(copy=predicted)
    workspace.manage_all("demo_college --advance 7", "calibrate")
    compared = workspace.analysis.table("post_exam_analysis")
    over_all = compared.filter(pl.col("subject_id").is_null(), exam_type="endterm")
    judged = over_all.drop_nulls("verdict")
    assert judged.height > 150
    assert set(judged["verdict"]) <= {"under", "as expected", "over"}
    inside = (judged["actual"] >= judged["low"]) & (judged["actual"] <= judged["high"])
    assert ((judged["verdict"] == "as expected") == inside).all()
    assert (compared["reason"].str.len_chars() > 10).all()
    assert compared.filter(pl.col("subject_id").is_not_null())["verdict"].null_count() == 0

    drift = workspace.analysis.table("prediction_drift")
    assert {("endterm_score", "endterm"), ("at_risk", "endterm"), ("midterm_score", "midterm")} <= set(
        drift.select("output", "exam_type").rows()
    )
    error = (judged["actual"] - judged["predicted"]).abs().mean()
    assert drift.filter(output="endterm_score")["error"][0] == pytest.approx(error, abs=0.01)
    groups = json.loads(drift.filter(output="endterm_score")["fairness"][0])
    assert {(one["column"], one["value"]) for one in groups} == {("gender", "F"), ("gender", "M")}

    ledger = workspace.analysis.table("precision_ledger")
    flags = workspace.analysis.table("weekly_flags").filter(sem_week=11).drop_nulls("risk_level")
    failed = over_all.filter(pl.col("failed") | pl.col("left_college"))["student_id"]
    all_week_11 = ledger.filter(kind="any", sem_week=11, group_column="")
    assert all_week_11["flagged"].sum() == flags.height
    assert all_week_11["flagged_failed"].sum() == flags["student_id"].is_in(failed.implode()).sum()
    assert (ledger["flagged_failed"] <= ledger["flagged"]).all()
    assert (ledger["failed_flagged_so_far"] <= ledger["failed"]).all()
    by_group = ledger.filter(kind="any", sem_week=11, group_column="gender")
    assert by_group["flagged"].sum() == flags.height

    table, as_csv = workspace.manage_in_turn("ledger --kind level --week 11", "ledger --kind rule --csv")
    assert "of them flagged so far" in table.well().out
    rows = pl.read_csv(as_csv.well().out.encode())
    assert rows["precision"].drop_nulls().is_between(0, 1).all()

    # A second run makes nothing twice, and what a killed run left undone is made up.
    before = {name: workspace.analysis.table(name).drop(OF_THE_RUN, strict=False) for name in COMPARED}
    workspace.analysis.execute("DELETE FROM precision_ledger", "DELETE FROM prediction_drift")
    workspace.manage_all("calibrate")
    after = {name: workspace.analysis.table(name).drop(OF_THE_RUN, strict=False) for name in COMPARED}
    assert_same(after, before)


def test_a_model_is_promoted_by_somebody_and_the_one_before_is_kept(trained: Workspace, make: Maker) -> None:
    workspace = make(copy=trained)
    first = workspace.analysis.table("model_card").filter(output="at_risk")["version"][0]
    again = workspace.run("train --simple --output at_risk --seed 2").well().out
    assert "On the same" in again or "(the same as before)" in again
    assert "There is no model nothing-1" in workspace.run("promote nothing-1 --by me").refusal()
    cards = workspace.analysis.table("model_card").filter(output="at_risk")
    other = next((one for one in cards["version"] if one != first), None)
    if other is not None:
        assert "is in use for at_risk" in workspace.run(f"promote {other} --by Rao").well().out
        cards = workspace.analysis.table("model_card").filter(output="at_risk")
        in_use = cards.filter(pl.col("promoted").is_not_null(), pl.col("retired").is_null())
        assert in_use.select("version", "promoted_by").rows() == [(other, "Rao")]
        audited = workspace.analysis.table("audit_log").filter(what="promote").sort("id").row(-1, named=True)
        assert audited["who"] == "Rao"
    listing = workspace.run("models").well().out
    assert first in listing
    card = json.loads(workspace.run(f"models --card {first}").well().out)
    assert card["card"]["figures"]["n"] > 0
    workspace.analysis.execute("UPDATE model_card SET beats_baselines = FALSE")
    assert "does not beat the naive baselines" in workspace.run(f"promote {first} --by me").refusal()


def test_a_damaged_artefact_is_refused_when_it_is_loaded(trained: Workspace, make: Maker) -> None:
    workspace = make(copy=trained)
    workspace.manage_all("demo_college --advance 3")
    workspace.python(
        "from edumetrics.analysis_db.models import ModelArtefact as A\n"
        "for one in A.objects.all(): one.content = bytes(one.content)[:-1] + b' '; one.save()\n"
    ).well()
    assert "was changed or damaged" in " ".join(workspace.run("calibrate").refusal().split())
    assert workspace.analysis.table("weekly_metrics").is_empty()


def test_a_queued_training_is_carried_out_with_what_was_asked(trained: Workspace, make: Maker) -> None:
    workspace = make(copy=trained)
    said = workspace.run("train --simple --queue --output endterm_score --seed 5").well().out
    run = int(said.split()[1])
    assert workspace.last_run()["state"] == "queued"
    assert "trained 1 of 1" in workspace.run(f"run_queued {run}").well().out
    assert (workspace.last_run()["kind"], workspace.last_run()["state"]) == ("train", "succeeded")
    assert json.loads(str(workspace.last_run()["request"]))["seed"] == 5


def test_without_a_trained_model_it_is_a_rule_of_thumb_and_nothing_else(published: Workspace) -> None:
    metrics = published.analysis.table("weekly_metrics")
    assert metrics["p_at_risk"].null_count() == metrics.height
    assert set(metrics["p_at_risk_note"]) == {"too_early", "no_trained_model"}
    rows = published.analysis.table("pre_mid_term")
    assert rows.height > 100
    assert rows["note"].str.starts_with("No trained model yet").all()
    for name in ("low", "high", "model_version"):
        assert rows[name].null_count() == rows.height
    assert published.analysis.table("at_risk_drivers").is_empty()


def test_without_a_trained_model_nothing_of_learning_is_imported(calibrated: Workspace) -> None:
    calibrated.manage_all("demo_college --advance")
    script = (
        "import sys\n"
        "from django.core.management import call_command\n"
        "call_command('run_weekly', '--workers', '1')\n"
        "loaded = [name for name in ('sklearn', 'interpret') if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    calibrated.python(script).well()
    assert 7 in calibrated.analysis.table("pre_mid_term")["sem_week"].to_list()


def test_a_college_without_a_finished_semester_is_told_so(workspace: Workspace) -> None:
    commands = ("migrate --verbosity 0", "demo_college --students 60 --week 6 --past-years 0")
    workspace.manage_all(*commands)
    assert "no finished semester with endterm results" in workspace.run("train").refusal()


def test_results_that_come_in_the_next_semester_are_compared_then(workspace: Workspace) -> None:
    workspace.manage_all("migrate --verbosity 0", "demo_college --students 60 --week 21 --past-years 0")
    workspace.college.execute(
        "UPDATE exam_results SET result_date = '2027-01-14' "
        "WHERE result_date >= '2026-11-01' AND result_date < '2027-01-01'"
    )
    workspace.set_week(18)
    workspace.manage_all("calibrate")
    assert set(workspace.analysis.table("post_exam_analysis")["exam_type"]) == {"midterm"}
    workspace.set_week(21)
    workspace.manage_all("calibrate")
    compared = workspace.analysis.table("post_exam_analysis").filter(pl.col("semester") % 2 == 1, exam_type="endterm")
    over_all = compared.filter(pl.col("subject_id").is_null())
    assert over_all.height > 10
    assert over_all.drop_nulls("actual")["predicted"].null_count() == 0
    assert set(over_all["sem_week"]) == {18}
    assert workspace.analysis.table("precision_ledger").height > 0
