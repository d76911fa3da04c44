"""A function of the user as a task, with its hooks around it, all in one process."""

import sys
from typing import Any, Callable, Dict, Optional

from nx_notebook_tasks import failures, products
from nx_notebook_tasks.calls import Call, during
from nx_notebook_tasks.task import Task


def main(payload: Dict[str, Any]) -> None:
    """Calls on_render, the function, and on_finish or on_failure."""
    task = Task(payload)
    run_with_hooks(task, payload["hooks"], lambda: _run(task, payload))


def run_with_hooks(
    task: Task, hooks: Dict[str, Any], run: Callable[[], None], finish: Callable[[], None] = lambda: None
) -> None:
    """Runs a task of any kind between its hooks, and `finish` last; the task's client is closed at the end."""
    try:
        if hooks["onRender"] is not None:
            with failures.marked("isHook", True):
                task.run_hook("on_render", hooks["onRender"])
        try:
            run()
        except KeyboardInterrupt:
            # Little time is left; whoever has stopped the task calls on_failure if it was a time-out.
            raise
        except BaseException as error:
            if hooks["onFailure"] is not None:
                run_on_failure(task, hooks["onFailure"])
                failures.mark(error, "onFailureRan", True)
            raise
        if hooks["onFinish"] is not None:
            with failures.marked("isHook", True):
                task.run_hook("on_finish", hooks["onFinish"])
        finish()
    finally:
        task.close()


def run_on_failure(task: Task, hook: Dict[str, Any]) -> None:
    """Its own failure is told and changes nothing: the task has failed already."""
    try:
        task.run_hook("on_failure", hook)
    except Exception as error:
        what = failures.describe(error)
        print(f"warning: {what['message']}\n{what['traceback']}", file=sys.stderr, end="")


def _run(task: Task, payload: Dict[str, Any]) -> None:
    call = Call(payload["call"])
    serializer = _call_of(payload["serializer"])
    unserializer = _call_of(payload["unserializer"])
    with during(f"Function {call.dotted_path}"):
        function = call.load()
        # Whatever Ploomber is installed: its serializers are imported now.
        serialize = None if serializer is None else serializer.load()
        unserialize = None if unserializer is None else unserializer.load()
        products.be_known_to_ploomber()
        arguments = task.arguments()
        if serialize is not None:
            del arguments["product"]
        if task.inputs is not None and unserializer is not None and unserialize is not None:
            with during(f"Unserializer {unserializer.dotted_path}"):
                arguments["upstream"] = _loaded(task, unserialize, unserializer.kwargs)
        returned = _call(function, {**call.kwargs, **arguments})
        if serializer is None or serialize is None:
            return
        if returned is None:
            raise failures.TaskError(
                f"Callable {call.dotted_path} must return a value if task is initialized with a serializer.",
                "Return the object to save, or opt out with `serializer: null`.",
                **failures.place_of_function(function),
            )
        with during(f"Serializer {serializer.dotted_path}"):
            serialize(returned, task.product, **serializer.kwargs)


def _call_of(json: Optional[Dict[str, Any]]) -> Optional[Call]:
    return None if json is None else Call(json)


def _call(function: Any, arguments: Dict[str, Any]) -> Any:
    try:
        return function(**arguments)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise
        # The function is done: its products are looked at all the same.
        return None


def _loaded(task: Task, unserialize: Any, kwargs: Dict[str, Any]) -> products.Upstream:
    """What the upstream functions returned; of a wildcard each of them."""

    def load(product: Any) -> Any:
        if isinstance(product, dict):
            return {name: load(each) for name, each in product.items()}
        return unserialize(product, **kwargs)

    assert task.inputs is not None
    return products.Upstream({name: load(product) for name, product in task.inputs.items()}, task.name)
