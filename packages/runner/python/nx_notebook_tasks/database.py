"""Databases through whatever a user's client function returns: Ploomber's clients, an engine or a connection of
SQLAlchemy, or a connection of any driver (PEP 249).
"""

import contextlib
import re
import sys
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

from nx_notebook_tasks.failures import TaskError, summary

# How drivers, and the dialects of SQLAlchemy, are named -> the database.
_DIALECTS = {
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "psycopg2": "postgresql",
    "psycopg": "postgresql",
    "pg8000": "postgresql",
    "postgresql": "postgresql",
}

_NO_SPLITTING = "no splitting"


class Statement(NamedTuple):
    """A part of a script that is sent alone, and where it begins in the script."""

    text: str
    offset: int


class StatementFailed(Exception):
    """The database refused something; `offset` is the place in the script, where it is known."""

    def __init__(self, statement: Statement, offset: int) -> None:
        super().__init__()
        self.statement = statement
        self.offset = offset


class Relation(NamedTuple):
    """A table or view."""

    schema: Optional[str]
    name: str
    type: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


class Database:
    """One connection, and what has to be known of its database."""

    def __init__(self, connection: Any, dialect: str, split: Optional[str], client: Any = None) -> None:
        self.connection = connection
        self.dialect = dialect
        self._split = split
        self._client = client

    def run_script(self, script: str) -> None:
        """Executes all statements and commits."""
        cursor = self.connection.cursor()
        try:
            for statement in self._statements(script):
                try:
                    with interruptible(self.connection):
                        cursor.execute(statement.text)
                except Exception as error:
                    raise StatementFailed(statement, statement.offset + position_in(error, statement.text)) from error
            self.connection.commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            cursor.close()

    def ask(self, query: str, arguments: Tuple[Any, ...] = ()) -> List[Tuple[Any, ...]]:
        """The rows of a query, written with `?` for its arguments."""
        cursor = self.connection.cursor()
        try:
            self._execute(cursor, query, arguments)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def change(self, *statements: Tuple[str, Tuple[Any, ...]]) -> None:
        """Executes statements in one transaction, and commits."""
        cursor = self.connection.cursor()
        try:
            for query, arguments in statements:
                self._execute(cursor, query, arguments)
            self.connection.commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            cursor.close()

    def end_transaction(self) -> None:
        """Reading has begun one: what it holds is let go, and the next question sees what is there then."""
        self._roll_back()

    def close(self) -> None:
        """Closes what was opened; a client that the user's module keeps can be used again."""
        client = self._client
        ends = [getattr(thing, name, None) for thing in (client, self.connection) for name in ("close", "dispose")]
        for end in ends:
            if callable(end):
                # It ends with the process.
                with contextlib.suppress(Exception):
                    end()
        # Ploomber's DBAPIClient keeps the closed one.
        if getattr(client, "_connection", None) is self.connection:
            client._connection = None

    def _execute(self, cursor: Any, query: str, arguments: Tuple[Any, ...]) -> None:
        if not arguments:
            cursor.execute(query)
            return
        style = "qmark" if self.dialect == "sqlite" else _paramstyle(self.connection)
        cursor.execute(*_with_style(query, arguments, style))

    def _roll_back(self) -> None:
        # A driver without transactions, or a lost connection: what failed before is what counts.
        with contextlib.suppress(Exception):
            self.connection.rollback()

    def _statements(self, script: str) -> Iterator[Statement]:
        if self._split == _NO_SPLITTING:
            yield Statement(script, 0)
            return
        if self._split not in (None, ";"):
            yield from _split_by_token(script, self._split)
            return
        yield from split_statements(script, is_sqlite=self.dialect == "sqlite")


@contextlib.contextmanager
def interruptible(connection: Any) -> Iterator[None]:
    """psycopg2 hears of no interrupt while the server works, unless it waits in Python; then it cancels the statement."""
    psycopg2 = sys.modules.get("psycopg2")
    if psycopg2 is None or not isinstance(_driver_connection(connection), psycopg2.extensions.connection):
        yield
        return
    from psycopg2 import extensions, extras

    before = extensions.get_wait_callback()
    extensions.set_wait_callback(before or extras.wait_select)
    try:
        yield
    finally:
        # COPY, which a hook may use, does not work this way.
        extensions.set_wait_callback(before)


def open_database(client: Any, name: str) -> Database:
    """The database of a client; `name` is the dotted path that made it, for messages."""
    if client is None:
        raise TaskError(f"{name} must return a client, got None.")
    try:
        database = _open(client)
    except Exception as error:
        raise TaskError(f"No connection by {name}: {summary(error)}") from error
    if database is None:
        kind = f"{type(client).__module__}.{type(client).__name__}"
        raise TaskError(
            f"{name} returned a {kind}, which is no client of a database.",
            "Return a SQLAlchemyClient, a DBAPIClient, an engine of SQLAlchemy or a connection of a driver.",
        )
    return database


def _open(client: Any) -> Optional[Database]:
    module = type(client).__module__.split(".")[0]
    if module == "sqlalchemy":
        if hasattr(client, "raw_connection"):
            return _database(client.raw_connection(), client.dialect.name, None, client)
        if hasattr(client, "dialect") and hasattr(client, "connection"):
            return _database(client.connection, client.dialect.name, None, client)
        return None
    if hasattr(client, "split_source"):
        flavor = getattr(client, "flavor", None)
        connection = client.connection
        dialect = flavor.split("+")[0] if isinstance(flavor, str) else _driver(connection)
        split = client.split_source
        return _database(connection, dialect, None if split == "default" else split or None, client)
    if callable(getattr(client, "cursor", None)) and callable(getattr(client, "commit", None)):
        return _database(client, _driver(client), None, None)
    return None


def _database(connection: Any, dialect: str, split: Optional[str], client: Any) -> Database:
    known = _DIALECTS.get(dialect, dialect)
    # SQLite's drivers take one statement at a time; the others are asked as the user's client would ask them.
    if split is None and known != "sqlite":
        split = _NO_SPLITTING
    return Database(connection, known, split, client)


def _driver(connection: Any) -> str:
    for cls in type(connection).__mro__:
        name = cls.__module__.split(".")[0]
        if name in _DIALECTS:
            return name
    return type(connection).__module__.split(".")[0]


def _driver_connection(connection: Any) -> Any:
    """SQLAlchemy hands out a connection around the driver's."""
    inner = getattr(connection, "driver_connection", None) or getattr(connection, "dbapi_connection", None)
    return inner or connection


def _paramstyle(connection: Any) -> str:
    for cls in type(_driver_connection(connection)).__mro__:
        style = getattr(sys.modules.get(cls.__module__.split(".")[0]), "paramstyle", None)
        if isinstance(style, str):
            return style
    return "qmark"


def _with_style(query: str, arguments: Tuple[Any, ...], style: str) -> Tuple[str, Any]:
    parts = query.split("?")
    if style == "qmark":
        return query, arguments
    if style in ("format", "pyformat"):
        return "%s".join(parts), arguments
    marks = [f":{number}" if style == "numeric" else f":a{number}" for number in range(1, len(parts))]
    text = parts[0] + "".join(mark + part for mark, part in zip(marks, parts[1:]))
    return text, arguments if style == "numeric" else {f"a{n}": value for n, value in enumerate(arguments, 1)}


def position_in(error: BaseException, text: str) -> int:
    """Where in a statement its mistake is, as PostgreSQL says; else where the statement begins."""
    position = getattr(getattr(error, "diag", None), "statement_position", None)
    if position is not None and str(position).isdigit():
        return int(position) - 1
    return len(text) - len(text.lstrip())


def _split_by_token(script: str, token: Optional[str]) -> Iterator[Statement]:
    offset = 0
    for part in script.split(token):
        if part.strip():
            yield Statement(part, offset)
        offset += len(part) + len(token or "")


# What may hold a semicolon that ends no statement: text, names, comments, dollar quotes.
_OPAQUE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|;""", re.DOTALL
)


def split_statements(script: str, *, is_sqlite: bool) -> Iterator[Statement]:
    """The statements of a script, without the semicolons that end them."""
    start = 0
    for found in _OPAQUE.finditer(script):
        if found.group() != ";":
            continue
        text = script[start : found.start()]
        # The body of a trigger.
        if is_sqlite and not _is_complete(text + ";"):
            continue
        if _has_code(text):
            yield Statement(text, start)
        start = found.end()
    if _has_code(script[start:]):
        yield Statement(script[start:], start)


def _is_complete(text: str) -> bool:
    import sqlite3

    return sqlite3.complete_statement(text)


def _has_code(text: str) -> bool:
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL).strip() != ""
