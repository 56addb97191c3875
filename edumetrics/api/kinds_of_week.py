"""What kind of week a week is, in a code and in words."""

from edumetrics.api.policy_file import policy_in_force

KINDS = ("teaching", "grace", "midterm", "endterm", "holiday")


def kind_of(week: int) -> str:
    """teaching, grace (a teaching week in which nobody is flagged above watch), midterm, endterm or holiday."""
    calendar = policy_in_force().calendar
    if week in calendar.midterm_weeks:
        return "midterm"
    if week in calendar.endterm_weeks:
        return "endterm"
    if week in calendar.holiday_weeks:
        return "holiday"
    return "grace" if week <= calendar.grace_weeks else "teaching"


_WORDS = {
    "midterm": "Week {week} is an exam week (midterm): nobody is flagged in it. The list comes back with the next "
    "teaching week.",
    "endterm": "Week {week} is an exam week (endterm): nobody is flagged in it. What came of the semester is under "
    "the exam's results.",
    "holiday": "Week {week} is a holiday week: nobody is flagged in it. The list comes back with the next teaching "
    "week.",
}


def about_week(week: int) -> str | None:
    """Why the week has no flags; None for a teaching week."""
    text = _WORDS.get(kind_of(week))
    return text.format(week=week) if text else None
