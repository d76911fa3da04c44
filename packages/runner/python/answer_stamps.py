"""Answers what the stamps of relations are: a question in JSON on each line of standard input, an answer on each line of
standard output. Runs the client functions of one pipeline; ends with its input.
"""

import json
import os
import sys
from typing import Any, Dict


def main() -> None:
    """Answers until nobody asks any more."""
    # What the user's code prints is no answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path[0] = os.path.dirname(os.path.abspath(__file__))
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), file=answers, flush=True)


def _answer(question: Dict[str, Any]) -> Dict[str, Any]:
    from nx_notebook_tasks import calls, database, failures, relations

    try:
        calls.prepare_path(question["paths"])
        call = calls.Call(question["client"])
        with calls.during(f"Client {call.dotted_path}"):
            client = call()
        opened = database.open_database(client, call.dotted_path)
        try:
            stamp = relations.read_stamp(opened, relations.relation_of(question["relation"]))
        finally:
            opened.close()
    except Exception as error:
        told = failures.describe(error)
        return {"status": "unknown", "message": told["message"], "hint": told["hint"]}
    return {"status": "absent"} if stamp is None else {"status": "stamped", "stamp": stamp}


main()
