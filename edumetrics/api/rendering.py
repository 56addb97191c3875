"""What answers look like on the wire."""

from rest_framework.renderers import BaseRenderer, JSONRenderer


class JsonRenderer(JSONRenderer):
    """JSON in UTF-8, whatever the accepted media type asks for besides."""

    charset = None


class FileRenderer(BaseRenderer):
    """Names a format in which the view makes the file itself."""

    def render(self, data: object, accepted_media_type: str | None = None, renderer_context: object = None) -> bytes:
        """Never reached."""
        raise NotImplementedError


class CsvRenderer(FileRenderer):
    """A list, streamed by resources.py."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class PdfRenderer(FileRenderer):
    """The weekly briefing, made by briefing.py."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
