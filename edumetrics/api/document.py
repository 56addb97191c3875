"""/api/schema/ and /api/docs/: the OpenAPI document, and pages to browse it."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

_OPEN = (AllowAny,)


class Document(SpectacularJSONAPIView):
    """The document."""

    permission_classes = _OPEN
    authentication_classes = ()


# The viewer writes styles into its page; it runs no script but its own file.
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
class Browsable(SpectacularSwaggerSplitView):
    """The pages."""

    permission_classes = _OPEN
    authentication_classes = ()
