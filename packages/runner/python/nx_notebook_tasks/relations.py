"""What made a relation, noted in its own database: a table `nx_notebook_stamps` with one stamp for each relation.

A stamp counts only while the relation is the one that was stamped: dropped and made anew by somebody else, it has
none. Stamps are removed before a relation is made and written last.
"""

from typing import Any, Dict, Optional, Tuple

from nx_notebook_tasks.database import Database, Relation
from nx_notebook_tasks.failures import TaskError

_TABLE = "nx_notebook_stamps"


def relation_of(payload: Dict[str, Any]) -> Relation:
    """The relation of a payload."""
    return Relation(payload["schema"], payload["name"], payload["type"])


def remove_stamp(database: Database, relation: Relation) -> None:
    """Before a relation is made: from now on nobody takes it for finished."""
    if _has_table(database, relation):
        database.change((f"DELETE FROM {_table(relation)} WHERE relation = ?", (_key(relation),)))
    database.end_transaction()


def write_stamp(database: Database, relation: Relation, stamp: str) -> None:
    """After a relation was made."""
    identity = _identity(database, relation)
    if identity is None:
        raise missing(relation)
    if not _has_table(database, relation):
        database.end_transaction()
        _make_table(database, relation)
    database.change(
        (f"DELETE FROM {_table(relation)} WHERE relation = ?", (_key(relation),)),
        (f"INSERT INTO {_table(relation)} (relation, stamp, identity) VALUES (?, ?, ?)", (_key(relation), stamp, identity)),
    )


def read_stamp(database: Database, relation: Relation) -> Optional[str]:
    """The stamp of a relation that is there and still the one that was stamped."""
    try:
        identity = _identity(database, relation)
        if identity is None or not _has_table(database, relation):
            return None
        rows = database.ask(f"SELECT stamp, identity FROM {_table(relation)} WHERE relation = ?", (_key(relation),))
        return next((str(stamp) for stamp, stamped in rows if stamped == identity), None)
    finally:
        database.end_transaction()


def missing(relation: Relation) -> TaskError:
    """A task ran and its relation is not there."""
    return TaskError(
        f"the task ran successfully but the following products are missing: the {relation.type} {relation}",
        "The script has to create {{product}}, and pipeline.yaml has to name it as [schema, name, table] or [name, view].",
    )


def kind_of(database: Database, relation: Relation) -> Optional[str]:
    """`table` or `view`; None where there is no such relation; an empty text where the database can't be asked."""
    if database.dialect == "sqlite":
        row = _sqlite_row(database, relation)
        return None if row is None else str(row[0])
    if database.dialect == "postgresql":
        rows = database.ask("SELECT relkind FROM pg_class WHERE oid = to_regclass(?)", (str(relation),))
        return {"r": "table", "p": "table", "f": "table", "v": "view", "m": "view"}.get(_text(rows[0][0])) if rows else None
    try:
        database.ask(f"SELECT 1 FROM {relation} WHERE 1 = 0")
        return ""
    except Exception:
        database.end_transaction()
        return None


def _identity(database: Database, relation: Relation) -> Optional[str]:
    """Changes when the relation is dropped and made anew."""
    if database.dialect == "sqlite":
        row = _sqlite_row(database, relation)
        return None if row is None else f"{row[0]} {row[1]} {row[2]}"
    if database.dialect == "postgresql":
        rows = database.ask(
            "SELECT oid::text, coalesce(pg_relation_filenode(oid), 0)::text,"
            " CASE WHEN relkind IN ('v', 'm') THEN md5(pg_get_viewdef(oid)) ELSE '' END"
            " FROM pg_class WHERE oid = to_regclass(?)",
            (str(relation),),
        )
        return " ".join(_text(part) for part in rows[0]) if rows else None
    return None if kind_of(database, relation) is None else "there"


def _sqlite_row(database: Database, relation: Relation) -> Optional[Tuple[Any, ...]]:
    masters = ["sqlite_master", "sqlite_temp_master"] if relation.schema is None else [f"{relation.schema}.sqlite_master"]
    for master in masters:
        query = f"SELECT type, rootpage, sql FROM {master} WHERE lower(name) = ? AND type IN ('table', 'view')"
        rows = database.ask(query, (_bare(relation.name).lower(),))
        if rows:
            return rows[0]
    return None


def _has_table(database: Database, relation: Relation) -> bool:
    return kind_of(database, Relation(relation.schema, _TABLE, "table")) is not None


def _make_table(database: Database, relation: Relation) -> None:
    columns = "relation VARCHAR(500) NOT NULL PRIMARY KEY, stamp VARCHAR(100) NOT NULL, identity VARCHAR(8000) NOT NULL"
    try:
        database.change((f"CREATE TABLE {_table(relation)} ({columns})", ()))
    except Exception:
        # Another task may have been faster.
        if not _has_table(database, relation):
            raise


def _table(relation: Relation) -> str:
    return _TABLE if relation.schema is None else f"{relation.schema}.{_TABLE}"


def _key(relation: Relation) -> str:
    """The table stands in the schema of the relation."""
    return relation.name


def _bare(name: str) -> str:
    """A name without its quotes."""
    quotes = {'"': '"', "`": "`", "[": "]"}
    return name[1:-1] if len(name) > 1 and quotes.get(name[0]) == name[-1] else name


def _text(value: Any) -> str:
    """Some drivers give PostgreSQL's internal "char" as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
