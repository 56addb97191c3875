"""Every address of the server: the API below /api/, the portal everywhere else."""

from django.urls import include, path, re_path

from edumetrics.api import problems
from edumetrics.config.portal import portal

urlpatterns = [
    path("api/", include("edumetrics.api.urls")),
    # An address below /api/ that does not exist is not a page of the portal.
    re_path(r"^(?!api/|static/)", portal),
]

handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.failed
