"""One hook in a process of its own: of a task that is no function, or of the pipeline."""

from typing import Any, Dict

from nx_notebook_tasks import function, products
from nx_notebook_tasks.calls import Call, during, prepare_path
from nx_notebook_tasks.task import Task, UpstreamTask, required


def main(payload: Dict[str, Any]) -> None:
    """Calls a hook with the arguments that it asks for."""
    role, call = payload["role"], payload["call"]
    if "pipeline" in payload:
        _run_of_pipeline(role, call, payload["pipeline"])
        return
    task = Task(payload["task"])
    try:
        if role == "on_failure":
            function.run_on_failure(task, call)
        else:
            task.run_hook(role, call)
    finally:
        task.close()


def _run_of_pipeline(role: str, json: Dict[str, Any], pipeline: Dict[str, Any]) -> None:
    prepare_path(pipeline["paths"])
    call = Call(json)
    tasks = {name: UpstreamTask(name, products.decode(product)) for name, product in pipeline["tasks"]}
    with during(f"{role} hook {call.dotted_path}"):
        asked = required(call.load())
        available: Dict[str, Any] = {
            "dag": Dag(pipeline["name"], tasks),
            "report": Report(list(tasks)),
            "traceback": pipeline["traceback"],
        }
        call(**{name: value for name, value in available.items() if name in asked})


class Dag(Dict[str, UpstreamTask]):
    """The tasks of the pipeline by name, with their products: what is left of Ploomber's DAG."""

    def __init__(self, name: str, tasks: Dict[str, UpstreamTask]) -> None:
        super().__init__(tasks)
        self.name = name

    def __repr__(self) -> str:
        return f'DAG("{self.name}")'

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a dag has no {name!r} here: its name, and tasks with name and product, are all that a hook can use")


class Report:
    """What on_finish of a pipeline is given as `report`: the names of the tasks, which all are done."""

    def __init__(self, tasks: "list[str]") -> None:
        self._tasks = tasks

    def __getitem__(self, column: str) -> "list[str]":
        if column == "name":
            return list(self._tasks)
        raise KeyError(
            f"{column!r}: a hook is given the names of the tasks only; when they ran and how long is shown by the report target"
        )

    def __len__(self) -> int:
        return len(self._tasks)

    def __str__(self) -> str:
        return "\n".join(["name", "----", *self._tasks])

    __repr__ = __str__
