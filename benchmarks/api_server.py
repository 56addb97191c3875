"""Settings and addresses of the server that ``benchmarks.api`` measures: the product's, and a constant."""

from typing import Any

from edumetrics.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.api_server"


def __getattr__(name: str) -> Any:
    """Addresses are made when they are first looked up, since settings must be there before views."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import include, path
    from rest_framework.response import Response

    from edumetrics.api.resources import Resource

    class Constant(Resource):
        """What any authenticated answer costs."""

        def get(self, request: Any) -> Response:
            return Response({"constant": True})

    patterns = [path("api/constant/", Constant.as_view()), path("", include("edumetrics.config.urls"))]
    globals()["urlpatterns"] = patterns
    return patterns
