"""Small questions to the college's database, of which one that fails does not end the others."""

from collections.abc import Mapping
from typing import Any

from edumetrics.databases.reading import DatabaseError, Reader
from edumetrics.databases.urls import Dialect
from edumetrics.engine.tables.canonical import Kind


class ConnectionLost(Exception):
    """The server no longer answers."""


class Question:
    """Asks through one open reader; every answer is a few rows."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.dialect: Dialect = reader.dialect

    def columns(self, source: str) -> list[str]:
        """The columns of a table or parenthesised SELECT. Raises DatabaseError or ConnectionLost."""
        try:
            return self._reader.columns_of(source)
        except DatabaseError as error:
            self._recover(error)
            raise

    def rows(self, select: str, kinds: Mapping[str, Kind]) -> list[dict[str, Any]]:
        """The rows of a SELECT whose columns are of these kinds. Raises DatabaseError or ConnectionLost."""
        return self.read(f"({select}\n)", kinds)

    def read(self, source: str, kinds: Mapping[str, Kind], where: str = "") -> list[dict[str, Any]]:
        """Rows exactly as a run reads them. Raises DatabaseError or ConnectionLost."""
        try:
            return self._reader.frame(source, kinds, where).to_dicts()
        except DatabaseError as error:
            self._recover(error)
            raise

    def numbers(self, select: str, names: list[str]) -> dict[str, int]:
        """The one row of a SELECT of whole numbers; a null is 0."""
        row = self.rows(select, dict.fromkeys(names, Kind.INTEGER))[0]
        return {name: value or 0 for name, value in row.items()}

    def texts(self, select: str, *names: str) -> list[dict[str, str | None]]:
        """The rows of a SELECT of texts."""
        return self.rows(select, dict.fromkeys(names, Kind.TEXT))

    def _recover(self, error: Exception) -> None:
        """After a failure PostgreSQL answers nothing until its transaction is rolled back, as ``columns_of`` does."""
        for _ in range(2):
            try:
                self._reader.columns_of("(SELECT 1 AS one)")
            except DatabaseError:
                continue
            return
        raise ConnectionLost(str(error)) from error
