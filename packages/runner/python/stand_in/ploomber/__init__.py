"""Stands in for the package ploomber where it isn't installed: what modules with tasks, hooks and clients import from it.

Names for defining pipelines in Python can be imported, so that a module that has such functions beside its tasks loads;
using them says what to do. Everything else is an ImportError that says the same.
"""

import sys
from typing import Any, Optional

from ploomber.env import Env, load_env, with_env

__version__ = "0.23.3"

ADVICE = (
    "nx-notebook runs pipeline.yaml without Ploomber; code that needs more of it works where ploomber is installed "
    "(pip install ploomber)"
)


class NotAvailable(RuntimeError):
    """Something of Ploomber was used that has no meaning without it."""


class _Refusing(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise NotAvailable(f"{cls.__name__} of Ploomber is not available: {ADVICE}")

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotAvailable(f"{cls.__name__}.{name} of Ploomber is not available: {ADVICE}")


def refusing(name: str, module: str) -> Any:
    """A class that can be imported and named in annotations, not used."""
    return _Refusing(name, (), {"__module__": module})


class _Finder:
    """Asked last for modules: those of Ploomber that are not here."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Optional[Any]:
        if name.startswith("ploomber."):
            raise ModuleNotFoundError(f"No module named {name!r}: {ADVICE}", name=name)
        return None


def refuse(module: str) -> Any:
    """`__getattr__` of a module: what to do about a name that it hasn't."""

    def get(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(f"cannot import name {name!r} from {module!r}: {ADVICE}", name=module)

    return get


for _name in ("DAG", "DAGConfigurator", "InMemoryDAG", "OnlineDAG", "OnlineModel", "SourceLoader"):
    globals()[_name] = refusing(_name, __name__)

sys.meta_path.append(_Finder)  # type: ignore[arg-type]
__getattr__ = refuse(__name__)

__all__ = ["Env", "load_env", "with_env"]
