"""How well the ranking found those who later failed or withdrew: the only code that reads how enrolments ended.

    python -m demo.oulad.judge --college data/oulad.sqlite3 --analysis sqlite:///data/oulad-analysis.sqlite3 --markdown

It reads what was published (``weekly_metrics``, ``weekly_flags``) and writes nothing, so that nothing of an outcome can
get back into a score.
"""

import argparse
import sqlite3
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from edumetrics.databases.urls import sqlite_path_of_url
from edumetrics.engine.calendar import DAYS_A_WEEK
from edumetrics.engine.errors import EduMetricsError
from edumetrics.engine.policy import load_policy

HERE = Path(__file__).parent
DEFAULT_WEEKS = (5, 10, 20, 30)
LEVELS = ("critical", "high", "watch")
RANKINGS = {"urgency": "urgency, lower A first", "last_mark": "last mark", "missed": "missed assignments"}
FLAGGED = """\
Flagged a week, share of those on the roll: mean over classes (lowest-highest).
right: share of the flagged who failed or withdrew; found: share of those who did that were flagged."""
SEPARATION = "Separation within classes: mean weighted by those on the roll (lowest-highest class)"

Schema = dict[str, Any]
Cells = tuple[list[str], list[list[str]]]

OUTCOMES = """
SELECT code_module || '-' || code_presentation || '-' || id_student, final_result IN ('Fail', 'Withdrawn')
  FROM studentInfo
"""
METRICS = """
SELECT student_id, class_id, academic_year, semester, sem_week,
       CAST(academic_performance AS DOUBLE PRECISION), CAST(risk_score AS DOUBLE PRECISION)
  FROM weekly_metrics
"""
FLAGS = """
SELECT student_id, academic_year, semester, sem_week, risk_level, CAST(urgency AS DOUBLE PRECISION)
  FROM weekly_flags
"""
KEY: Schema = {"academic_year": pl.Int64, "semester": pl.Int64, "sem_week": pl.Int64}


class JudgeError(EduMetricsError):
    """There is nothing to judge; the text says what is missing and what to run."""


def auc(bad: pl.Series, worry: pl.Series) -> float | None:
    """Chance (0-1) that a random bad one is ranked above a random good one; a tie counts half.

    ``worry``: higher is ranked higher. None where all are bad or none is.
    """
    failing = int(bad.sum())
    passing = len(bad) - failing
    if not failing or not passing:
        return None
    ranks = float(worry.rank("average").filter(bad).sum())
    return (ranks - failing * (failing + 1) / 2) / (failing * passing)


def precision_in_top_fifth(bad: pl.Series, worry: pl.Series) -> float | None:
    """Share (0-1) of bad ones among the ceil(n/5) with the highest ``worry``; None for nobody.

    Those tied at the cut count with the share of bad ones among them: what a random order of them gives on average.
    Otherwise a ranking with few values would be as good as the order its rows happened to come in.
    """
    places = -(-len(bad) // 5)
    if not places:
        return None
    cut = worry.sort(descending=True)[places - 1]
    above, tied = bad.filter(worry > cut), bad.filter(worry == cut)
    return (int(above.sum()) + (places - len(above)) * int(tied.sum()) / len(tied)) / places


def urgency_order(urgency: pl.Expr, performance: pl.Expr) -> pl.Expr:
    """One number per student, higher = to be seen sooner: by urgency, ties by lower A, those without A first."""
    lower_first = performance.rank("dense", descending=True).fill_null(pl.len() + 1)
    return urgency.rank("dense") * (pl.len() + 2) + lower_first


def published(analysis: str, classes: Sequence[str]) -> pl.DataFrame:
    """One row a student and week on the roll: student_id, class_id, sem_week, risk_level (null: not flagged), urgency.

    ``urgency`` is the risk score where there is no flag. ``worry`` is the order within class and week.
    """
    with closing(connect(analysis)) as connection:
        metrics = _rows(
            connection,
            METRICS,
            {
                "student_id": pl.String,
                "class_id": pl.String,
                **KEY,
                "performance": pl.Float64,
                "risk_score": pl.Float64,
            },
        )
        flags = _rows(
            connection, FLAGS, {"student_id": pl.String, **KEY, "risk_level": pl.String, "urgency": pl.Float64}
        )
    metrics = metrics.filter(pl.col("class_id").is_in(list(classes)))
    if metrics.is_empty():
        raise JudgeError(f"{analysis} has no weekly_metrics of these presentations. Run `manage.py calibrate` first.")
    return (
        metrics.join(flags, on=["student_id", *KEY], how="left")
        .with_columns(pl.coalesce("urgency", "risk_score", pl.lit(0.0)))
        .with_columns(
            urgency_order(pl.col("urgency"), pl.col("performance")).over("class_id", "sem_week").alias("worry")
        )
        .select("student_id", "class_id", "sem_week", "risk_level", "urgency", "worry")
    )


def connect(url: str) -> Any:
    """A read-only connection to sqlite:///path (relative to here; four slashes: absolute) or postgresql://..."""
    if url.startswith("sqlite:///"):
        return _open_sqlite(sqlite_path_of_url(url))
    if url.startswith(("postgresql://", "postgres://")):
        import psycopg  # here, so that judging SQLite needs no PostgreSQL driver

        return psycopg.connect(url, options="-c default_transaction_read_only=on")
    raise JudgeError(f"{url} is no database we can read; write sqlite:///path or postgresql://user@host/name.")


def _open_sqlite(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise JudgeError(f"There is no database {path}. Run `manage.py load_oulad` and `manage.py calibrate` first.")
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _rows(connection: Any, query: str, schema: Schema) -> pl.DataFrame:
    cursor = connection.cursor()
    cursor.execute(query)
    return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


class College:
    """The Open University's database through the shipped mapping, and how its enrolments ended."""

    def __init__(self, database: Path) -> None:
        mapping = tomllib.loads((HERE / "mapping.toml").read_text(encoding="utf-8"))
        with closing(_open_sqlite(database)) as connection:
            self._tables = {
                name: _canonical(connection, mapping["tables"][name])
                for name in (
                    "classes",
                    "students",
                    "assignment_definitions",
                    "assignment_submissions",
                    "quiz_submissions",
                )
            }
            self.outcomes = _rows(connection, OUTCOMES, {"student_id": pl.String, "bad": pl.Boolean})
        self.class_ids = self._tables["classes"]["class_id"].to_list()
        self._first_days = _first_days(self._tables["classes"])

    def naive(self, week: int) -> pl.DataFrame:
        """student_id, last_mark and missed as orders of worry (higher is worse), as known at the end of ``week``."""
        last_mark, missed = self._last_mark(week), self._missed(week)
        return (
            self._tables["students"]
            .select("student_id")
            .join(last_mark, on="student_id", how="left")
            .join(missed, on="student_id", how="left")
            .select(
                "student_id",
                # Nobody's mark is below 0, so having none is the worst.
                last_mark=-pl.col("mark").fill_null(-1.0),
                missed=pl.col("missed").fill_null(0).cast(pl.Float64),
            )
        )

    def _handed_in(self, week: int) -> pl.DataFrame:
        """student_id, work_id, day, mark of everything handed in by the end of the week."""
        columns = ["student_id", "class_id"]
        assignments = self._tables["assignment_submissions"].select(
            *columns, work_id="assignment_id", day=_day("submission_date"), mark="marks_obtained"
        )
        quizzes = self._tables["quiz_submissions"].select(
            *columns, work_id="quiz_id", day=_day("attempt_date"), mark="score_pct"
        )
        work = pl.concat([assignments, quizzes]).join(self._first_days, on="class_id")
        return work.filter(pl.col("day") <= _last_day(pl.lit(week)))

    def _last_mark(self, week: int) -> pl.DataFrame:
        marked = self._handed_in(week).filter(pl.col("mark").is_not_null()).sort("day", "work_id")
        return marked.group_by("student_id").agg(pl.col("mark").last().cast(pl.Float64))

    def _missed(self, week: int) -> pl.DataFrame:
        """How many assignments were due by the end of the week and are not in; none due before the student joined."""
        due = self._tables["assignment_definitions"].select("class_id", "due_week", work_id="assignment_id")
        students = self._tables["students"].select("student_id", "class_id", joined=_day("joined_on"))
        expected = (
            due.filter(pl.col("due_week") <= week)
            .join(students, on="class_id")
            .join(self._first_days, on="class_id")
            .filter(pl.col("joined") <= _last_day(pl.col("due_week")))
        )
        missing = expected.join(self._handed_in(week), on=["student_id", "work_id"], how="anti")
        return missing.group_by("student_id").agg(missed=pl.len())


def _canonical(connection: sqlite3.Connection, select: str) -> pl.DataFrame:
    """One canonical table over all years that the database has."""
    years = connection.execute("SELECT DISTINCT substr(code_presentation, 1, 4) FROM courses ORDER BY 1").fetchall()
    cursors = [connection.execute(select, {"year": int(year), "week": 0}) for (year,) in years]
    names = [column[0] for column in cursors[0].description]
    rows = [row for cursor in cursors for row in cursor]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def _first_days(classes: pl.DataFrame) -> pl.DataFrame:
    calendar = load_policy(HERE / "policy.toml").calendar
    days = [
        (class_id, calendar.first_day(year, "odd" if odd else "even"))
        for class_id, year, odd in classes.select("class_id", "batch_start_year", "odd_sem").iter_rows()
    ]
    return pl.DataFrame(days, schema={"class_id": pl.String, "first_day": pl.Date}, orient="row")


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.slice(0, 10).str.to_date()


def _last_day(week: pl.Expr) -> pl.Expr:
    return pl.col("first_day") + pl.duration(days=DAYS_A_WEEK * week - 1)


def flagged_by_week(rows: pl.DataFrame) -> pl.DataFrame:
    """Per week: classes, on_roll, flagged, and for any and each level the mean, min and max share over classes.

    right: share of the flagged who failed or withdrew; found: share of those who did that were flagged (null: nobody).
    """
    levels = {"any": pl.col("risk_level").is_not_null(), **{name: pl.col("risk_level") == name for name in LEVELS}}
    shares = [found.fill_null(False).mean().alias(name) for name, found in levels.items()]
    flagged = pl.col("risk_level").is_not_null()
    by_class = rows.group_by("sem_week", "class_id").agg(
        pl.len().alias("on_roll"),
        flagged.sum().alias("flagged"),
        pl.col("bad").sum(),
        (flagged & pl.col("bad")).sum().alias("both"),
        *shares,
    )
    return (
        by_class.group_by("sem_week")
        .agg(
            pl.len().alias("classes"),
            pl.col("on_roll").sum(),
            pl.col("flagged").sum(),
            _share(pl.col("both").sum(), pl.col("flagged").sum()).alias("right"),
            _share(pl.col("both").sum(), pl.col("bad").sum()).alias("found"),
            *(_over_classes(name, pl.col(name).mean()) for name in levels),
        )
        .sort("sem_week")
    )


def separation(rows: pl.DataFrame) -> pl.DataFrame:
    """Per ranking: how far it separates within classes, averaged over them weighted by those on the roll.

    ``rows``: class_id, bad, and a column of worry for each of RANKINGS. Out: ranking, classes, students, bad (share),
    auc and precision with mean, min and max over classes.
    """
    by_class = pl.DataFrame([row for group in rows.partition_by("class_id") for row in _judged(group)])
    weight = pl.col("students")
    return by_class.group_by("ranking", maintain_order=True).agg(
        pl.len().alias("classes"),
        weight.sum().alias("on_roll"),
        ((pl.col("bad") * weight).sum() / weight.sum()).alias("bad"),
        *(_over_classes(name, _weighted_mean(pl.col(name), weight)) for name in ("auc", "precision")),
    )


def _judged(group: pl.DataFrame) -> Iterable[dict[str, Any]]:
    bad = group["bad"]
    for name, title in RANKINGS.items():
        figures = {"auc": auc(bad, group[name]), "precision": precision_in_top_fifth(bad, group[name])}
        yield {"ranking": title, "students": len(bad), "bad": bad.mean(), **figures}


def _weighted_mean(value: pl.Expr, weight: pl.Expr) -> pl.Expr:
    return (value * weight).sum() / weight.filter(value.is_not_null()).sum()


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _over_classes(name: str, mean: pl.Expr) -> pl.Expr:
    return pl.struct(mean.alias("mean"), pl.col(name).min().alias("min"), pl.col(name).max().alias("max")).alias(name)


def report(rows: pl.DataFrame, college: College, weeks: Sequence[int], markdown: bool, by_class: bool) -> str:
    """The tables as text; ``rows`` as ``published`` gives them."""
    render = _markdown if markdown else _plain
    rows = rows.join(college.outcomes, on="student_id")
    ranked = {week: _ranked(rows, college, week) for week in weeks}
    ranked = {week: found for week, found in ranked.items() if not found.is_empty()}
    tables = {FLAGGED: _flag_cells(flagged_by_week(rows)), SEPARATION: _separation_cells(ranked)}
    if by_class:
        tables["Each class"] = _class_cells(ranked)
    return "\n\n".join(f"{title}\n\n{render(*cells)}" for title, cells in tables.items())


def _ranked(rows: pl.DataFrame, college: College, week: int) -> pl.DataFrame:
    return (
        rows.filter(pl.col("sem_week") == week)
        .join(college.naive(week), on="student_id")
        .select("class_id", "bad", "risk_level", "last_mark", "missed", urgency=pl.col("worry").cast(pl.Float64))
    )


def _flag_cells(shares: pl.DataFrame) -> Cells:
    names = ["any", *LEVELS]
    header = ["week", "classes", "on roll", "flagged", "right %", "found %"]
    header += [f"{name} %" for name in ["flagged", *LEVELS]]
    cells = [
        [str(row["sem_week"]), str(row["classes"]), f"{row['on_roll']:,}", f"{row['flagged']:,}"]
        + [_percent(row["right"]), _percent(row["found"])]
        + [_span(row[name], _percent) for name in names]
        for row in shares.iter_rows(named=True)
    ]
    return header, cells


def _class_cells(ranked: Mapping[int, pl.DataFrame]) -> Cells:
    header = ["week", "class", "on roll", "failed or withdrew %", "flagged %"]
    header += [f"AUC {name}" for name in RANKINGS] + [f"top 20 % {name} (%)" for name in RANKINGS]
    cells = []
    for week, rows in ranked.items():
        for group in rows.sort("class_id").partition_by("class_id"):
            bad, flagged = group["bad"], group["risk_level"].is_not_null()
            line = [str(week), group["class_id"][0], f"{len(bad):,}", _percent(bad.mean()), _percent(flagged.mean())]
            line += [_plainly(auc(bad, group[name])) for name in RANKINGS]
            cells.append(line + [_percent(precision_in_top_fifth(bad, group[name])) for name in RANKINGS])
    return header, cells


def _separation_cells(ranked: Mapping[int, pl.DataFrame]) -> Cells:
    header = ["week", "ranking", "classes", "on roll", "failed or withdrew %", "AUC", "precision in top 20 % (%)"]
    cells = []
    for week, rows in ranked.items():
        cells += [
            [
                str(week),
                row["ranking"],
                str(row["classes"]),
                f"{row['on_roll']:,}",
                _percent(row["bad"]),
                _span(row["auc"], _plainly),
                _span(row["precision"], _percent),
            ]
            for row in separation(rows).iter_rows(named=True)
        ]
    return header, cells


def _percent(share: Any) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _plainly(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _span(value: dict[str, float | None], write: Callable[[float], str]) -> str:
    if value["mean"] is None or value["min"] is None or value["max"] is None:
        return "-"
    return f"{write(value['mean'])} ({write(value['min'])}-{write(value['max'])})"


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _plain(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) for line in [header, *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; 0, or 2 where there is nothing to judge."""
    parser = argparse.ArgumentParser(prog="python -m demo.oulad.judge", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--college", type=Path, required=True, help="the database that load_oulad wrote")
    parser.add_argument(
        "--analysis", required=True, help="URL of the analysis database, sqlite:///... or postgresql://..."
    )
    parser.add_argument(
        "--weeks", type=int, nargs="+", default=DEFAULT_WEEKS, help="weeks to judge (default 5 10 20 30)"
    )
    parser.add_argument("--by-class", action="store_true", help="also each class by itself")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    options = parser.parse_args(arguments)
    try:
        college = College(options.college)
        rows = published(options.analysis, college.class_ids)
    except JudgeError as error:
        print(error, file=sys.stderr)
        return 2
    print(report(rows, college, options.weeks, options.markdown, options.by_class))
    return 0


if __name__ == "__main__":
    sys.exit(main())
