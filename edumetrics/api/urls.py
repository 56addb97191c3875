"""The addresses of the API (the contract: docs/reference/api.md)."""

from django.urls import path, register_converter

from edumetrics.api import (
    advisors,
    audit,
    authentication,
    classes,
    document,
    interventions,
    me,
    passwords,
    policy,
    runs,
    users,
)
from edumetrics.api.converters import Serial, Username

register_converter(Serial, "serial")
register_converter(Username, "username")

urlpatterns = [
    path("token/", authentication.Token.as_view()),
    path("token/refresh/", authentication.TokenRefresh.as_view()),
    path("token/blacklist/", authentication.TokenBlacklist.as_view()),
    path("session/", authentication.Session.as_view()),
    path("session/refresh/", authentication.SessionRefresh.as_view()),
    path("me/", me.Me.as_view()),
    path("classes/", classes.Classes.as_view()),
    path("interventions/", interventions.Interventions.as_view()),
    path("interventions/<serial:intervention_id>/", interventions.Intervention.as_view()),
    path("calibrate/", runs.Calibrate.as_view()),
    path("runs/", runs.Runs.as_view()),
    path("runs/<serial:run_id>/", runs.Run.as_view()),
    path("policy/", policy.PolicyInForce.as_view()),
    path("users/", users.Users.as_view()),
    path("users/<username:username>/", users.OneUser.as_view()),
    path("users/<username:username>/invite/", users.Invite.as_view()),
    path("password/", passwords.Password.as_view()),
    path("password/set/", passwords.PasswordByLink.as_view()),
    path("password/forgotten/", passwords.ForgottenPassword.as_view()),
    path("advisors/sync/", advisors.AdvisorSync.as_view()),
    path("audit/", audit.Audit.as_view()),
    path("schema/", document.Document.as_view(), name="schema"),
    path("docs/", document.Browsable.as_view(url_name="schema")),
]
