"""A notebook or script as a program of its own (ScriptRunner): run by Python or Rscript, with its output streamed."""

import importlib.util
import os
import re
import shutil
import sys
import tempfile
from typing import Any, Dict, List, Optional

from nx_notebook_tasks.calls import STAND_IN
from nx_notebook_tasks.failures import TaskError
from nx_notebook_tasks.processes import Ended, run_program


def main(payload: Dict[str, Any]) -> None:
    """Runs the script; any exit code but 0 is a failure."""
    folder = tempfile.mkdtemp(prefix="nx-notebook-")
    try:
        is_r = payload["language"] == "r"
        script = os.path.join(folder, os.path.splitext(os.path.basename(payload["file"]))[0] + (".R" if is_r else ".py"))
        with open(script, "w", encoding="utf-8", newline="\n") as file:
            file.write(payload["code"] + "\n")
        program = shutil.which("Rscript") if is_r else sys.executable
        if program is None:
            raise TaskError("The program Rscript was not found.", "Install R, or correct PATH.", file=payload["file"])
        ended = run_program([program, script], env=_environment(payload))
        if ended.code != 0:
            raise _failure(payload, script, ended)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(payload: Dict[str, Any]) -> Dict[str, str]:
    """The folder of the source can be imported from, after what PYTHONPATH has."""
    last = [payload["pythonPath"]]
    if importlib.util.find_spec("ploomber") is None:
        last.append(STAND_IN)
    known = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    # Output of a pipe is else held back until the end.
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*known, *last]), "PYTHONUNBUFFERED": "1"}


def _failure(payload: Dict[str, Any], script: str, ended: Ended) -> TaskError:
    named = re.findall(r'File "' + re.escape(script) + r'", line (\d+)', ended.stderr)
    line = _source_line(payload["lines"], int(named[-1])) if named else None
    # The last line of a traceback; R says what happened there, too.
    words = [text for text in ended.stderr.strip().split("\n") if text.strip()]
    last = [text for text in words if not text.startswith((" ", "Execution halted", "Calls:"))][-1:]
    said = ": " + last[0].strip() if last else "."
    name = os.path.basename(payload["file"])
    return TaskError(
        f"Script {payload['name']} {ended.how}{said}",
        file=payload["file"] if line is not None else None,
        line=line,
        detail="" if not words else "Last error output:\n" + _with_source_lines(ended.stderr, script, name, payload["lines"]),
    )


def _source_line(lines: List[Optional[int]], line: int) -> Optional[int]:
    return lines[line - 1] if 0 < line <= len(lines) else None


def _with_source_lines(stderr: str, script: str, name: str, lines: List[Optional[int]]) -> str:
    """The error output with the lines of the user's file in place of those of the temporary one."""

    def replace(match: "re.Match[str]") -> str:
        line = _source_line(lines, int(match.group(1)))
        return f'File "{name}", line {line}' if line is not None else f'File "{name}", in the injected parameters'

    text = re.sub(r'File "' + re.escape(script) + r'", line (\d+)', replace, stderr)
    return text.replace(script, name)
