"""Queries that Django builds and compiles once, and that are then asked with other values.

Building and compiling a query takes Django several times longer than the database needs to answer it, and between two
requests nothing of it changes but the values.
"""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Field, Lookup, QuerySet

Value = str | int | Sequence[str] | Sequence[int]
Rows = list[dict[str, Any]]

_MOST_FORMS = 1_000


@Field.register_lookup
class Among(Lookup):
    """``field__among=values``: IN, as one parameter, so that the SQL does not depend on how many values there are."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """On SQLite."""
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(list(self.rhs))]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """As an array."""
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, list(self.rhs)]


class _Form(NamedTuple):
    """SQL with places for values. ``places``: the name of the value at each (else None), and the constant if none."""

    sql: str
    places: tuple[tuple[str | None, Any], ...]
    names: tuple[str, ...]
    converters: tuple[tuple[str, Sequence[Any], Any], ...]

    def params(self, values: Mapping[str, Any]) -> list[Any]:
        return [constant if name is None else values[name] for name, constant in self.places]


class Compiled:
    """A query of rows of values. ``build`` makes it from a shape, which is compiled once each, and from values.

    ``build(*shape, **values)`` is called with stand-ins for the values, and so must not decide anything by them; a list
    is to be used by ``__among``. What decides belongs to the shape. TypeError: a ``build`` does otherwise.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, Any]]") -> None:
        self._build = build
        self._forms: dict[Hashable, _Form] = {}

    def rows(self, *shape: Hashable, **values: Value) -> Rows:
        """Every row."""
        form = self._form(shape, values)
        return _read(form, form.sql, form.params(_prepared(values)))

    def page(self, first: int, size: int, /, *shape: Hashable, **values: Value) -> Rows:
        """Up to ``size`` rows from number ``first`` on, counted from 0."""
        form = self._form(shape, values)
        return _read(form, f"{form.sql} LIMIT %s OFFSET %s", [*form.params(_prepared(values)), size, first])

    def count(self, *shape: Hashable, **values: Value) -> int:
        """How many rows there are."""
        form = self._form(shape, values, only_counted=True)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({form.sql}) AS found", form.params(_prepared(values)))
            return int(cursor.fetchone()[0])

    def query(self, *shape: Hashable, **values: Value) -> "QuerySet[Any, Any]":
        """The query itself, which Django compiles anew: for what is asked rarely, and read bit by bit."""
        return self._build(*shape, **values)

    def _form(self, shape: tuple[Hashable, ...], values: Mapping[str, Value], *, only_counted: bool = False) -> _Form:
        key = (connection.vendor, only_counted, shape, frozenset(values))
        if (form := self._forms.get(key)) is None:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            form = self._forms[key] = self._compile(shape, values, only_counted)
        return form

    def _compile(self, shape: tuple[Hashable, ...], values: Mapping[str, Value], only_counted: bool) -> _Form:
        """Compiled twice with different stand-ins: what differs is a value, everything else is a constant."""
        stand_ins = [_stand_ins(values, turn) for turn in (0, 1)]
        built = [self._build(*shape, **one) for one in stand_ins]
        if only_counted:
            # What rows would say, and in which order, need not be found out.
            built = [one.order_by().values(next(iter(_names(one)))) for one in built]
        compilers = [one.query.get_compiler(connection=connection) for one in built]
        (sql, one), (again, other) = (compiler.as_sql() for compiler in compilers)
        names_of = {_hashable(value): name for name, value in _prepared(stand_ins[0]).items()}
        pairs = list(zip(one, other, strict=False))
        differ = [first for first, second in pairs if first != second]
        if sql != again or any(_hashable(value) not in names_of for value in differ):
            raise TypeError("A value decides what the query is, or comes into it changed; a list is for __among.")
        places = tuple(
            (None, first) if first == second else (names_of[_hashable(first)], None) for first, second in pairs
        )
        used = {name for name, _ in places if name}
        if not only_counted and used != set(values):
            raise TypeError(f"Values are not used: {', '.join(sorted(set(values) - used))}.")
        names, compiler = _names(built[0]), compilers[0]
        found = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        converters = tuple((names[place], tuple(made), column) for place, (made, column) in found.items())
        return _Form(sql, places, names, converters)


def _names(rows: "QuerySet[Any, Any]") -> tuple[str, ...]:
    """As ValuesIterable, which gives the rows of a queryset, finds them."""
    query = rows.query
    return tuple(query.selected or (*query.extra_select, *query.values_select, *query.annotation_select))


def _read(form: _Form, sql: str, params: Sequence[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = [dict(zip(form.names, row, strict=False)) for row in cursor.fetchall()]
    for name, converters, column in form.converters:
        for row in rows:
            for converter in converters:
                row[name] = converter(row[name], column, connection)
    return rows


def _prepared(values: Mapping[str, Value]) -> dict[str, Any]:
    """As ``Among`` hands lists to the database."""
    is_postgresql = connection.vendor == "postgresql"
    return {
        name: value if isinstance(value, str | int) else list(value) if is_postgresql else json.dumps(list(value))
        for name, value in values.items()
    }


def _stand_ins(values: Mapping[str, Value], turn: int) -> dict[str, Any]:
    """A value for each name that no other name and no constant has; numbers that every column of numbers takes."""
    return {
        name: [f"{turn} {name}"]
        if not isinstance(value, str | int)
        else f"{turn} {name}"
        if isinstance(value, str)
        else 30_000 + 1_000 * turn + place
        for place, (name, value) in enumerate(sorted(values.items()))
    }


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value
