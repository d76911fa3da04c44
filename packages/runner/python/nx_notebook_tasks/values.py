"""Python values as JSON and back; `payload-value.ts` is the other side."""

import ast
import datetime
from typing import Any, Dict, List


class Unsupported(TypeError):
    """A value that has no form as data."""


def decode(json: Any) -> Any:
    """The value that the loader of pipeline.yaml has read."""
    if isinstance(json, list):
        return [decode(item) for item in json]
    if not isinstance(json, dict):
        return json
    ((kind, content),) = json.items()
    if kind == "int":
        return int(content)
    if kind == "float":
        return float(content)
    if kind == "tuple":
        return tuple(decode(item) for item in content)
    if kind == "set":
        return {decode(item) for item in content}
    if kind == "dict":
        return {decode(key): decode(value) for key, value in content}
    return _decode_other(*content)


def _decode_other(kind: str, text: str) -> Any:
    """Dates as YAML writes them, bytes and complex numbers as Python does."""
    if kind == "date":
        return datetime.date(*(int(part) for part in text.split("-")))
    if kind == "datetime":
        import re

        found = re.match(
            r"(\d+)-(\d+)-(\d+)(?:[Tt]|[ \t]+)(\d+):(\d+):(\d+)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::?(\d\d))?))?$", text
        )
        if found is None:
            raise Unsupported(text)
        fraction = (found.group(7) or "")[:6].ljust(6, "0")
        day = [int(found.group(index)) for index in range(1, 7)]
        zone = None
        if found.group(8) == "Z":
            zone = datetime.timezone.utc
        elif found.group(8):
            minutes = int(found.group(10)) * 60 + int(found.group(11) or 0)
            zone = datetime.timezone(datetime.timedelta(minutes=-minutes if found.group(9) == "-" else minutes))
        return datetime.datetime(*day, int(fraction), zone)  # type: ignore[misc]
    return ast.literal_eval(text)


def decode_params(pairs: List[List[Any]]) -> Dict[str, Any]:
    """Params in their order."""
    return {name: decode(value) for name, value in pairs}


def encode(value: Any) -> Any:
    """The JSON form of a value; numbers of numpy become Python's."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return {"int": str(int(value))}
    if isinstance(value, float):
        return {"float": repr(float(value))}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": [encode(item) for item in sorted(value, key=repr)]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, datetime.datetime):
        return {"other": ["datetime", value.isoformat(" ")]}
    if isinstance(value, datetime.date):
        return {"other": ["date", value.isoformat()]}
    if isinstance(value, (bytes, complex)):
        return {"other": [type(value).__name__, repr(value)]}
    # Paths.
    if hasattr(value, "__fspath__"):
        return encode(value.__fspath__())
    # Scalars of numpy.
    if callable(getattr(value, "item", None)) and getattr(value, "shape", None) == ():
        return encode(value.item())
    raise Unsupported(f"a value of type {type(value).__name__} can't be a parameter")
