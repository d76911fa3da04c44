"""Products: files and mappings of files are those that tasks are given."""

import importlib.util
import os
import sys
from typing import Any

from ploomber import refuse, refusing


def _runtime() -> Any:
    """The classes of the process that calls tasks; in a notebook's process they are loaded for the first time."""
    name = "nx_notebook_tasks.products"
    if name in sys.modules:
        return sys.modules[name]
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, "nx_notebook_tasks", "products.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


File = _runtime().File
MetaProduct = _runtime().Files

for _name in (
    "Product",
    "SQLRelation",
    "SQLiteRelation",
    "PostgresRelation",
    "GenericProduct",
    "GenericSQLRelation",
    "EmptyProduct",
):
    globals()[_name] = refusing(_name, __name__)

__getattr__ = refuse(__name__)
