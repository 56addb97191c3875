"""Examples out of the Open University's files: only what was known by the day."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from demo.oulad.examples import AUDIT, OpenUniversity, examples
from demo.oulad.load import LoadError

REAL = Path(__file__).parents[3] / "shared" / "data" / "oulad"
DAY = 63.2
PRESENTATIONS = ["2013B", "2013J"]


@pytest.fixture(scope="module")
def university() -> OpenUniversity:
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not there")
    return OpenUniversity.read(REAL)


def test_nothing_after_the_day_changes_a_feature(university: OpenUniversity) -> None:
    later = pl.col("date_submitted") > DAY
    left_later = pl.col("date_unregistration") > DAY
    other = replace(
        university,
        students=university.students.with_columns(final_result=pl.lit("Pass")),
        registrations=university.registrations.with_columns(
            date_unregistration=pl.when(~left_later).then("date_unregistration")
        ),
        submissions=university.submissions.with_columns(score=pl.when(later).then(1).otherwise("score")).filter(
            ~later | (pl.col("id_student") % 2 == 0)
        ),
        stages=university.stages.with_columns(
            pl.when(pl.col("approx_day") <= DAY)
            .then(pl.exclude("approx_day", "code_module", "code_presentation", "id_student"))
            .otherwise(0),
        ),
    )
    before, after = (examples(one, DAY, PRESENTATIONS) for one in (university, other))
    assert len(before) > 10_000
    assert before.features.equals(after.features)
    assert before.target.any()
    assert not after.target.any()


def test_later_presentations_change_nothing(university: OpenUniversity) -> None:
    alone, beside = (examples(university, DAY, chosen) for chosen in (["2013B"], PRESENTATIONS))
    first = beside.where(beside.period == beside.period.min())
    key = [pl.col(name).round(9) for name in alone.features.columns if alone.features[name].dtype == pl.Float64]
    assert alone.features.select(key).equals(first.features.select(key))


def test_a_class_without_later_stages_is_known_by_its_last(university: OpenUniversity) -> None:
    stages = university.stages.filter(pl.col("code_module") == "FFF", pl.col("code_presentation") == "2013J")
    assert stages["approx_day"].max() == 122
    made = examples(university, 151.4, ["2013J"])
    of_class = made.where(made.cohort == "FFF")
    assert len(of_class) > 1000
    assert of_class.features["accesses_rank"].null_count() == 0
    assert of_class.features["accesses_lately_rank"].null_count() == 0


def test_protected_columns_are_for_audit(university: OpenUniversity) -> None:
    made = examples(university, DAY, ["2013B"])
    assert made.audit.columns == AUDIT
    assert not set(AUDIT) & set(made.features.columns)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"no studentInfo\.csv\.gz"):
        OpenUniversity.read(tmp_path)
