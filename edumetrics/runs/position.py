"""Where the college stands, and which semester each class is in."""

from datetime import datetime

import polars as pl

from edumetrics.college_db.read import CollegeReader
from edumetrics.engine.calendar import Position
from edumetrics.engine.errors import CollegeDataError
from edumetrics.engine.policy import Policy


def college_position(college: CollegeReader, policy: Policy, now: datetime) -> Position:
    """The last week that is over: of sim_state, or where the college has none, of the policy's calendar on ``now``.

    Raises CollegeDataError for a sim_state without a week, CalendarError for one outside the calendar.
    """
    if not college.has("sim_state"):
        return policy.calendar.position_on(now.astimezone(policy.calendar.zone).date())
    rows = college.table("sim_state").drop_nulls()
    if rows.height != 1:
        raise CollegeDataError(
            f"The college's table sim_state has {rows.height} rows with current_week and sim_year; it must have one. "
            "Correct it, or declare sim_state = false in the mapping file to take the week from the policy's calendar."
        )
    week, year = rows.select("current_week", "sim_year").row(0)
    return policy.calendar.position(week, year)


def classes_now(college: CollegeReader, position: Position) -> pl.DataFrame:
    """class_id, academic_year, semester of every class that is in a semester of the position's term.

    Raises CollegeDataError where the college has no class at all.
    """
    classes = college.table("classes")
    if classes.is_empty():
        raise CollegeDataError("The college's table classes is empty, so there is nobody to score.")
    return (
        classes.drop_nulls("class_id")
        .unique("class_id", keep="first")
        .select("class_id", academic_year=pl.lit(position.academic_year, pl.Int64), semester=f"{position.term}_sem")
        .drop_nulls("semester")
        .sort("class_id")
    )
