"""Rows of a query as files: one file, or a folder with one file for each chunk. What was there before is replaced when
everything is written, and not before.
"""

import csv
import os
import shutil
import uuid
from typing import Any, Callable, Iterable, List, Optional, Sequence

from nx_notebook_tasks.failures import TaskError

Rows = Sequence[Sequence[Any]]
Writer = Callable[[str, Rows, List[str]], None]


def write_file(path: str, rows: Rows, names: List[str]) -> None:
    """Everything in one file."""
    with _Replacement(path) as temporary:
        _writer(path)(temporary, rows, names)


def write_folder(path: str, chunks: Iterable[Rows], names: List[str]) -> None:
    """A folder with `0.csv`, `1.csv`, ..."""
    write, extension = _writer(path), _extension(path)
    with _Replacement(path) as temporary:
        os.mkdir(temporary)
        for index, rows in enumerate(chunks):
            write(os.path.join(temporary, f"{index}.{extension}"), rows, names)


def check_format(path: str) -> None:
    """Fails if what the format needs is not installed."""
    if _extension(path) == "parquet":
        _pyarrow(path)


class _Replacement:
    """A path beside the product, which takes its place at the end."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._folder = ""

    def __enter__(self) -> str:
        parent = os.path.dirname(os.path.abspath(self._path))
        os.makedirs(parent, exist_ok=True)
        # The name of temporary files wherever this tool writes.
        self._folder = os.path.join(parent, f".nxnb-{uuid.uuid4().hex[:24]}")
        os.mkdir(self._folder)
        return os.path.join(self._folder, os.path.basename(self._path))

    def __exit__(self, kind: Any, *_: Any) -> None:
        try:
            if kind is None:
                written = os.path.join(self._folder, os.path.basename(self._path))
                # A file and a folder can't replace each other in one go.
                if os.path.isdir(self._path) and not os.path.islink(self._path):
                    os.rename(self._path, os.path.join(self._folder, "old"))
                elif os.path.isdir(written) and os.path.lexists(self._path):
                    os.remove(self._path)
                os.replace(written, self._path)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


def _extension(path: str) -> str:
    return "parquet" if path.endswith(".parquet") else "csv"


def _writer(path: str) -> Writer:
    return _ParquetWriter(_pyarrow(path)) if _extension(path) == "parquet" else _write_csv


def _write_csv(path: str, rows: Rows, names: List[str]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, dialect=csv.unix_dialect)
        writer.writerow(names)
        writer.writerows(rows)


def _pyarrow(path: str) -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise TaskError(
            f"{os.path.basename(path)} can't be written: parquet needs pyarrow.",
            "Install it (pip install pyarrow), or let the product end in .csv.",
        ) from None
    return pyarrow


class _ParquetWriter:
    """Gives later chunks the types of the first one where their values allow it: a column may be empty in a chunk."""

    def __init__(self, pyarrow: Any) -> None:
        self._pyarrow = pyarrow
        self._types: Optional[List[Any]] = None

    def __call__(self, path: str, rows: Rows, names: List[str]) -> None:
        columns = [[row[index] for row in rows] for index in range(len(names))]
        types = self._types or [None] * len(names)
        arrays = [self._array(column, type_) for column, type_ in zip(columns, types)]
        self._types = self._types or [array.type for array in arrays]
        self._pyarrow.parquet.write_table(self._pyarrow.Table.from_arrays(arrays, names=names), path)

    def _array(self, column: List[Any], type_: Any) -> Any:
        if type_ is None:
            return self._pyarrow.array(column)
        try:
            return self._pyarrow.array(column, type=type_)
        except (self._pyarrow.ArrowInvalid, self._pyarrow.ArrowTypeError, self._pyarrow.ArrowNotImplementedError):
            return self._pyarrow.array(column)
