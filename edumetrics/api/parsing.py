"""How a body has to look."""

import codecs
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JsonParser(JSONParser):
    """JSON in UTF-8; whatever cannot be stored as text, or is nested beyond sense, is refused."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The body. Raises ParseError."""
        try:
            parsed = super().parse(stream, media_type, {**(parser_context or {}), "encoding": "utf-8"})
            _check_texts(parsed)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        return parsed


def _check_texts(parsed: Any) -> None:
    """Raises ParseError for half of a surrogate pair, which JSON can write and UTF-8 cannot."""
    if isinstance(parsed, dict):
        for name, value in parsed.items():
            _check_texts(name)
            _check_texts(value)
    elif isinstance(parsed, list):
        for value in parsed:
            _check_texts(value)
    elif isinstance(parsed, str):
        try:
            codecs.encode(parsed, "utf-8")
        except UnicodeEncodeError as error:
            raise ParseError("The JSON has half of a surrogate pair, which is no text.") from error
