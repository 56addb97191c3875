"""The addresses of the API (the contract: docs/reference/api.md)."""

from django.urls import path

from edumetrics.api import authentication, classes, document, me

urlpatterns = [
    path("token/", authentication.Token.as_view()),
    path("token/refresh/", authentication.TokenRefresh.as_view()),
    path("token/blacklist/", authentication.TokenBlacklist.as_view()),
    path("session/", authentication.Session.as_view()),
    path("session/refresh/", authentication.SessionRefresh.as_view()),
    path("me/", me.Me.as_view()),
    path("classes/", classes.Classes.as_view()),
    path("schema/", document.Document.as_view(), name="schema"),
    path("docs/", document.Browsable.as_view(url_name="schema")),
]
