"""What the parts of an address may look like; anything else is a 404 before a view is asked."""

import re

from edumetrics.api.resources import KEY_LENGTH


class KeyConverter:
    """An id of the college: no "/", no control characters, at most 64 characters."""

    regex = rf"[^/\x00-\x1f\x7f]{{1,{KEY_LENGTH}}}"

    def to_python(self, value: str) -> str:
        """As it is; the server has decoded it."""
        return value

    def to_url(self, value: str) -> str:
        """As it is; Django encodes it."""
        if not re.fullmatch(self.regex, value):
            raise ValueError(value)
        return value


class FlagConverter(KeyConverter):
    """The public id of a flag (flag_ids.py)."""

    regex = r"[A-Za-z0-9_-]{1,400}"


class Serial:
    """A number of one of our own tables, as far as a bigint goes."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)


class Username:
    """A user name, as ``User`` allows them."""

    regex = r"[\w.@+-]{1,150}"

    def to_python(self, value: str) -> str:
        """As it stands there."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value
