"""How a college whose tables are named otherwise gives the canonical ones (college-schema.md, "Mapping")."""

import datetime
import re
import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path

from edumetrics.databases.literals import quoted
from edumetrics.databases.urls import Dialect
from edumetrics.engine.errors import MappingError
from edumetrics.engine.tables.canonical import TABLES

Parameter = str | int | float | bool | datetime.date

# :name, but not ::type, and not inside a quoted text, a quoted name or a comment.
_TOKENS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(?P<comment>--[^\n]*|/\*.*?\*/)|::|:(?P<name>[A-Za-z_]\w*)""", re.DOTALL
)


@dataclass(frozen=True)
class Mapping:
    """Where each canonical table comes from.

    ``selects``: table -> the college's SELECT, parameters filled in. ``absent``: tables the college does not have.
    A table in neither is read as it stands.
    """

    selects: dict[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    def source(self, table: str) -> str:
        """What stands after FROM for a canonical table."""
        select = self.selects.get(table)
        return f"({select}\n)" if select else table


def load_mapping(
    path: Path | None, overrides: MappingType[str, str] | None = None, dialect: Dialect | None = None
) -> Mapping:
    """Read a TOML mapping file; None reads every table as it stands.

    ``overrides`` replace parameters of the file by texts from the command line, each read as the type the file gives.
    ``dialect``: whose SQL the file is written in; None: such as SQLite and PostgreSQL read alike.
    Raises MappingError that names the key, what was found and what is allowed.
    """
    if path is None:
        if overrides:
            raise MappingError(
                f"There is no mapping file to take the parameter {next(iter(overrides))!r}. Set MAPPING_FILE."
            )
        return Mapping()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MappingError(f"The mapping file {path} cannot be read: {error.strerror}. Check MAPPING_FILE.") from error
    except UnicodeDecodeError as error:
        raise MappingError(f"The mapping file {path} is not UTF-8 ({error.reason}). Save it as UTF-8.") from error
    return parse_mapping(text, str(path), overrides or {}, dialect)


def parse_mapping(text: str, name: str, overrides: MappingType[str, str], dialect: Dialect | None = None) -> Mapping:
    """Read a mapping from TOML text; ``name`` is what errors call it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name} is not valid TOML: {error}.") from error
    unknown = sorted(set(content) - {"parameters", "tables"})
    if unknown:
        raise MappingError(f"{name}: there is no section [{unknown[0]}]; allowed are [parameters] and [tables].")
    parameters = _parameters(content.get("parameters", {}), name, overrides)
    selects: dict[str, str] = {}
    absent = set()
    tables = content.get("tables", {})
    if not isinstance(tables, dict):
        raise MappingError(f"{name}: [tables] is {tables!r}; it must be a table of canonical tables and SELECTs.")
    for table, given in tables.items():
        _check_table(table, given, name)
        if given is False:
            absent.add(table)
        else:
            selects[table] = _filled(given, parameters, f"{name}: tables.{table}", dialect)
    return Mapping(selects, frozenset(absent))


def _check_table(table: str, given: object, name: str) -> None:
    if table not in TABLES:
        raise MappingError(f"{name}: tables.{table} is not a canonical table; allowed are {', '.join(TABLES)}.")
    if given is False:
        if TABLES[table].required:
            raise MappingError(f"{name}: tables.{table} = false, but nothing can be scored without {table}.")
        return
    if not isinstance(given, str) or not re.match(r"(?i)\s*(select|with)\b", _without_comments(given)):
        raise MappingError(
            f"{name}: tables.{table} is {given!r}; allowed are a text with a SELECT that returns the columns "
            f"{', '.join(TABLES[table].column_names)}, or false for a table the college does not have."
        )


def _without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL)


def _parameters(given: object, name: str, overrides: MappingType[str, str]) -> dict[str, Parameter]:
    if not isinstance(given, dict):
        raise MappingError(f"{name}: [parameters] is {given!r}; it must be a table of names and values.")
    for key, value in given.items():
        if not isinstance(value, str | int | float | bool | datetime.date):
            raise MappingError(f"{name}: parameters.{key} is {value!r}; allowed are a text, number, boolean or date.")
    for key, text in overrides.items():
        if key not in given:
            allowed = ", ".join(sorted(given)) or "none"
            raise MappingError(f"The parameter {key!r} is not in {name}; it has these: {allowed}.")
        given = {**given, key: _as_type_of(given[key], text, key)}
    return given


def _as_type_of(example: Parameter, text: str, key: str) -> Parameter:
    kind = type(example)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        if isinstance(example, datetime.date):
            return type(example).fromisoformat(text)
        return float(text) if kind is float else int(text) if kind is int else text
    except (ValueError, KeyError) as error:
        raise MappingError(
            f"The parameter {key} was given as {text!r}; it must be a {kind.__name__} like {example!r}."
        ) from error


def _filled(sql: str, parameters: MappingType[str, Parameter], where: str, dialect: Dialect | None) -> str:
    """The SQL with every :name outside of texts and comments replaced by its value as a literal."""

    def literal(match: re.Match[str]) -> str:
        key = match["name"]
        if key is None:
            return match[0]
        if key not in parameters:
            allowed = ", ".join(f":{one}" for one in sorted(parameters)) or "none"
            raise MappingError(f"{where} uses the parameter :{key}; [parameters] has {allowed}.")
        return _literal(parameters[key], dialect)

    return _TOKENS.sub(literal, _without_end(sql))


def _without_end(sql: str) -> str:
    """The SQL less the semicolon that ends it, and what follows that."""
    end = len(sql.rstrip())
    for match in reversed([match for match in _TOKENS.finditer(sql) if match["comment"]]):
        if match.end() == end:
            end = len(sql[: match.start()].rstrip())
    return sql[: end - 1] if sql[:end].endswith(";") else sql.strip()


def _literal(value: Parameter, dialect: Dialect | None) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return repr(value)
    return quoted(value if isinstance(value, str) else value.isoformat(), dialect)
