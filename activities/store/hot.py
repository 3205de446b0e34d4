"""Statements that every answer needs: compiled once for each database, and said to its driver.

SQLAlchemy makes ready anew for each execution, which takes three times as long as SQLite takes for what is asked. What a
statement says, how its values are written and read, and the transaction that it is part of remain SQLAlchemy's.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Given = Mapping[str, Any]
Turn = Callable[[Any], Any]

NOTHING: Given = {}


class Hot:
    """A statement; lists of any length (`expanding`) it cannot take, and of an insert it wants every column."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._said: dict[tuple[str, tuple[str, ...]], _Said] = {}

    def first(self, connection: Connection, given: Given = NOTHING) -> Any:
        """The first row, or None; its columns are attributes."""
        found = self.all(connection, given)
        return found[0] if found else None

    def all(self, connection: Connection, given: Given = NOTHING) -> list[Any]:
        said = self._in(connection, given)
        with closing(said.run(connection, [given])) as cursor:
            return said.rows(cursor, connection.dialect)

    def run(self, connection: Connection, *given: Given) -> int:
        """Once with each of these; how many rows that touched."""
        with closing(self._in(connection, given[0]).run(connection, given)) as cursor:
            touched: int = cursor.rowcount
            return touched

    def _in(self, connection: Connection, given: Given) -> "_Said":
        key = (connection.dialect.name, tuple(given))
        if key not in self._said:
            self._said[key] = _Said(self.statement, connection.dialect, list(given))
        return self._said[key]


class _Said:
    """The statement in one database's words, for values of these names."""

    def __init__(self, statement: Any, dialect: Dialect, names: list[str]) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=names)
        refuse_what_only_sqlalchemy_does(compiled)
        self._text, self._order = str(compiled), compiled.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._fixed = {name: bind.effective_value for name, bind in binds.items() if name not in names}
        writers = {name: kind(bind.type, dialect).bind_processor(dialect) for name, bind in binds.items()}
        self._writers = {name: writer for name, writer in writers.items() if writer}
        self._types = [column.type for column in statement.exported_columns] if statement.is_select else []
        self._row: Any = namedtuple("Row", [column.key for column in statement.exported_columns]) if self._types else None
        self._readers: list[Turn | None] | None = None

    def run(self, connection: Connection, given: Sequence[Given]) -> Any:
        """The driver's cursor, for the caller to close."""
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - it is connected
        cursor = driver.cursor()
        try:
            if len(given) == 1:
                cursor.execute(self._text, self._written(given[0]))
            else:
                cursor.executemany(self._text, [self._written(each) for each in given])
        except connection.dialect.loaded_dbapi.Error as error:
            # As SQLAlchemy does: the pool must not give out again what has broken.
            if connection.dialect.is_disconnect(error, driver, cursor):
                connection.invalidate(error)
            raise
        return cursor

    def rows(self, cursor: Any, dialect: Dialect) -> list[Any]:
        if self._readers is None:
            told = zip(self._types, cursor.description, strict=True)
            self._readers = [kind(type_, dialect).result_processor(dialect, column[1]) for type_, column in told]
        found = cursor.fetchall()
        if any(self._readers):
            found = [[turn(value) if turn else value for turn, value in zip(self._readers, row, strict=True)] for row in found]
        return [self._row._make(row) for row in found]

    def _written(self, given: Given) -> Any:
        values = {**self._fixed, **given}
        for name, turn in self._writers.items():
            values[name] = turn(values[name])
        return values if self._order is None else [values[name] for name in self._order]


def kind(of: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type as this database has it."""
    return of.dialect_impl(dialect)


def refuse_what_only_sqlalchemy_does(compiled: SQLCompiler) -> None:
    """Lists of any length, and values that a column has of itself."""
    if compiled.post_compile_params or compiled.literal_execute_params or compiled.prefetch:
        raise NotImplementedError(f"this is for SQLAlchemy to execute: {compiled}")
