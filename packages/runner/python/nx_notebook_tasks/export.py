"""The executed notebook in other formats, by nbconvert. Writes into the folder that it is given, nowhere else.

The same notebook gives the same bytes, as far as the programs behind nbconvert allow.
"""

import itertools
import os
import uuid
import warnings
from typing import Any, Dict, List

from nx_notebook_tasks import values
from nx_notebook_tasks.failures import TaskError, summary

# What exporters call; where it is missing nbconvert says so, but not how to get it.
_HINTS = {
    "pandoc": "Install pandoc: https://pandoc.org/installing.html",
    "xelatex": "Install a TeX with xelatex (on Debian: apt-get install texlive-xetex), or use the exporter webpdf.",
    "playwright": 'Install it: pip install "nbconvert[webpdf]" && playwright install chromium',
    "chromium": "Install it: playwright install chromium",
}


def main(payload: Dict[str, Any]) -> None:
    """Exports the notebook once for each product."""
    # Of the documents that TeX makes.
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    options = values.decode_params(payload["options"])
    for product in payload["products"]:
        # An exporter may change what it is given.
        content = _export(payload["notebook"], product, dict(options))
        with open(product["file"], "wb") as file:
            file.write(content)


def _export(notebook: str, product: Dict[str, Any], options: Dict[str, Any]) -> bytes:
    name, path = product["exporter"], product["path"]
    try:
        import nbformat

        exporter = _exporter(name, options)
        content, resources = exporter.from_notebook_node(nbformat.read(notebook, as_version=nbformat.NO_CONVERT))
    except TaskError:
        raise
    except Exception as error:
        raise TaskError(f"{path} could not be made by nbconvert's {name}: {summary(error)}", _hint(error)) from error
    if not isinstance(content, (str, bytes)):
        raise TaskError(f"nbconvert's exporter {name} gave neither text nor bytes for {path}.")
    _tell_of_lost_files(path, content, resources)
    return content.encode("utf-8") if isinstance(content, str) else content


def _exporter(name: str, options: Dict[str, Any]) -> Any:
    try:
        import nbconvert
    except ImportError:
        raise TaskError("Exporting a notebook needs nbconvert.", "Install it: pip install nbconvert") from None
    name = {"md": "markdown"}.get(name, name)
    try:
        cls = nbconvert.get_exporter(name)
    except Exception as error:
        if not isinstance(error, (ValueError, nbconvert.ExporterNameError)):
            raise TaskError(f"nbconvert's exporter {name} can't be used: {summary(error)}", _hint(error)) from error
        known = ", ".join(nbconvert.get_export_names())
        message = f"'{name}' is not a valid 'nbconvert_exporter_name' value. Choose one from: {known}"
        raise TaskError(message) from None
    _check_options(cls, options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        exporter = cls(**options)
    _be_deterministic(exporter)
    return exporter


def _check_options(cls: Any, options: Dict[str, Any]) -> None:
    known = set(cls.class_trait_names())
    unknown: List[str] = [name for name in options if name not in known]
    if unknown:
        print(f"warning: {cls.__name__} has no option {', '.join(map(repr, unknown))} (nbconvert_export_kwargs)")
    if isinstance(options.get("config"), dict):
        from traitlets.config import Config

        options["config"] = Config(options["config"])


def _be_deterministic(exporter: Any) -> None:
    environment = getattr(exporter, "environment", None)
    if environment is not None and "uuid4" in getattr(environment, "globals", {}):
        numbers = itertools.count(1)
        environment.globals["uuid4"] = lambda: uuid.UUID(int=next(numbers))


def _tell_of_lost_files(path: str, content: Any, resources: Any) -> None:
    """As in Ploomber, a product is one file: pictures that nbconvert would write beside it are not kept."""
    lost = [name for name in (resources or {}).get("outputs", {}) if isinstance(content, str) and name in content]
    if lost:
        print(f"warning: {path} refers to {len(lost)} picture(s) that are not written with it; .html contains them")


def _hint(error: BaseException) -> Any:
    text = f"{type(error).__name__} {error}".lower()
    return next((hint for program, hint in _HINTS.items() if program in text), None)
