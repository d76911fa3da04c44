"""What tasks that are no notebooks are executed by: one module for each kind of task, with a function `main`.

Loaded by path inside the kernel of a task, never installed. Imports only the standard library at top level. Answers with
a marked output of the cell, so that nothing that the task prints can be taken for an answer.
"""

import importlib
import json
from typing import Any, Callable, Dict, Optional

ANSWER = "application/vnd.nx-notebook.answer+json"


def run(entry: str, payload: str) -> None:
    """Calls `main` of a module of this package; what it returns, or how it failed, becomes the answer."""
    __tracebackhide__ = True
    from nx_notebook_tasks import failures

    failure = None
    try:
        main: Callable[[Dict[str, Any]], Optional[Dict[str, Any]]]
        main = importlib.import_module("nx_notebook_tasks." + entry).main
        answer({"status": "done", "value": main(json.loads(payload))})
    except KeyboardInterrupt as interrupt:
        # The kernel's own word for a time-out; where the code was is worth to know all the same.
        answer(failures.describe(interrupt))
        raise
    except BaseException as error:
        failure = error
    if failure is not None:
        answer(failures.describe(failure))
        raise failures.Told(failures.summary(failure)) from None


def answer(data: Dict[str, Any]) -> None:
    """Sends data to whoever started the task."""
    from IPython.display import publish_display_data

    publish_display_data({ANSWER: data})
