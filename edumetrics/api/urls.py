"""The addresses of the API (the contract: docs/reference/api.md)."""

from django.urls import path, re_path, register_converter

from edumetrics.api import (
    authentication,
    class_performance,
    classes,
    converters,
    document,
    flagged,
    ledger,
    me,
    model_cards,
    notices,
    post_exam,
    pre_endterm,
    pre_midterm,
    risk_of_failing,
    student_performance,
    students,
    subjects,
    watchlist,
)

register_converter(converters.KeyConverter, "key")
register_converter(converters.FlagConverter, "flag")

urlpatterns = [
    path("token/", authentication.Token.as_view()),
    path("token/refresh/", authentication.TokenRefresh.as_view()),
    path("token/blacklist/", authentication.TokenBlacklist.as_view()),
    path("session/", authentication.Session.as_view()),
    path("session/refresh/", authentication.SessionRefresh.as_view()),
    path("me/", me.Me.as_view()),
    path("classes/", classes.Classes.as_view()),
    path("subjects/", subjects.Subjects.as_view()),
    path("notices/", notices.Notices.as_view()),
    path("flagged/", flagged.Flagged.as_view()),
    path("flagged/<flag:flag>/feedback/", flagged.Feedback.as_view()),
    path("flagged/<flag:flag>/snooze/", flagged.FlagSnooze.as_view()),
    path("class-performance/", class_performance.ClassPerformance.as_view()),
    path("student-performance/", student_performance.StudentPerformance.as_view()),
    path("students/", students.Students.as_view()),
    path("students/<key:student_id>/", students.OneStudent.as_view()),
    path("pre-midterm/", pre_midterm.PreMidterm.as_view()),
    path("pre-endterm/", pre_endterm.PreEndterm.as_view()),
    path("risk-of-failing/", risk_of_failing.RiskOfFailing.as_view()),
    path("watchlist/", watchlist.Watchlist.as_view()),
    path("post-exam/", post_exam.PostExam.as_view()),
    path("ledger/", ledger.Ledger.as_view()),
    path("models/", model_cards.ModelCards.as_view()),
    re_path(r"^models/(?P<version>[a-z_]+-[0-9a-f]{12})/promote/$", model_cards.Promotion.as_view()),
    path("schema/", document.Document.as_view(), name="schema"),
    path("docs/", document.Browsable.as_view(url_name="schema")),
]
