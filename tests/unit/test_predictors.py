"""Predictors: what may be learnt from, what comes out, and that it is honest, reproducible and safe to store."""

import base64
import json
import math
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edumetrics.engine.errors import ArtefactError, PredictionError, TrainingRefused
from edumetrics.engine.predictions.artefact import from_bytes, sha256, to_bytes
from edumetrics.engine.predictions.calibration import expit, fit_line, tempered
from edumetrics.engine.predictions.candidates import CANDIDATES, Candidate, Tried, choose
from edumetrics.engine.predictions.card import ModelCard
from edumetrics.engine.predictions.drift import drift, marked
from edumetrics.engine.predictions.drivers import sentence
from edumetrics.engine.predictions.evaluation import ProbabilityFigures, ScoreFigures, of_probabilities, recall_at
from edumetrics.engine.predictions.examples import Examples, matrix
from edumetrics.engine.predictions.fairness import TOO_FEW, by_group, difference_of_shares
from edumetrics.engine.predictions.intervals import conformal
from edumetrics.engine.predictions.predictor import Kind
from edumetrics.engine.predictions.splits import folds, latest
from edumetrics.engine.predictions.train import Trained, train
from edumetrics.engine.predictions.trees import out_of_scikit_learn

ROOT = Path(__file__).resolve().parents[2]
QUICK = CANDIDATES[1:3]
KINDS: tuple[Kind, ...] = ("probability", "score")


def college(kind: Kind = "probability", n: int = 1200, seed: int = 0, strength: float = 1.5) -> Examples:
    """Students of three semesters and nine classes, each in two semesters; two features tell something, one nothing."""
    rng = np.random.default_rng(seed)
    marks, hand_ins, shoe = rng.normal(60, 15, n), rng.random(n), rng.normal(40, 3, n)
    signal = strength * ((60 - marks) / 15 + 2 * (0.5 - hand_ins))
    target = (
        rng.random(n) < 1 / (1 + np.exp(-signal)) if kind == "probability" else 60 - 8 * signal + rng.normal(0, 5, n)
    )
    features = pl.DataFrame({"marks": marks, "hand_ins": hand_ins, "shoe": shoe}).with_columns(
        pl.when(pl.col("shoe") > 41).then(None).otherwise("hand_ins").alias("hand_ins")
    )
    person = np.arange(n) % (n // 2)
    return Examples(
        features=features,
        target=pl.Series(target if kind == "probability" else np.clip(target, 0, 100)),
        person=pl.Series(person),
        period=pl.Series(np.arange(n) * 3 // n),
        baselines=pl.DataFrame({"last exam alone": marks + rng.normal(0, 15, n)}),
        audit=pl.DataFrame({"gender": np.where(person % 3 == 0, "F", "M"), "town": np.where(person < 10, "A", "B")}),
        cohort=pl.Series(person % 3).cast(pl.String),
    )


@pytest.fixture(scope="module", params=KINDS)
def trained(request: pytest.FixtureRequest) -> Trained:
    return train(college(request.param), kind=request.param, seed=7, candidates=QUICK)


class TestExamples:
    def test_text_is_no_feature(self) -> None:
        made = college()
        with pytest.raises(PredictionError, match=r"must be numeric or boolean; found gender \(String\)"):
            replace(made, features=made.features.with_columns(made.audit["gender"]))

    def test_a_protected_column_is_no_feature_under_its_name(self) -> None:
        made = college()
        with pytest.raises(PredictionError, match="cannot be features: gender"):
            replace(made, features=made.features.with_columns(gender=pl.lit(1)))

    @pytest.mark.parametrize("codes", [{"F": 0, "M": 1}, {"F": 5.5, "M": -1.0}, {"F": True, "M": False}])
    def test_nor_as_numbers_under_another_name(self, codes: dict[str, float]) -> None:
        made = college()
        code = made.audit["gender"].replace_strict(codes).alias("x17")
        with pytest.raises(PredictionError, match="x17 is the protected column gender in other words"):
            replace(made, features=made.features.with_columns(code))

    def test_nor_as_the_input_of_a_naive_predictor(self) -> None:
        made = college()
        with pytest.raises(PredictionError, match="cannot be features: last exam alone"):
            replace(made, audit=made.audit.rename({"gender": "last exam alone"}))

    def test_groups_are_text(self) -> None:
        with pytest.raises(PredictionError, match="town is not: cast to String"):
            replace(college(), audit=pl.DataFrame({"town": [1] * 1200}))

    def test_parts_of_other_lengths_are_told(self) -> None:
        with pytest.raises(PredictionError, match=r"same rows, but have .*'person': 3"):
            replace(college(), person=pl.Series([1, 2, 3]))

    def test_an_unknown_outcome_is_told(self) -> None:
        made = college()
        with pytest.raises(PredictionError, match="1 of 1200 examples have no target"):
            replace(made, target=made.target.scatter(0, None))


class TestSplits:
    def test_the_test_is_the_latest_period(self) -> None:
        made = college()
        assert made.where(latest(made)).period.unique().to_list() == [2]

    @pytest.mark.parametrize("by_class", [True, False])
    def test_nobody_is_on_both_sides_and_everybody_is_predicted_once(self, by_class: bool) -> None:
        made = college() if by_class else replace(college(), cohort=None)
        person, times = made.person.to_numpy(), np.zeros(len(made))
        for learnt, predicted in folds(made, 1):
            assert not set(person[learnt]) & set(person[predicted])
            times += predicted
        assert times.tolist() == [1] * len(made)

    def test_whole_classes_are_left_out(self) -> None:
        made = college()
        term = (made.period.cast(pl.String) + made.cohort).to_numpy()
        for learnt, predicted in folds(made, 1):
            assert not set(term[learnt]) & set(term[predicted])


class TestPredictions:
    def test_are_within_bounds_and_never_null(self, trained: Trained) -> None:
        wild = college(seed=5).features.with_columns(pl.col("marks") * 1000, shoe=None)
        given = trained.predictor.predict(wild.cast({"shoe": pl.Float64}))
        values = given.drop("drivers")
        assert sum(values.null_count().row(0)) == 0
        top = 1 if trained.predictor.kind == "probability" else 100
        assert values.min_horizontal().min() >= 0
        assert values.max_horizontal().max() <= top
        if top == 100:
            assert (given["low"] <= given["value"]).all()
            assert (given["value"] <= given["high"]).all()

    def test_a_row_is_predicted_alone_as_among_others(self, trained: Trained) -> None:
        features = college(seed=5).features
        together = trained.predictor.values(features)
        alone = trained.predictor.values(features[17:18])
        assert alone[0] == pytest.approx(together[17], abs=1e-12)

    def test_drivers_are_the_three_largest_effects_with_their_numbers(self, trained: Trained) -> None:
        features = college(seed=5).features[:50]
        given = trained.predictor.predict(features)
        typical = dict(zip(trained.predictor.features, trained.predictor.typical, strict=True))
        for row, drivers in enumerate(given["drivers"].to_list()):
            sizes = [abs(one["effect"]) for one in drivers]
            assert sizes == sorted(sizes, reverse=True)
            for one in drivers:
                without = features[row : row + 1].with_columns(pl.lit(typical[one["feature"]]).alias(one["feature"]))
                moved = given.drop("drivers")[row].row(0)[0] - trained.predictor.values(without)[0]
                assert one["effect"] == pytest.approx(moved, abs=1e-9)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("candidate", CANDIDATES[2:5], ids=lambda one: one.name)
    def test_each_model_tells_what_it_would_give_were_one_feature_typical(
        self, kind: Kind, candidate: Candidate
    ) -> None:
        made = college(kind)
        rows = matrix(made.features, made.features.columns)
        model = candidate.fit(kind, rows, made.targets(), 1)
        typical = np.nanmedian(rows, axis=0)
        told = model.raw_if_typical(rows, typical)
        for column in range(rows.shape[1]):
            other = rows.copy()
            other[:, column] = typical[column]
            assert told[:, column] == pytest.approx(model.raw(other), abs=1e-9)

    @pytest.mark.parametrize("kind", KINDS)
    def test_trees_give_what_scikit_learn_gives(self, kind: Kind) -> None:
        from sklearn import ensemble

        made = college(kind)
        rows = matrix(made.features, made.features.columns)
        rows[made.targets() > np.median(made.targets()), 2] = np.nan
        name = "HistGradientBoostingClassifier" if kind == "probability" else "HistGradientBoostingRegressor"
        fitted = getattr(ensemble, name)(max_leaf_nodes=8, max_iter=60, random_state=1).fit(rows, made.targets())
        # New rows too, of which some have unknown values where there were none.
        new = np.random.default_rng(1).normal(rows[~np.isnan(rows)].mean(), 30, (5000, rows.shape[1]))
        new[np.random.default_rng(2).random(new.shape) < 0.2] = np.nan
        said = fitted.decision_function if kind == "probability" else fitted.predict
        for asked in (rows, new):
            assert out_of_scikit_learn(fitted).raw(asked) == pytest.approx(said(asked), abs=1e-9)

    def test_a_missing_feature_is_named(self, trained: Trained) -> None:
        with pytest.raises(PredictionError, match="These features are missing: marks"):
            trained.predictor.predict(college().features.drop("marks"))

    def test_sentences_are_the_callers(self) -> None:
        words = {"marks": ("averaged {value:.0f} ({typical:.0f} is typical): {effect:+.0f} points", "has no marks")}
        assert sentence("marks", 41.4, 60, 12.6, words) == "averaged 41 (60 is typical): +13 points"
        assert sentence("marks", math.nan, 60, 12.6, words) == "has no marks"
        assert sentence("days_late", 3, 0, 1, {}) == "days late is 3, typical 0"


class TestTraining:
    def test_finds_what_is_there(self, trained: Trained) -> None:
        card = trained.card
        assert card.beats_baselines
        assert card.test_period == 2
        if isinstance(card.figures, ProbabilityFigures):
            assert card.figures.auc > 0.8
            assert card.figures.slope == pytest.approx(1, abs=0.35)
        else:
            assert card.figures.rmse < 8
            assert card.figures.coverage == pytest.approx(0.8, abs=2 * math.sqrt(0.16 / card.figures.n) + 0.02)

    def test_tested_holds_the_latest_period_and_gives_the_figures_of_the_card(self, trained: Trained) -> None:
        tested = trained.tested
        assert tested["period"].unique().to_list() == [2]
        error = tested["actual"] - tested["predicted"]
        figures = trained.card.figures
        expected = figures.brier if isinstance(figures, ProbabilityFigures) else figures.rmse**2
        assert (error**2).mean() == pytest.approx(expected)

    def test_figures_of_new_people_are_of_fewer(self, trained: Trained) -> None:
        # Of the last third, those of the first half of all rows come again.
        assert trained.card.without_known_people is None or trained.card.without_known_people.n < trained.card.figures.n

    @pytest.mark.parametrize("kind", KINDS)
    def test_shuffled_outcomes_teach_nothing_and_are_not_promoted(self, kind: Kind) -> None:
        for seed in range(3):
            made = college(kind, seed=seed)
            shuffled = replace(made, target=made.target.shuffle(seed=seed))
            card = train(shuffled, kind=kind, seed=seed, candidates=QUICK).card
            assert not card.beats_baselines
            if isinstance(card.figures, ProbabilityFigures):
                assert card.figures.auc == pytest.approx(0.5, abs=3 * math.sqrt(1 / 12 * 4 / card.figures.n))

    def test_nothing_of_the_latest_period_reaches_what_is_tested_on_it(self) -> None:
        made = college()
        last = latest(made)
        other = replace(made, target=made.target ^ last)
        first, second = (train(one, kind="probability", seed=1, candidates=QUICK) for one in (made, other))
        keys = ["person", "predicted"]
        assert first.tested.select(keys).sort(keys).equals(second.tested.select(keys).sort(keys))

    def test_one_period_is_tested_over_folds(self) -> None:
        made = replace(college(), period=pl.Series([4] * 1200))
        card = train(made, kind="probability", seed=1, candidates=QUICK).card
        assert (card.tested_on, card.figures.n, card.beats_baselines) == ("folds", 1200, True)

    def test_too_little_is_refused(self) -> None:
        made = college()
        with pytest.raises(TrainingRefused, match=r"50 examples are too few .* at least 100"):
            train(made.where(pl.Series(np.arange(1200) < 50)), kind="probability", seed=1)

    def test_one_outcome_alone_is_refused(self) -> None:
        made = college()
        with pytest.raises(TrainingRefused, match="0 had the outcome and 800 did not; at least 20"):
            train(replace(made, target=pl.Series([False] * 1200)), kind="probability", seed=1)

    def test_features_without_two_values_are_refused(self) -> None:
        made = college()
        with pytest.raises(TrainingRefused, match="No feature has two different values"):
            train(replace(made, features=pl.DataFrame({"a": [1.0] * 1200})), kind="probability", seed=1)

    def test_the_simplest_within_one_standard_error_is_chosen(self) -> None:
        rng = np.random.default_rng(0)
        best = rng.normal(1, 0.1, 400)
        tried = [
            Tried(CANDIDATES[0], best, best + rng.normal(0.1, 0.05, 400)),
            Tried(CANDIDATES[1], best, best + rng.normal(0.0005, 0.1, 400)),
            Tried(CANDIDATES[2], best, best),
        ]
        person = np.arange(400)
        difference = tried[1].losses - best
        within = difference.mean() <= difference.std(ddof=1) / 20
        assert choose(tried, person) is (tried[1] if within or difference.mean() < 0 else tried[2])
        assert choose(tried[:1] + tried[2:], person) is tried[2]


class TestArtefact:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("candidate", CANDIDATES[2:5], ids=lambda one: one.name)
    def test_the_same_data_and_seed_give_the_same_bytes_in_any_order_of_rows(
        self, kind: Kind, candidate: object
    ) -> None:
        made = college(kind, n=400)
        order = np.random.default_rng(3).permutation(400)
        mixed = replace(made, **{name: getattr(made, name)[order] for name in made.__dataclass_fields__})
        first, second = (train(one, kind=kind, seed=2, candidates=(candidate,)) for one in (made, mixed))
        assert first.artefact == second.artefact
        read = from_bytes(first.artefact, first.card.sha256)
        assert to_bytes(read) == first.artefact
        assert read.predict(made.features).equals(first.predictor.predict(made.features))

    @pytest.mark.parametrize("candidate", CANDIDATES[2:5], ids=lambda one: one.name)
    def test_predicting_loads_no_learning_library(self, candidate: Candidate, tmp_path: Path) -> None:
        made = train(college(n=400), kind="probability", seed=2, candidates=(candidate,))
        (tmp_path / "artefact").write_bytes(made.artefact)
        college().features.write_parquet(tmp_path / "features")
        script = (
            "import sys; from pathlib import Path; import polars as pl\n"
            "from edumetrics.engine.predictions.artefact import from_bytes\n"
            "artefact, features, sha256 = sys.argv[1:]\n"
            "from_bytes(Path(artefact).read_bytes(), sha256).predict(pl.read_parquet(features))\n"
            "print([name for name in ('sklearn', 'interpret', 'pandas', 'scipy') if name in sys.modules])"
        )
        arguments = [str(tmp_path / "artefact"), str(tmp_path / "features"), made.card.sha256]
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
        )
        assert done.stdout.strip() == "[]"

    def test_another_process_writes_the_same_bytes(self) -> None:
        script = (
            "from tests.unit.test_predictors import *\n"
            "print(train(college(n=400), kind='probability', seed=2, candidates=CANDIDATES[3:5]).card.sha256)"
        )
        found = {
            subprocess.run(
                [sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
            ).stdout
            for _ in range(2)
        }
        assert len(found) == 1

    def test_one_changed_byte_is_refused(self, trained: Trained) -> None:
        with pytest.raises(ArtefactError, match="was changed or damaged"):
            from_bytes(trained.artefact.replace(b"1", b"2", 1), trained.card.sha256)

    def test_another_type_in_it_is_refused(self) -> None:
        made = train(college(n=400), kind="probability", seed=2, candidates=CANDIDATES[4:5])
        for model in ({"trees": base64.b64encode(pickle.dumps(subprocess.getoutput)).decode()}, {"pickle": ""}):
            forged = json.dumps(json.loads(made.artefact) | {"model": model}).encode()
            with pytest.raises(ArtefactError, match=r"which no predictor of ours is. Train again."):
                from_bytes(forged, sha256(forged))

    def test_an_artefact_is_json_without_infinite_numbers(self, trained: Trained) -> None:
        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is not JSON")

        json.loads(trained.artefact, parse_constant=refuse)
        made = college()
        # Whether a feature is known at all tells something: the split on it has an infinite threshold.
        shoe = pl.when(pl.Series(made.target)).then(pl.col("shoe"))
        guess = replace(made, features=made.features.with_columns(shoe.alias("shoe")))
        one = train(guess, kind="probability", seed=2, candidates=CANDIDATES[4:5])
        json.loads(one.artefact, parse_constant=refuse)
        assert b"1.7976931348623157e+308" in one.artefact

    def test_no_predictor_is_pickled(self) -> None:
        folder = ROOT / "edumetrics" / "engine" / "predictions"
        text = "\n".join(path.read_text() for path in folder.glob("*.py"))
        assert "import pickle" not in text
        # joblib can pickle too; all we take of it is threads.
        assert "joblib" not in text.replace("from joblib import parallel_config", "")

    def test_the_card_comes_back_from_json(self, trained: Trained) -> None:
        assert ModelCard.from_json(trained.card.to_json()) == trained.card


class TestFigures:
    def test_agree_with_scikit_learn(self) -> None:
        from sklearn import metrics

        rng = np.random.default_rng(0)
        p = np.round(rng.random(500), 2)
        outcome = (rng.random(500) < p).astype(float)
        figures = of_probabilities(outcome, np.clip(p, 0.01, 0.99))
        p = np.clip(p, 0.01, 0.99)
        assert figures.auc == pytest.approx(metrics.roc_auc_score(outcome, p))
        assert figures.pr_auc == pytest.approx(metrics.average_precision_score(outcome, p))
        assert figures.brier == pytest.approx(metrics.brier_score_loss(outcome, p))
        assert figures.log_loss == pytest.approx(metrics.log_loss(outcome, p))

    def test_calibration_finds_the_line_that_was_put_in(self) -> None:
        rng = np.random.default_rng(0)
        raw = rng.normal(0, 2, 40_000)
        outcome = (rng.random(40_000) < 1 / (1 + np.exp(-(0.5 * raw - 1)))).astype(float)
        line = fit_line(outcome, raw)
        assert line.slope == pytest.approx(0.5, abs=0.02)
        assert line.intercept == pytest.approx(-1, abs=0.04)

    def test_a_later_period_tempers_the_slope_and_leaves_the_base_rate(self) -> None:
        rng = np.random.default_rng(0)
        raw, later = rng.normal(0, 2, (2, 40_000))
        outcome = (rng.random(40_000) < expit(2 * raw - 1)).astype(float)
        line = fit_line(outcome, raw)
        # Later on the same log odds tell half as much, and twice as many fail.
        later_outcome = (rng.random(40_000) < expit(0.5 * (2 * later - 1) + 1.5)).astype(float)
        found = tempered(line, outcome, raw, later_outcome, line.probability(later))
        assert 0.5 * line.slope < found.slope < line.slope
        assert found.probability(raw).mean() == pytest.approx(outcome.mean(), abs=1e-4)
        # Were it as before, nothing would be tempered.
        as_before = (rng.random(40_000) < expit(2 * later - 1)).astype(float)
        assert tempered(line, outcome, raw, as_before, line.probability(later)).slope == pytest.approx(2, abs=0.05)

    def test_recall_at_capacity_shares_out_the_tied(self) -> None:
        outcome = np.array([1.0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
        assert recall_at(outcome, np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0]), 0.2) == pytest.approx(1.25 / 3)

    def test_intervals_cover_four_in_five_new_scores(self) -> None:
        rng = np.random.default_rng(0)
        inside = []
        for _ in range(300):
            interval = conformal(50 + 10 * rng.standard_exponential(60), np.full(60, 50.0))
            low, high = interval.around(np.full(40, 50.0))
            actual = 50 + 10 * rng.standard_exponential(40)
            inside.append(np.mean((low <= actual) & (actual <= high)))
        assert 0.8 - 2 * np.std(inside) / math.sqrt(300) <= np.mean(inside) <= 0.93


class TestFairness:
    def groups(self) -> tuple[pl.DataFrame, np.ndarray, pl.DataFrame]:
        names = ["F"] * 200 + ["M"] * 200 + [None] * 29
        outcome = np.array(([1.0] * 100 + [0.0] * 100) * 2 + [1.0] * 29)
        # Of the 100 women who fail 20 are among the highest 20 %, of the 100 men 60.
        p = np.array(([0.9] * 20 + [0.1] * 180) + ([0.9] * 60 + [0.1] * 140) + [0.1] * 29)
        return pl.DataFrame({"gender": names}), outcome, pl.DataFrame({"p": p})

    def test_tells_who_is_missed_more_often(self) -> None:
        audit, outcome, given = self.groups()
        women, men = (one for one in by_group("probability", audit, outcome, given, 80 / 429) if one.value)
        assert women.missed == pytest.approx(0.8)
        assert men.missed == pytest.approx(0.4)
        assert men.missed_gap.difference == pytest.approx(0.4 - 109 / 129)
        assert men.missed_gap.high < 0
        assert women.figure_gaps["base_rate"] == pytest.approx(0.5 - 129 / 229)

    def test_says_too_few_to_tell_below_thirty(self) -> None:
        (unknown, *_) = by_group("probability", *self.groups())
        assert (unknown.value, unknown.n, unknown.note) == ("", 29, TOO_FEW)
        assert unknown.figures is None
        assert unknown.missed is None

    def test_the_interval_is_newcombes(self) -> None:
        # Newcombe 1998, table II, method 10: 56/70 - 48/80.
        gap = difference_of_shares(56, 70, 48, 80)
        assert (round(gap.low, 4), round(gap.high, 4)) == (0.0524, 0.3339)


class TestDrift:
    def test_an_error_grown_by_half_marks_the_card(self, trained: Trained) -> None:
        figures = trained.card.figures
        n = 100
        if isinstance(figures, ScoreFigures):
            value = pl.DataFrame({"value": [50.0] * n, "low": [40.0] * n, "high": [60.0] * n})
            steady, worse = (np.full(n, 50 + figures.mae * factor) for factor in (1.49, 1.51))
            assert not drift(trained.card, steady, value).retrain
            found = drift(trained.card, worse, value)
        else:
            found = drift(trained.card, np.ones(n), pl.DataFrame({"p": [0.1] * n}))
        assert found.retrain
        assert marked(trained.card, found).retrain
        assert "Train again" in marked(trained.card, found).retrain_reason

    def test_of_a_few_nothing_is_told(self, trained: Trained) -> None:
        name = "p" if trained.predictor.kind == "probability" else "value"
        found = drift(trained.card, np.full(29, 1.0), pl.DataFrame({name: [0.0] * 29}))
        assert not found.retrain or found.growth < 0.5
        assert marked(trained.card, found) == trained.card


def test_importing_the_engine_loads_no_learning_library() -> None:
    script = (
        "import sys, edumetrics.engine.semester, edumetrics.engine.predictions.train\n"
        "print([name for name in ('sklearn', 'interpret', 'pandas', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
