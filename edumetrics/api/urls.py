"""The addresses of the API (the contract: docs/reference/api.md)."""

from django.urls import path, register_converter

from edumetrics.api import (
    authentication,
    class_performance,
    classes,
    converters,
    document,
    flagged,
    me,
    notices,
    student_performance,
    students,
    subjects,
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
    path("schema/", document.Document.as_view(), name="schema"),
    path("docs/", document.Browsable.as_view(url_name="schema")),
]
