"""How a task failed: the place in the user's code, and a traceback without the frames of this package."""

import contextlib
import inspect
import os
import traceback
from types import TracebackType
from typing import Any, Dict, Iterator, List, Optional

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Told(Exception):
    """Ends the cell of a task whose failure was answered already."""

    def _render_traceback_(self) -> List[str]:
        """IPython shows this in place of a traceback; all of it stands in the answer."""
        return [str(self)]


class TaskError(Exception):
    """A mistake of the user that is no exception of their code: a message, the next step and maybe a place."""

    def __init__(
        self,
        message: str,
        hint: Optional[str] = None,
        *,
        file: Optional[str] = None,
        line: Optional[int] = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.file = file
        self.line = line
        # Shown in place of a traceback.
        self.detail = detail


def describe(error: BaseException) -> Dict[str, Any]:
    """The answer that tells of a failure."""
    own = isinstance(error, TaskError)
    shown = error.__cause__ if own else error
    place = _place_of(shown)
    if isinstance(error, TaskError) and error.file is not None:
        place = {"file": error.file, "line": error.line or 1}
    stops = _stops_early(error)
    return {
        "status": "failed",
        "message": _message(error, stops),
        "hint": _EARLY_STOP if stops else getattr(error, "hint", None) if own else None,
        "place": place,
        "traceback": getattr(error, "detail", "") if shown is None or stops else traceback_text(shown),
        "marks": getattr(error, "_nx_notebook_marks", {}),
    }


_EARLY_STOP = (
    "DAGBuildEarlyStop ends the task without products: nothing is stored, what depends on it does not run, the rest does. "
    "Write empty products where what comes after should run."
)


def _stops_early(error: BaseException) -> bool:
    return any(one.__name__ == "DAGBuildEarlyStop" and one.__module__.startswith("ploomber") for one in type(error).__mro__)


def _message(error: BaseException, stops: bool) -> str:
    if isinstance(error, TaskError):
        return str(error)
    what = getattr(error, "_nx_notebook_what", None)
    if what is None:
        return summary(error)
    if stops:
        return f"{what} stopped the pipeline: {error}"
    if isinstance(error, KeyboardInterrupt):
        return f"{what} was interrupted."
    if isinstance(error, SystemExit):
        return f"{what} ended with sys.exit({error.code!r})."
    return f"{what} raised {summary(error)}"


def mark(error: BaseException, name: str, value: Any) -> None:
    """Leaves word in the answer for whoever started the task."""
    with contextlib.suppress(Exception):
        error._nx_notebook_marks = {**getattr(error, "_nx_notebook_marks", {}), name: value}  # type: ignore[attr-defined]


@contextlib.contextmanager
def marked(name: str, value: Any) -> Iterator[None]:
    """The same for all that is raised inside."""
    try:
        yield
    except BaseException as error:
        mark(error, name, value)
        raise


def place_of_function(function: Any) -> Dict[str, Any]:
    """Where a function begins, for a TaskError."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return {} if code is None else {"file": code.co_filename, "line": code.co_firstlineno}


def summary(error: BaseException) -> str:
    """`ValueError: boom`, the last line of a traceback."""
    if isinstance(error, TaskError):
        return str(error)
    try:
        text = str(error).strip()
    except Exception:
        # Whatever the user's __str__ does.
        text = ""
    first = text.split("\n")[0]
    if len(first) > _SUMMARY:
        first = first[:_SUMMARY] + " ..."
    return type(error).__name__ + (": " + first if first else "")


# Characters of an error's text in a message; some libraries put whole tables there. The traceback has all of it.
_SUMMARY = 200


def is_own(file: str) -> bool:
    """Whether a frame belongs to the runtime and not to the user."""
    return os.path.abspath(file).startswith(_OWN)


def traceback_text(error: BaseException) -> str:
    """The traceback as Python prints it, without our frames."""
    shown = traceback.TracebackException.from_exception(error)
    _hide_own(shown, set())
    return "".join(shown.format())


def _hide_own(shown: Any, seen: set) -> None:
    if shown is None or id(shown) in seen:
        return
    seen.add(id(shown))
    frames = [frame for frame in shown.stack if not is_own(frame.filename) and not _is_machinery(frame.filename)]
    shown.stack = traceback.StackSummary.from_list(frames)
    for other in (shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ())):
        _hide_own(other, seen)


def _is_machinery(file: str) -> bool:
    """The frames between an import of a module and its first line."""
    return file.startswith("<frozen importlib") or file.endswith(os.path.join("importlib", "__init__.py"))


def _place_of(error: Optional[BaseException]) -> Optional[Dict[str, Any]]:
    """The innermost line of the user's own files: not in installed packages, where there is such a line."""
    if error is None:
        return None
    if isinstance(error, SyntaxError) and error.filename and error.lineno and os.path.isfile(error.filename):
        return {"file": os.path.abspath(error.filename), "line": error.lineno}
    places = _frames(error.__traceback__)
    own = [place for place in places if not _is_installed(place["file"])]
    return (own or places or [None])[-1]


def _frames(step: Optional[TracebackType]) -> List[Dict[str, Any]]:
    found = []
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if os.path.isfile(file) and not is_own(file) and not _is_machinery(file):
            found.append({"file": os.path.abspath(file), "line": step.tb_lineno})
        step = step.tb_next
    return found


def _is_installed(file: str) -> bool:
    parts = file.replace("\\", "/").split("/")
    library = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
    return "site-packages" in parts or "dist-packages" in parts or file.startswith(library)
