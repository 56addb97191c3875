"""What may stand in an address."""


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
