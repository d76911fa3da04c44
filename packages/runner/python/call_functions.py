"""Calls functions of the user whose results are parameters: reads all calls from standard input, writes all answers, in
one process. What the functions print is no answer: it goes to the error output.
"""

import json
import os
import sys
from typing import Any, Dict


def main() -> None:
    """Answers for each call, in order; the first failure is the last answer."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path[0] = os.path.dirname(os.path.abspath(__file__))
    from nx_notebook_tasks import calls

    # Nothing of ours can be imported from the user's code.
    sys.path.pop(0)
    payload = json.load(sys.stdin)
    calls.prepare_path(payload["paths"])
    found = []
    for call in payload["calls"]:
        found.append(_answer(call))
        if found[-1]["status"] == "failed":
            break
    sys.stdout.flush()
    json.dump(found, answers)
    answers.flush()


def _answer(json_call: Dict[str, Any]) -> Dict[str, Any]:
    from nx_notebook_tasks import calls, failures, values

    call = calls.Call(json_call)
    try:
        with calls.during(f"Function {call.dotted_path}"):
            value = call()
        if value is None:
            raise failures.TaskError(
                f'Error calling dotted path "{call.dotted_path}". Expected a value but got None.', "Return the value."
            )
        try:
            return {"status": "done", "value": values.encode(value)}
        except values.Unsupported as error:
            raise failures.TaskError(
                f"Function {call.dotted_path} returned what no parameter can be: {error}.",
                "Return a bool, number, text, list, tuple, dict or date.",
            ) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return failures.describe(error)


main()
