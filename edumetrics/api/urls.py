"""The addresses of the API (the contract: docs/reference/api.md)."""

from django.urls import path, register_converter

from edumetrics.api import (
    authentication,
    classes,
    document,
    health,
    ledger,
    me,
    model_cards,
    post_exam,
    pre_endterm,
    pre_midterm,
    risk_of_failing,
    watchlist,
)

register_converter(model_cards.VersionConverter, "model_version")

urlpatterns = [
    path("token/", authentication.Token.as_view()),
    path("token/refresh/", authentication.TokenRefresh.as_view()),
    path("token/blacklist/", authentication.TokenBlacklist.as_view()),
    path("session/", authentication.Session.as_view()),
    path("session/refresh/", authentication.SessionRefresh.as_view()),
    path("me/", me.Me.as_view()),
    path("classes/", classes.Classes.as_view()),
    path("pre-midterm/", pre_midterm.PreMidterm.as_view()),
    path("pre-endterm/", pre_endterm.PreEndterm.as_view()),
    path("risk-of-failing/", risk_of_failing.RiskOfFailing.as_view()),
    path("watchlist/", watchlist.Watchlist.as_view()),
    path("post-exam/", post_exam.PostExam.as_view()),
    path("ledger/", ledger.Ledger.as_view()),
    path("models/", model_cards.ModelCards.as_view()),
    path("models/<model_version:version>/promote/", model_cards.Promotion.as_view()),
    path("health/live", health.Live.as_view()),
    path("health/ready", health.Ready.as_view()),
    path("schema/", document.Document.as_view(), name="schema"),
    path("docs/", document.Browsable.as_view(url_name="schema")),
]
