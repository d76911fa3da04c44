"""Functions of the user, by their dotted paths: imported and called, with failures that say what was called."""

import contextlib
import importlib
import os
import sys
from typing import Any, Callable, Dict, Iterator, List

from nx_notebook_tasks import failures, values

STAND_IN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stand_in")


def prepare_path(paths: Dict[str, List[str]]) -> None:
    """The pipeline's folder comes first, as in Ploomber; parts of Ploomber that code imports come last."""
    for folder in reversed(paths["first"]):
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path.insert(0, folder)
    sys.path.extend(folder for folder in (*paths["last"], STAND_IN) if folder not in sys.path)


class Call:
    """A dotted path with its keyword arguments."""

    def __init__(self, json: Dict[str, Any]) -> None:
        self.dotted_path: str = json["dottedPath"]
        self._module: str = json["module"]
        self._name: str = json["name"]
        self.kwargs = values.decode_params(json["kwargs"])
        self._place = json["place"]

    def load(self) -> Callable[..., Any]:
        """Imports the function."""
        try:
            module = importlib.import_module(self._module)
        except ModuleNotFoundError as error:
            if error.name is None or not (self._module + ".").startswith(error.name + "."):
                # A module that the user's module imports.
                raise
            raise self._error(
                f'An error occured when trying to import dotted path "{self.dotted_path}": {error}',
                "Correct the path, or make the module a file below the folder of pipeline.yaml.",
            ) from None
        function: Any = module
        for name in self._name.split("."):
            if not hasattr(function, name):
                raise self._error(
                    f"Could not get '{self._name}' from module '{self._module}' ({getattr(module, '__file__', None)}).",
                    "Ensure it is defined in that module.",
                )
            function = getattr(function, name)
        if not callable(function):
            raise self._error(f'"{self.dotted_path}" is no function.', "Name a function.")
        return function  # type: ignore[no-any-return]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.load()(*args, **{**self.kwargs, **kwargs})

    def _error(self, message: str, hint: str) -> failures.TaskError:
        return failures.TaskError(message, hint, file=self._place["file"], line=self._place["line"])


@contextlib.contextmanager
def during(what: str) -> Iterator[None]:
    """A failure inside says what failed: `on_finish hook hooks.check`."""
    try:
        yield
    except BaseException as error:
        # The innermost is the most exact one.
        with contextlib.suppress(Exception):
            if not hasattr(error, "_nx_notebook_what"):
                error._nx_notebook_what = what  # type: ignore[attr-defined]
        raise
