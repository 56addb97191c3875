"""SQL that counts, in the words of each kind of database. ``value`` is always the SQL of one value, such as t.week."""

from edumetrics.databases.literals import is_number_on_sqlite, quoted
from edumetrics.databases.urls import Dialect
from edumetrics.engine.tables.canonical import Kind

_SHOWN = 40

_BLANKS = "[[:space:]]*"
_WHOLE = "[+-]?[0-9]{1,18}"
_DECIMAL = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_TRUTH = "(0|1|t|f|true|false)"
# To MySQL a bit is the character of its number; so it is in the SELECT of a mapping, whose types it does not tell.
_TRUTH_ON_MYSQL = "(0|1|t|f|true|false|0[.]0|1[.]0|[[:cntrl:]])"
_DAY = (
    "([0-9]{4}-("
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|[0-9]{2}(0[48]|[2468][048]|[13579][26])-02-29|[02468][048]00-02-29)"
)
_TIME = "([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][0-9:]{2,6})?)?"

# The kinds of declared types that cannot hold a value of another kind than the column's.
_SAFE = {
    Kind.INTEGER: {"integer"},
    Kind.NUMBER: {"integer", "number"},
    Kind.BOOLEAN: {"boolean"},
    Kind.DATE: {"date", "timestamp", "timestamptz"},
    Kind.TIMESTAMP: {"date", "timestamp", "timestamptz"},
}

_FAMILIES = {
    "integer": {"smallint", "integer", "bigint", "tinyint", "mediumint", "int", "year"},
    "number": {"numeric", "real", "double precision", "decimal", "float", "double"},
    "boolean": {"boolean", "bit"},
    "date": {"date"},
    "timestamp": {"timestamp without time zone", "datetime", "timestamp"},
    "timestamptz": {"timestamp with time zone"},
    "text": {
        *("text", "character varying", "character", "name", "citext", "unknown"),
        *("char", "varchar", "tinytext", "mediumtext", "longtext", "enum", "set"),
    },
}


def family_of(declared: str | None) -> str | None:
    """integer, number, boolean, date, timestamp, timestamptz or text for a declared type; None: another or unknown."""
    return next((family for family, names in _FAMILIES.items() if declared in names), None)


def as_text(dialect: Dialect, value: str) -> str:
    """The value as text that is compared to the letter, as a run compares it."""
    if dialect == "mysql":
        return f"CONVERT({value} USING utf8mb4) COLLATE utf8mb4_bin"
    return f"CAST({value} AS {'text' if dialect == 'postgresql' else 'TEXT'})"


def shown(dialect: Dialect, value: str) -> str:
    """The beginning of the value as text, for a reader."""
    text = as_text(dialect, value)
    if dialect == "sqlite":
        text = f"CASE typeof({value}) WHEN 'blob' THEN 'x''' || hex({value}) || '''' ELSE {text} END"
    return f"SUBSTR({text}, 1, {_SHOWN})"


def length(dialect: Dialect, value: str) -> str:
    """How many characters the value has as text."""
    return f"{'LENGTH' if dialect == 'sqlite' else 'CHAR_LENGTH'}({as_text(dialect, value)})"


def joined(dialect: Dialect, values: list[str]) -> str:
    """Several values as one text with blanks between, for a reader."""
    parts = [f"COALESCE({shown(dialect, value)}, '?')" for value in values]
    return f"CONCAT_WS(' ', {', '.join(parts)})" if dialect == "mysql" else " || ' ' || ".join(parts)


def wrong(dialect: Dialect, kind: Kind, value: str, family: str | None) -> str | None:
    """A condition that is true where the value is there and is not of the kind, and never null.

    None where no value of the declared family can be wrong.
    """
    if kind is Kind.TEXT:
        return None
    if dialect == "sqlite":
        return f"({value} IS NOT NULL AND NOT {_RIGHT_ON_SQLITE[kind](value)})"
    # MySQL lets days such as 0000-00-00 and 2026-02-00 into a column of dates.
    if family in _SAFE[kind] and not (dialect == "mysql" and kind in (Kind.DATE, Kind.TIMESTAMP)):
        return None
    # Only PostgreSQL takes blanks around a number.
    blanks = _BLANKS if dialect == "postgresql" else ""
    pattern = quoted(f"^{blanks}{_pattern(dialect, kind, family)}{blanks}$")
    text = as_text(dialect, value)
    operator = "REGEXP" if dialect == "mysql" else "~"
    return f"({value} IS NOT NULL AND NOT (LOWER({text}) {operator} {pattern}))"


def _pattern(dialect: Dialect, kind: Kind, family: str | None) -> str:
    if kind is Kind.INTEGER:
        # A text "4.0" is no whole number to PostgreSQL; a number 4.0 is.
        return _WHOLE if dialect == "postgresql" and family != "number" else f"{_WHOLE}([.]0*)?"
    if kind is Kind.NUMBER:
        return _DECIMAL
    if kind is Kind.BOOLEAN:
        return _TRUTH_ON_MYSQL if dialect == "mysql" else _TRUTH
    return f"{_DAY}{_TIME.lower()}"


def _is_whole_on_sqlite(value: str) -> str:
    return f"(typeof({value}) = 'integer' OR {value} = CAST({value} AS INTEGER))"


def _is_number_on_sqlite(value: str) -> str:
    text = f"typeof({value}) = 'text' AND {is_number_on_sqlite(value)}"
    return f"(typeof({value}) IN ('integer', 'real') OR ({text}))"


def _is_truth_on_sqlite(value: str) -> str:
    return f"(lower(CAST({value} AS TEXT)) IN ('1', '1.0', 'true', 't', '0', '0.0', 'false', 'f'))"


def _is_day_on_sqlite(value: str) -> str:
    day = f"substr(CAST({value} AS TEXT), 1, 10)"
    return f"({day} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({day}) IS {day})"


def _is_time_on_sqlite(value: str) -> str:
    time = f"substr(CAST({value} AS TEXT), 12, 8)"
    is_time = f"{time} GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]' AND {time} < '24'"
    return f"({_is_day_on_sqlite(value)} AND (length({time}) < 8 OR ({is_time})))"


_RIGHT_ON_SQLITE = {
    Kind.INTEGER: _is_whole_on_sqlite,
    Kind.NUMBER: _is_number_on_sqlite,
    Kind.BOOLEAN: _is_truth_on_sqlite,
    Kind.DATE: _is_day_on_sqlite,
    Kind.TIMESTAMP: _is_time_on_sqlite,
}


def whole_number(dialect: Dialect, value: str, family: str | None) -> str:
    """The value as a whole number; null where it is none."""
    of_type = {"sqlite": "INTEGER", "postgresql": "bigint", "mysql": "SIGNED"}[dialect]
    number = f"CAST({value} AS {of_type})"
    is_wrong = wrong(dialect, Kind.INTEGER, value, family)
    return f"CASE WHEN {is_wrong} THEN NULL ELSE {number} END" if is_wrong else number


def count_if(condition: str) -> str:
    """How many rows the condition is true of."""
    return f"COUNT(CASE WHEN {condition} THEN 1 END)"
