"""A shell task: the rendered script is run by bash, or by the command of the task's client."""

import os
import re
import shlex
import shutil
import tempfile
from typing import Any, Dict, List, Optional, Tuple

from nx_notebook_tasks.failures import TaskError
from nx_notebook_tasks.function import run_with_hooks
from nx_notebook_tasks.processes import Ended, run_program
from nx_notebook_tasks.rendering import Rendered, import_jinja2, render
from nx_notebook_tasks.task import Task

# bash reads it before the script: notes the line and the status of each command that fails outside of a condition. The
# script itself stays as it is, and what it starts does not inherit the file.
_NOTE_LINES = """trap 'printf "%s %s\\n" "$?" "$LINENO" >"{notes}"' ERR
if [ -n "${{NX_NOTEBOOK_BASH_ENV+x}}" ]; then
  BASH_ENV=$NX_NOTEBOOK_BASH_ENV
  unset NX_NOTEBOOK_BASH_ENV
  . "$BASH_ENV"
else
  unset BASH_ENV
fi
"""


def main(payload: Dict[str, Any]) -> None:
    """Runs the script of a task with its hooks."""
    task = Task(payload)
    run_with_hooks(task, payload["hooks"], lambda: _run_task(task, payload))


def _run_task(task: Task, payload: Dict[str, Any]) -> None:
    rendered = render(task, payload)
    client = task.client
    if client is not None and not hasattr(client, "run_template"):
        # Of another machine, for example: it knows how to run a script.
        client.execute(rendered.text)
        return
    command = "bash {{path_to_code}}" if client is None else client.run_template
    folder = tempfile.mkdtemp(prefix="nx-notebook-")
    try:
        _run(rendered, command, folder, _options(client))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(rendered: Rendered, template: str, folder: str, options: Dict[str, Any]) -> None:
    script = os.path.join(folder, os.path.basename(rendered.file))
    with open(script, "w", encoding="utf-8", newline="\n") as file:
        file.write(rendered.text)
    environment = import_jinja2().Environment()
    words = shlex.split(environment.from_string(template).render(path_to_code=shlex.quote(script)))
    if not words or shutil.which(words[0]) is None:
        program = words[0] if words else template
        raise TaskError(f"The program {program} was not found.", "Install it, or correct PATH.", file=rendered.file)
    notes = os.path.join(folder, "notes")
    ended = run_program(words, **_with_notes(options, folder, notes))
    if ended.code != 0:
        raise _failure(rendered, words[0], script, ended, _noted(notes))


def _options(client: Any) -> Dict[str, Any]:
    """What the client wants of the process, but for its streams, which are shown."""
    wanted = dict(getattr(client, "subprocess_run_kwargs", None) or {})
    return {name: wanted[name] for name in ("cwd", "env") if wanted.get(name) is not None}


def _with_notes(options: Dict[str, Any], folder: str, notes: str) -> Dict[str, Any]:
    env = dict(options.get("env") or os.environ)
    file = os.path.join(folder, "bash-env")
    with open(file, "w", encoding="utf-8") as text:
        text.write(_NOTE_LINES.format(notes=notes))
    if env.get("BASH_ENV"):
        env["NX_NOTEBOOK_BASH_ENV"] = env["BASH_ENV"]
    env["BASH_ENV"] = file
    return {**options, "env": env}


def _noted(notes: str) -> Optional[Tuple[int, int]]:
    """Status and line of the command that failed last."""
    try:
        with open(notes, encoding="utf-8") as file:
            status, line = file.read().split()
    except (OSError, ValueError):
        return None
    return int(status), int(line)


def _failure(
    rendered: Rendered, program: str, script: str, ended: Ended, noted: Optional[Tuple[int, int]]
) -> TaskError:
    line = _line_of(script, ended, noted)
    lines = rendered.text.split("\n")
    shown = "" if line is None or line > len(lines) else f": {lines[line - 1].strip()}"
    where = "" if line is None else f" at line {line}"
    source = None if line is None else rendered.source_line(line)
    of = "" if line is None or source == line else " of the rendered script"
    return TaskError(
        f"{os.path.basename(program)} {ended.how}{where}{of}{shown}", file=rendered.file, line=source
    )


def _line_of(script: str, ended: Ended, noted: Optional[Tuple[int, int]]) -> Optional[int]:
    """The line that bash names last, or that of the failed command, if it is what the script ended with."""
    if noted is not None and noted[0] == ended.code:
        return noted[1]
    named: List[str] = re.findall(re.escape(script) + r": line (\d+):", ended.stderr)
    return int(named[-1]) if named else None
