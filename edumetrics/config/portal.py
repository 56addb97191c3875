"""The portal's one page, for every address that is the portal's own to interpret."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

_NOT_BUILT = """<!doctype html><html lang="en"><title>EduMetrics</title>
<h1>The portal is not built</h1>
<p>The API is at <a href="/api/docs/">/api/docs/</a>. <code>make portal</code> builds the portal.</p></html>"""


@ensure_csrf_cookie
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """index.html, which is never kept by a browser, since it names the files of the present version."""
    page = Path(settings.PORTAL_DIST) / "index.html"
    text = page.read_text(encoding="utf-8") if page.is_file() else _NOT_BUILT
    return HttpResponse(text, headers={"Cache-Control": "no-cache"})
