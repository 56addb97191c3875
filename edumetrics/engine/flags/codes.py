"""Every code that a flag or a notice can carry, in one place."""

LEVELS = ("watch", "high", "critical")
"""From the mildest; in frames a level is its place here plus 1, and 0 is none."""

LISTS = ("contact", "watching", "in_progress", "integrity", "cannot_tell")

REASONS = {
    "override": "attended so little this week that it cannot wait",
    "low_performance": "academic performance is below the line, or nothing has been handed in",
    "attendance_requirement": "the required attendance is getting out of reach",
    "missed_assignments": "assignments missed in the weeks up to now",
    "missed_quizzes": "quizzes missed in the weeks up to now",
    "low_effort": "effort is below the class median",
    "performance_drop": "marks fell against the student's own past, more than the class's",
    "effort_drop": "effort fell against the student's own past, more than the class's",
    "attendance_drop": "attendance fell against the student's own past, more than the class's",
    "persistence": "flagged in the weeks before",
    "integrity": "plagiarism was found in recent work",
}

STRENGTHS = {
    "full_attendance": "attended every lecture of the week",
    "good_attendance": "attendance over the semester is well above the rule",
    "all_work_in": "all recent work is handed in",
    "good_marks": "recent marks are good",
    "marks_rising": "marks rose against the student's own past",
    "attendance_rising": "attendance rose against the student's own past",
    "library_visits": "works in the library",
}

MISSING = {
    "attendance_missing": "no attendance row of the student this week, while the class has some",
    "no_rows": "no row of the student this semester, and no date of joining",
    "source_quarantined": "too many bad rows of a source this week",
}

NOTICES = {
    "class_shift_effort": "the whole class's effort fell",
    "class_shift_performance": "the whole class's marks fell",
    "class_shift_attendance": "the whole class's attendance fell",
    "attendance_not_loaded": "no attendance of the class is loaded for the week",
    "assignments_not_loaded": "nothing is loaded for assignments that were due",
    "quizzes_not_loaded": "nothing is loaded for quizzes that were held",
    "source_quarantined": "too many bad rows of a source this week",
}
