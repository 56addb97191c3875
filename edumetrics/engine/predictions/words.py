"""The sentences that say a driver aloud, with its number and what is typical."""

WORDS: dict[str, str | tuple[str, str]] = {
    "week": ("It is week {value:.0f} of the semester", "The week is not known"),
    "performance": (
        "Academic performance is {value:.0f}; typical is {typical:.0f}",
        "There is no mark yet to tell academic performance from",
    ),
    "performance_change": (
        "Academic performance changed by {value:+.0f} points against the weeks before; typical is {typical:+.0f}",
        "Too few marks to tell how academic performance changed",
    ),
    "performance_to_class": (
        "Academic performance is {value:+.0f} points from the class's mean; typical is {typical:+.0f}",
        "There is no mark yet to compare with the class",
    ),
    "overall_attendance": (
        "Attended {value:.0f}% of lectures so far; typical is {typical:.0f}%",
        "No lecture is recorded so far",
    ),
    "recent_attendance": (
        "Attended {value:.0f}% of the last three weeks' lectures; typical is {typical:.0f}%",
        "No lecture is recorded in the last three weeks",
    ),
    "attendance_change": (
        "Attendance changed by {value:+.0f} points against the weeks before; typical is {typical:+.0f}",
        "Too few weeks to tell how attendance changed",
    ),
    "attendance_to_class": (
        "Attendance is {value:+.0f} points from the class's mean; typical is {typical:+.0f}",
        "No lecture is recorded to compare with the class",
    ),
    "recent_effort": (
        "Effort was {value:.0f} over the last three weeks; typical is {typical:.0f}",
        "Effort is not known for the last three weeks",
    ),
    "effort_change": (
        "Effort changed by {value:+.0f} points against the weeks before; typical is {typical:+.0f}",
        "Too few weeks to tell how effort changed",
    ),
    "submit_rate": (
        "Handed in {value:.0%} of the assignments, week by week; typical is {typical:.0%}",
        "No assignment was due so far",
    ),
    "attempt_rate": ("Attempted {value:.0%} of the quizzes; typical is {typical:.0%}", "No quiz was held so far"),
    "assignment_mark": (
        "Assignments were marked {value:.0f}% on average; typical is {typical:.0f}%",
        "No assignment is marked yet",
    ),
    "quiz_mark": ("Quizzes scored {value:.0f}% on average; typical is {typical:.0f}%", "No quiz was attempted yet"),
    "quality": (
        "Quality of assignments is {value:.0f}; typical is {typical:.0f}",
        "Quality of assignments is not known",
    ),
    "plagiarism": ("The highest plagiarism was {value:.0f}%; typical is {typical:.0f}%", "Plagiarism is not known"),
    "library_visits": (
        "Visits the library {value:.1f} times a week; typical is {typical:.1f}",
        "Library visits are not recorded",
    ),
    "book_borrows": ("Borrows {value:.1f} books a week; typical is {typical:.1f}", "Borrowing is not recorded"),
    "midterm": ("Scored {value:.0f}% in the midterm; typical is {typical:.0f}%", "There is no midterm score"),
    "last_exam": (
        "Scored {value:.0f}% in the last exam, or in marks before the first one; typical is {typical:.0f}%",
        "There is no exam score and no mark yet",
    ),
    "last_endterm": (
        "Scored {value:.0f}% in the last endterm; typical is {typical:.0f}%",
        "There is no endterm of the semester before",
    ),
    "risk_score": ("The risk score is {value:.0f}; typical is {typical:.0f}", "There is no risk score"),
    "mean_risk_score": (
        "The risk score was {value:.0f} on average; typical is {typical:.0f}",
        "There is no risk score so far",
    ),
    "share_of_weeks_flagged": (
        "Flagged in {value:.0%} of the weeks so far; typical is {typical:.0%}",
        "No week was scored so far",
    ),
    "weeks_flagged_in_a_row": (
        "Flagged {value:.0f} weeks in a row; typical is {typical:.0f}",
        "No week was scored so far",
    ),
    "subject_attendance": (
        "Attended {value:.0f}% of the subject's lectures; typical is {typical:.0f}%",
        "No lecture of the subject is recorded",
    ),
    "subject_mark": (
        "Work in the subject was marked {value:.0f}% on average; typical is {typical:.0f}%",
        "No work in the subject is marked yet",
    ),
    "subject_handed_in": (
        "Handed in {value:.0%} of the subject's work; typical is {typical:.0%}",
        "No work was due in the subject",
    ),
    "subject_midterm": (
        "Scored {value:.0f}% in the subject's midterm; typical is {typical:.0f}%",
        "There is no midterm score in the subject",
    ),
    "subject_pass_rate": (
        "{value:.0%} passed the subject in the years before; typical is {typical:.0%}",
        "Nobody took the subject in the years before",
    ),
    "attendance_history": (
        "Attended {value:.0f}% of the last semester's lectures; typical is {typical:.0f}%",
        "Attendance of the last semester is not known",
    ),
    "endterm_history": (
        "Scored {value:.0f}% in the last semester's endterm; typical is {typical:.0f}%",
        "There is no endterm score of the last semester",
    ),
    "subjects_failed": (
        "Failed {value:.0f} subjects last semester; typical is {typical:.0f}",
        "The results of the last semester are not known",
    ),
    "hard_subjects": (
        "Will take {value:.0f} hard subjects; typical is {typical:.0f}",
        "How hard the coming subjects are is not known",
    ),
}
"""By feature: the sentence, and the one for a value that is not known."""
