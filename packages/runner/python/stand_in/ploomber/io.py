"""Decorators that make a serializer or unserializer for several formats of one function."""

import collections.abc
import functools
import importlib
import inspect
import json
import os
import pathlib
import pickle
import shutil
from typing import Any, Callable, Dict, Iterable, Optional, Union

from ploomber import refuse

Saves = Callable[[Any, Any], Any]
Loads = Callable[[Any], Any]
Fallback = Union[bool, str]


def serializer(
    extension_mapping: Optional[Dict[str, Saves]] = None,
    *,
    fallback: Fallback = False,
    defaults: Optional[Iterable[str]] = None,
    unpack: bool = False,
) -> Callable[[Saves], Saves]:
    """Saves by the extension of the product: `extension_mapping`, then `defaults`, `fallback`, the function itself."""

    def decorate(function: Saves) -> Saves:
        by_extension = _by_extension(extension_mapping, defaults, _SAVE, function, "serializer")
        dump = _fallback(fallback, "dump", function)
        _check_arguments(function, 2, "serializer")

        def choose(path: Any) -> Saves:
            extension = pathlib.Path(path).suffix
            if extension in by_extension:
                return by_extension[extension]
            return function if dump is None else functools.partial(_dump, dump)

        def save(obj: Any, product: Any) -> None:
            if unpack and isinstance(obj, collections.abc.Mapping):
                _save_each(obj, product, choose)
            else:
                choose(product)(obj, product)

        @functools.wraps(function)
        def wrapper(obj: Any, product: Any) -> None:
            if isinstance(product, collections.abc.Mapping):
                _check_keys(obj, product)
                for key, value in obj.items():
                    save(value, product[key])
            else:
                save(obj, product)

        return wrapper

    return decorate


def unserializer(
    extension_mapping: Optional[Dict[str, Loads]] = None,
    *,
    fallback: Fallback = False,
    defaults: Optional[Iterable[str]] = None,
    unpack: bool = False,
) -> Callable[[Loads], Loads]:
    """Loads by the extension of the product, as `serializer` saves."""

    def decorate(function: Loads) -> Loads:
        by_extension = _by_extension(extension_mapping, defaults, _LOAD, function, "unserializer")
        load_with = _fallback(fallback, "load", function)
        _check_arguments(function, 1, "unserializer")

        def load_one(path: Any) -> Any:
            extension = pathlib.Path(path).suffix
            if extension in by_extension:
                return by_extension[extension](path)
            return function(path) if load_with is None else _load(load_with, path)

        def load(product: Any) -> Any:
            folder = pathlib.Path(product)
            if unpack and folder.is_dir():
                return {path.name: load_one(path) for path in sorted(folder.glob("*"))}
            return load_one(product)

        @functools.wraps(function)
        def wrapper(product: Any) -> Any:
            if isinstance(product, collections.abc.Mapping):
                return {key: load(each) for key, each in product.items()}
            return load(product)

        return wrapper

    return decorate


def _by_extension(
    own: Optional[Dict[str, Any]],
    defaults: Optional[Iterable[str]],
    available: Dict[str, Any],
    function: Callable[..., Any],
    decorator: str,
) -> Dict[str, Any]:
    where = f"@{decorator} of {function.__name__!r}"
    if own is not None and not isinstance(own, collections.abc.Mapping):
        raise TypeError(f"{where}: extension_mapping must be a dictionary, got {type(own).__name__}")
    mapping = dict(own or {})
    wrong = sorted(key for key in mapping if not key.startswith("."))
    if wrong:
        raise ValueError(f"{where}: keys of extension_mapping must start with a dot, not: {', '.join(wrong)}")
    if not defaults:
        return mapping
    if isinstance(defaults, str) or not isinstance(defaults, collections.abc.Iterable):
        raise TypeError(f"{where}: defaults must be a list, got {type(defaults).__name__}")
    names = list(defaults)
    unknown = [name for name in names if name not in available]
    if unknown:
        raise ValueError(f"{where}: unexpected values in defaults: {unknown}; valid are: {', '.join(available)}")
    twice = [name for name in names if name in mapping]
    if twice:
        raise ValueError(f"{where}: keys in extension_mapping and defaults must not overlap: {twice}")
    return {**{name: available[name] for name in names}, **mapping}


def _fallback(fallback: Fallback, action: str, function: Callable[..., Any]) -> Any:
    if fallback is False:
        return None
    if fallback is True or fallback == "pickle":
        return getattr(pickle, action)
    if fallback not in ("joblib", "cloudpickle"):
        raise ValueError(
            f"Invalid fallback argument {fallback!r} in function {function.__name__!r}. "
            "Must be one of True, 'pickle', 'joblib', or 'cloudpickle'"
        )
    try:
        return getattr(importlib.import_module(fallback), action)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{fallback}, the fallback of {function.__name__!r}, is not installed (pip install {fallback})"
        ) from None


def _check_arguments(function: Callable[..., Any], count: int, decorator: str) -> None:
    found = len(inspect.signature(function).parameters)
    if found != count:
        raise TypeError(f"Expected {decorator} {function.__name__!r} to take {count} argument(s), but it takes {found}")


def _check_keys(obj: Any, product: Any) -> None:
    keys = list(product.keys())
    if not isinstance(obj, collections.abc.Mapping):
        raise TypeError(
            f"a task with several products must return a dictionary with the keys {keys}, got a {type(obj).__name__}"
        )
    missing = [key for key in keys if key not in obj]
    unexpected = [key for key in obj if key not in keys]
    if missing or unexpected:
        raise ValueError(
            "the function did not return a dictionary with the keys of its products. "
            f"Missing keys: {missing}. Unexpected keys: {unexpected}."
        )


def _save_each(obj: Any, product: Any, choose: Callable[[Any], Saves]) -> None:
    """One file for each key below a new folder."""
    folder = pathlib.Path(product)
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(str(folder))
    elif os.path.lexists(str(folder)):
        folder.unlink()
    folder.mkdir(parents=True)
    for name, value in obj.items():
        if not isinstance(name, (str, os.PathLike)):
            raise TypeError(f"a key of what is unpacked is no file name: {name!r} ({type(name).__name__})")
        path = folder / name
        choose(path)(value, path)


def _dump(dump: Any, obj: Any, product: Any) -> None:
    with open(product, "wb") as file:
        dump(obj, file)


def _load(load: Any, product: Any) -> Any:
    with open(product, "rb") as file:
        return load(file)


def _save_text(obj: Any, product: Any) -> None:
    if not isinstance(obj, str):
        raise TypeError(f"Error serializing product {product!r}: a .txt holds a str, not {type(obj).__name__}")
    pathlib.Path(product).write_text(obj)


def _save_json(obj: Any, product: Any) -> None:
    pathlib.Path(product).write_text(json.dumps(obj))


def _save_frame(method: str) -> Saves:
    def save(obj: Any, product: Any) -> None:
        write = getattr(obj, method, None)
        if write is None:
            raise TypeError(
                f"Error serializing product {product!r}: expected a pandas.DataFrame, got {type(obj).__name__}"
            )
        write(product)

    return save


def _load_frame(function: str) -> Loads:
    return lambda product: getattr(importlib.import_module("pandas"), function)(product)


_SAVE: Dict[str, Any] = {
    ".txt": _save_text,
    ".json": _save_json,
    ".csv": _save_frame("to_csv"),
    ".parquet": _save_frame("to_parquet"),
}
_LOAD: Dict[str, Any] = {
    ".txt": lambda product: pathlib.Path(product).read_text(),
    ".json": lambda product: json.loads(pathlib.Path(product).read_text()),
    ".csv": _load_frame("read_csv"),
    ".parquet": _load_frame("read_parquet"),
}


@serializer(fallback=True)
def serializer_pickle(obj: Any, product: Any) -> None:
    """Pickles everything."""


@unserializer(fallback=True)
def unserializer_pickle(product: Any) -> Any:
    """Unpickles everything."""


__getattr__ = refuse(__name__)
