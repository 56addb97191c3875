"""What answers look like on the wire."""

from rest_framework.renderers import BaseRenderer, JSONRenderer


class JsonRenderer(JSONRenderer):
    """JSON in UTF-8, whatever the accepted media type asks for besides."""

    charset = None


class CsvRenderer(BaseRenderer):
    """Names the format; lists.py streams the rows themselves."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: object, accepted_media_type: str | None = None, renderer_context: object = None) -> bytes:
        """Never reached: a list that is asked for as CSV is streamed."""
        raise NotImplementedError
