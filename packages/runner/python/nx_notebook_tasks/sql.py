"""SQL tasks: a script that makes a relation, or a query whose rows become files."""

import contextlib
import sys
from typing import Any, Dict, Iterator, List, Optional

from nx_notebook_tasks import relations, table_files
from nx_notebook_tasks.calls import Call, during
from nx_notebook_tasks.database import Database, Statement, StatementFailed, interruptible, open_database, position_in
from nx_notebook_tasks.failures import TaskError, summary
from nx_notebook_tasks.function import run_with_hooks
from nx_notebook_tasks.rendering import Rendered, render, render_again
from nx_notebook_tasks.task import Task

# Lines of a statement that a failure shows, before and after the one that is to blame.
_AROUND = 10


def main(payload: Dict[str, Any]) -> None:
    """Runs the script or the query of a task with its hooks, and then notes what has made the relation."""
    task = Task(payload)
    relation = payload["relation"]

    def finish() -> None:
        if relation is not None and relation["isStamped"]:
            relations.write_stamp(databases.of_relation, relations.relation_of(relation), payload["stamp"])

    with contextlib.closing(_Databases(task, payload)) as databases:
        run_with_hooks(task, payload["hooks"], lambda: _run(task, payload, databases), finish)


class _Databases:
    """That of the task, and that of its relation, which may have a client of its own. Opened when they are needed."""

    def __init__(self, task: Task, payload: Dict[str, Any]) -> None:
        self._task = task
        self._name: str = payload["client"]["dottedPath"]
        relation = payload["relation"]
        has_own = relation is not None and relation["client"] != payload["client"]
        self._relation_call = Call(relation["client"]) if has_own else None
        self._opened: Dict[str, Database] = {}

    @property
    def of_task(self) -> Database:
        """What the script is run in."""
        if "task" not in self._opened:
            self._opened["task"] = open_database(self._task.client, self._name)
        return self._opened["task"]

    @property
    def of_relation(self) -> Database:
        """What knows the relation."""
        call = self._relation_call
        if call is None:
            return self.of_task
        if "relation" not in self._opened:
            with during(f"Client {call.dotted_path}"):
                client = call()
            self._opened["relation"] = open_database(client, call.dotted_path)
        return self._opened["relation"]

    def close(self) -> None:
        """Closes what was opened."""
        for database in self._opened.values():
            database.close()


def _run(task: Task, payload: Dict[str, Any], databases: _Databases) -> None:
    rendered = render(task, payload)
    if payload["kind"] == "sql-dump":
        _dump(rendered, databases.of_task, task, payload["chunkSize"])
    elif payload["relation"] is None:
        _execute_script(rendered, databases.of_task)
    else:
        _make_relation(rendered, databases, payload["relation"])


def _make_relation(rendered: Rendered, databases: _Databases, payload: Dict[str, Any]) -> None:
    relation = relations.relation_of(payload)
    if payload["isStamped"]:
        relations.remove_stamp(databases.of_relation, relation)
    _execute_script(rendered, databases.of_task)
    kind = relations.kind_of(databases.of_relation, relation)
    databases.of_relation.end_transaction()
    if kind is None:
        raise relations.missing(relation)
    if kind and kind != relation.type:
        print(f"warning: {relation} is a {kind}, but pipeline.yaml says {relation.type}", file=sys.stderr)


def _execute_script(rendered: Rendered, database: Database) -> None:
    try:
        database.run_script(rendered.text)
    except StatementFailed as failed:
        raise _refused(rendered, rendered.text, failed) from None


def _dump(rendered: Rendered, database: Database, task: Task, size: Optional[int]) -> None:
    path = str(task.product)
    table_files.check_format(path)
    query = render_again(rendered.text, task)
    cursor = database.connection.cursor()
    try:
        if size:
            cursor.arraysize = size
        try:
            with interruptible(database.connection):
                cursor.execute(query)
        except Exception as error:
            raise _refused_query(rendered, query, error) from None
        if cursor.description is None:
            raise TaskError("The script returned no rows to write.", "It has to be one SELECT.", file=rendered.file)
        names: List[str] = [str(column[0]) for column in cursor.description]
        if size:
            table_files.write_folder(path, _chunks(cursor, size), names)
        else:
            table_files.write_file(path, cursor.fetchall(), names)
    finally:
        cursor.close()
        database.end_transaction()


def _chunks(cursor: Any, size: int) -> Iterator[Any]:
    rows = cursor.fetchmany(size)
    while rows:
        yield rows
        rows = cursor.fetchmany(size)


def _refused_query(rendered: Rendered, query: str, error: Exception) -> TaskError:
    failed = StatementFailed(Statement(query, 0), position_in(error, query))
    failed.__cause__ = error
    return _refused(rendered, query, failed)


def _refused(rendered: Rendered, script: str, failed: StatementFailed) -> TaskError:
    """What the database said, and the statement with the line that is to blame."""
    error = failed.__cause__ or failed
    line = script.count("\n", 0, failed.offset) + 1
    first = script.count("\n", 0, failed.statement.offset) + 1
    statement = failed.statement.text
    lead = len(statement) - len(statement.lstrip())
    first += statement.count("\n", 0, lead)
    numbered = list(enumerate(statement.strip().split("\n"), first))
    shown = [(number, text) for number, text in numbered if abs(number - line) <= _AROUND]
    width = len(str(shown[-1][0])) if shown else 1
    marked = [f"{'>' if number == line else ' '} {number:{width}} | {text}".rstrip() for number, text in shown]
    return TaskError(
        summary(error),
        file=rendered.file,
        line=rendered.source_line(line),
        detail="\n".join(["Statement:", *marked, *_more(error)]),
    )


def _more(error: BaseException) -> List[str]:
    """What the database said beyond its first line: PostgreSQL adds details and hints."""
    rest = str(error).strip().split("\n")[1:]
    return ["", *rest] if rest else []
