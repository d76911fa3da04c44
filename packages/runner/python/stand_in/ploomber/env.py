"""`env.yaml` for functions: `@with_env` passes it as the first argument."""

import ast
import datetime
import functools
import getpass
import inspect
import os
import pathlib
import subprocess
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple

_CURRENT: "list[Env]" = []


class Namespace(Mapping[str, Any]):
    """A part of env.yaml; keys are attributes, too."""

    def __init__(self, data: Dict[str, Any]) -> None:
        self._data = data

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __getitem__(self, key: str) -> Any:
        if key not in self._data:
            raise KeyError(f"env.yaml has no key {key!r} here; it has: {', '.join(map(str, self._data))}")
        value = self._data[key]
        return Namespace(value) if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._data!r})"


class Env(Namespace):
    """All of env.yaml, with placeholders replaced."""

    def __init__(self, source: Any = "env.yaml") -> None:
        super().__init__(_load(source, {}))

    @classmethod
    def load(cls) -> "Env":
        """The one that a function with `@with_env` runs in."""
        if not _CURRENT:
            raise RuntimeError("Env is not set: it is there while a function with @with_env runs")
        return _CURRENT[-1]


def with_env(source: Any = "env.yaml") -> Callable[..., Any]:
    """Passes env.yaml, another file or a mapping as first argument; `env__a__b=value` replaces a value."""
    if callable(source):
        return with_env("env.yaml")(source)  # type: ignore[no-any-return]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = _without_env(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            replaced = {name: kwargs.pop(name) for name in list(kwargs) if name.startswith("env__")}
            env = Env.__new__(Env)
            Namespace.__init__(env, _load(source, replaced))
            _CURRENT.append(env)
            try:
                return function(env, *args, **kwargs)
            finally:
                _CURRENT.pop()

        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        return wrapper

    return decorate


def load_env(function: Callable[..., Any]) -> Callable[..., Any]:
    """Passes the current env as first argument."""
    signature = _without_env(function)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(Env.load(), *args, **kwargs)

    wrapper.__signature__ = signature  # type: ignore[attr-defined]
    return wrapper


def _without_env(function: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(function)
    names = list(signature.parameters)
    if not names or names[0] != "env":
        raise RuntimeError(f'Function "{function.__name__}" must have "env" as its first argument')
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def _load(source: Any, replaced: Dict[str, Any]) -> Dict[str, Any]:
    raw, folder = (dict(source), None) if isinstance(source, Mapping) else _read(source)
    for name, value in replaced.items():
        keys = name.split("__")[1:]
        inner = raw
        for key in keys[:-1]:
            inner = inner[key]
        if keys[-1] not in inner:
            raise KeyError(f"env.yaml has no key {'.'.join(keys)}")
        inner[keys[-1]] = value
    raw.pop("meta", None)
    known: Dict[str, Any] = _defaults(folder)
    loaded: Dict[str, Any] = {}
    for key, value in raw.items():
        loaded[key] = known[key] = _expand(value, known, is_path=key == "path")
    return loaded


def _read(source: Any) -> Tuple[Dict[str, Any], Optional[pathlib.Path]]:
    """The nearest file of that name in the working directory or above it."""
    import yaml

    name = os.environ.get("PLOOMBER_ENV_FILENAME", source) if source == "env.yaml" else source
    start = pathlib.Path.cwd()
    for folder in (start, *list(start.parents)[:6]):
        file = folder / name
        if file.is_file():
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
            if not isinstance(content, dict):
                raise ValueError(f"{file} must be a mapping")
            other = (content.get("meta") or {}).get("import_from")
            if other:
                base, _ = _read(str(file.parent / other))
                content = _merge(base, content)
            return content, file.parent
    raise FileNotFoundError(f"there is no {name} in {start} or above it")


def _merge(base: Dict[str, Any], over: Dict[str, Any]) -> Dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _defaults(folder: Optional[pathlib.Path]) -> Dict[str, Any]:
    values: Dict[str, Any] = {
        "user": getpass.getuser(),
        "cwd": str(pathlib.Path.cwd()),
        "now": datetime.datetime.now().isoformat(),
        "env": dict(os.environ),
    }
    if folder is not None:
        values["here"] = values["root"] = str(folder.resolve())
    return values


def _expand(value: Any, known: Dict[str, Any], *, is_path: bool) -> Any:
    if isinstance(value, dict):
        return {key: _expand(each, known, is_path=is_path) for key, each in value.items()}
    if isinstance(value, list):
        return [_expand(each, known, is_path=False) for each in value]
    if not isinstance(value, str):
        return value
    text = _render(value, known) if "{{" in value else value
    if is_path:
        path = pathlib.Path(text)
        if text.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        return path
    return _cast(text)


def _render(text: str, known: Dict[str, Any]) -> str:
    import jinja2

    template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text)
    if "git" in text:
        known = {**known, **_git()}
    try:
        return template.render(**known)
    except jinja2.UndefinedError as error:
        raise ValueError(f"Error replacing placeholders in env.yaml: {text!r}: {error}") from None


def _git() -> Dict[str, str]:
    def run(*command: str) -> Optional[str]:
        done = subprocess.run(["git", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return done.stdout.decode().strip() if done.returncode == 0 else None

    described = run("describe", "--tags", "--always", "--dirty=-dirty")
    if described is None:
        return {}
    return {"git_hash": described, "git": run("symbolic-ref", "--short", "HEAD") or described}


def _cast(text: str) -> Any:
    word = text.lower()
    if word in ("true", "false", "none", "null"):
        return {"true": True, "false": False}.get(word)
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
