"""Loads pipelines with Ploomber and says what it makes of them.

Reads a JSON list of cases from standard input, writes one JSON object per line: what the tasks are called, what they
write and need, and the injected cell, or why Ploomber refuses. Every case has a process of its own, forked from this
one, because a pipeline may import modules and change the working directory. Runs no task.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any

from papermill.translators import papermill_translators
from ploomber.env.envdict import EnvDict
from ploomber.spec import DAGSpec
from ploomber.sources.notebooksource import NotebookSource, json_serializable_params
from ploomber.util import default

LIMIT_SECONDS = 120


def main() -> None:
    """Answers the cases in order."""
    cases = json.load(sys.stdin)
    warm_up()
    for case in cases:
        print(json.dumps({"id": case["id"], **answer_of(case)}), flush=True)


def warm_up() -> None:
    """Loads a pipeline of every kind here, so that no case has to import what Ploomber imports late."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in WARM_UP.items():
            Path(folder, name).write_text(text)
        before = os.getcwd()
        os.chdir(folder)
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dag = DAGSpec(str(Path(folder, "pipeline.yaml"))).to_dag()
            dag.render(force=True, show_progress=False)
            for name in dag._iter():
                task_data(dag[name])
        os.chdir(before)
    sys.modules.pop("warm_functions", None)


WARM_UP = {
    "pipeline.yaml": """
tasks:
  - {source: a.py, product: {nb: a.html, data: a.csv}, params: {here: "{{here}}"}}
  - {source: b.R, product: b.ipynb}
  - {source: warm_functions.make, product: c.txt}
  - {source: d.sh, product: d.txt}
""",
    "a.py": '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint(1)\n',
    "b.R": '# %% tags=["parameters"]\nupstream = list("a")\nproduct = NULL\n\n# %%\nprint(1)\n',
    "warm_functions.py": "def make(product, upstream):\n    upstream['a']\n",
    "d.sh": "echo {{upstream['a']['nb']}} > {{product}}\n",
}


def answer_of(case: dict[str, Any]) -> dict[str, Any]:
    """What a process of its own says of the case."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as answer:
            json.dump(load(case), answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    if text == "":
        return {"ok": False, "error": "the process ended without an answer"}
    return json.loads(text)


def load(case: dict[str, Any]) -> dict[str, Any]:
    """Loads and renders one pipeline, in its own folder."""
    signal.alarm(LIMIT_SECONDS)
    silence()
    warnings.simplefilter("ignore")
    os.environ.update(case.get("variables", {}))
    file = Path(case["file"])
    os.chdir(file.parent)
    try:
        dag = DAGSpec(str(file), env=environment(file, case)).to_dag()
        dag.render(force=True, show_progress=False)
        tasks = [task_data(dag[name]) for name in dag._iter()]
    except BaseException as error:  # noqa: BLE001 - SystemExit of a user's module is an answer, too
        return {"ok": False, "error": message_of(error)}
    return {"ok": True, "tasks": tasks}


def silence() -> None:
    """What Ploomber and user code print is of no interest."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def environment(file: Path, case: dict[str, Any]) -> Any:
    """Values of the env for this run, as the command line replaces them."""
    overrides = case.get("overrides", {})
    if not overrides:
        return None
    path = default.path_to_env_from_spec(str(file))
    env = EnvDict(path, path_to_here=file.parent)
    return env._replace_flatten_keys(
        {"env--" + key.replace(".", "--"): value for key, value in overrides.items()}
    )


def task_data(task: Any) -> dict[str, Any]:
    """What is compared of one task."""
    problem = None
    if isinstance(task.source, NotebookSource) and task.static_analysis != "disable":
        try:
            task.source._check_notebook(raise_=True, check_signature=False)
        except Exception as error:  # noqa: BLE001
            problem = message_of(error)
    return {
        "name": task.name,
        "kind": type(task).__name__,
        "product": task.product.to_json_serializable(),
        "upstream": sorted(task.upstream),
        "cell": cell_of(task),
        "problem": problem,
    }


def cell_of(task: Any) -> str:
    """The injected cell; for functions and templates what they are given."""
    if isinstance(task.source, NotebookSource):
        for cell in task.source.nb_obj_rendered.cells:
            if "injected-parameters" in cell.metadata.get("tags", []):
                return sorted_upstream(cell.source, task.source.language)
    values = json_serializable_params(task.params)
    if isinstance(values.get("upstream"), dict):
        values["upstream"] = dict(sorted(values["upstream"].items()))
    lines = [f"{name} = {value!r}\n" for name, value in values.items() if value is not None or name != "upstream"]
    return "".join(lines)


def sorted_upstream(source: str, language: str) -> str:
    """The same cell with the names of `upstream` in order: Ploomber's own order is that of a set."""
    if language != "python":
        return source
    lines = source.split("\n")
    for index, line in enumerate(lines):
        if not line.startswith("upstream = {"):
            continue
        value = eval(line[len("upstream = ") :])  # noqa: S307 - written by papermill
        translator = papermill_translators.find_translator("python3", "python")
        lines[index] = "upstream = " + translator.translate(dict(sorted(value.items())))
    return "\n".join(lines)


def message_of(error: BaseException) -> str:
    """The messages of an error and of everything that led to it."""
    return "".join(traceback.TracebackException.from_exception(error).format())


if __name__ == "__main__":
    main()
