"""Shell and SQL scripts as templates: rendered by jinja2 with the task's params, `upstream` and `product`.

Undefined names are errors. A rendered line is traced back to the line of the template that it came from, where that is
certain: a wrong place is worse than none.
"""

import json
import os
from pathlib import Path
from typing import Any, Dict, List, Optional

from nx_notebook_tasks.failures import TaskError
from nx_notebook_tasks.task import Task

# Names that a template may give its product by: `{% set product = SQLiteRelation(['name', 'table']) %}`.
PRODUCT_CLASSES = ("File", "SQLRelation", "SQLiteRelation", "PostgresRelation", "GenericSQLRelation")

# The length of a variable in bash, and how jinja2 sees it: as no comment.
_LENGTH, _LENGTH_KEPT = "${#", "${\0#"


class Rendered:
    """The text of a template and where its lines came from."""

    def __init__(self, text: str, template: str, file: str) -> None:
        self.text = text
        self.file = file
        self._lines = text.split("\n")
        self._template = template.split("\n")

    def source_line(self, line: int) -> Optional[int]:
        """The line of the template that a rendered line (from 1) came from, if there can't be another one."""
        if not 1 <= line <= len(self._lines):
            return None
        if len(self._lines) == len(self._template) and not any("{%" in text for text in self._template):
            return line
        text = self._lines[line - 1]
        same = [number for number, other in enumerate(self._template, 1) if other == text]
        return same[0] if len(same) == 1 and self._lines.count(text) == 1 else None


def render(task: Task, payload: Dict[str, Any]) -> Rendered:
    """The rendered source of a task."""
    jinja2 = import_jinja2()
    file, template = payload["source"], payload["text"]
    environment = _environment(jinja2, payload["searchFolders"], is_shell=payload["kind"] == "shell")
    try:
        compiled = environment.from_string(template)
        text = compiled.render(_context(task)).replace(_LENGTH_KEPT, _LENGTH)
    except jinja2.TemplateSyntaxError as error:
        place = error.filename if error.name is not None and error.filename else file
        raise TaskError(f"{error.message} (template syntax)", file=place, line=error.lineno) from None
    except jinja2.UndefinedError as error:
        hint = f"It has: {', '.join(_names(task))}."
        raise TaskError(f"{error.message}.", hint, file=file, line=_failing_line(error, file)) from None
    except jinja2.TemplateNotFound as error:
        folders = ", ".join(payload["searchFolders"]) or "no folder: set meta.source_loader"
        raise TaskError(
            f"The template {error.name} was not found.", f"Looked in: {folders}.", file=file, line=_failing_line(error, file)
        ) from None
    except jinja2.TemplateRuntimeError as error:
        raise TaskError(str(error), file=file, line=_failing_line(error, file)) from None
    return Rendered(text, template, file)


def render_again(text: str, task: Task) -> str:
    """What a dump leaves for when its upstream is there: `[[get_key(upstream['a'], 'n')]]`."""
    if "[[" not in text:
        return text
    jinja2 = import_jinja2()
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, variable_start_string="[[", variable_end_string="]]"
    )
    environment.globals["get_key"] = get_key
    try:
        return environment.from_string(text).render(upstream=task.inputs)
    except jinja2.TemplateError as error:
        raise TaskError(
            f"{error} (between [[ and ]], which is rendered when the task runs)",
            "A literal [[ is written as {{ '[' }}[ or with a blank between the brackets.",
            file=task.source,
        ) from None


def import_jinja2() -> Any:
    """jinja2, or how to install it."""
    try:
        import jinja2
    except ImportError:
        raise TaskError("Shell and SQL tasks need jinja2.", "Install it: pip install jinja2") from None
    return jinja2


def get_key(path: str, key: str) -> Any:
    """The value of a key in a JSON or YAML file."""
    file = Path(path)
    if file.suffix == ".json":
        return json.loads(file.read_text(encoding="utf-8"))[key]
    if file.suffix in (".yaml", ".yml"):
        import yaml

        return yaml.safe_load(file.read_text(encoding="utf-8"))[key]
    raise ValueError(f"get_key must be used with .json or .yaml files. Got: {file.suffix!r}")


def _context(task: Task) -> Dict[str, Any]:
    context = task.arguments()
    # The template names its product itself; pipeline.yaml was loaded with it.
    context.update({name: lambda *_, **__: task.product for name in PRODUCT_CLASSES})
    return context


def _names(task: Task) -> List[str]:
    upstream = () if task.inputs is None else task.inputs
    own = [name for name in task.arguments() if name != "upstream"]
    return [*own, *(f"upstream[{name!r}]" for name in upstream)]


def _environment(jinja2: Any, folders: List[str], *, is_shell: bool) -> Any:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        extensions=[_extension(jinja2, is_shell)],
    )
    environment.globals["get_key"] = get_key
    return environment


def _extension(jinja2: Any, is_shell: bool) -> Any:
    """`{% raise 'message' %}`, which Ploomber's templates know; and in shell `${#name}` is no comment."""
    from jinja2 import nodes
    from jinja2.ext import Extension

    class Own(Extension):
        """See above."""

        tags = {"raise"}

        def preprocess(self, source: str, name: Optional[str], filename: Optional[str] = None) -> str:
            """Of included templates, too."""
            return source.replace(_LENGTH, _LENGTH_KEPT) if is_shell else source

        def parse(self, parser: Any) -> Any:
            """A call that never returns."""
            line = next(parser.stream).lineno
            call = self.call_method("fail", [parser.parse_expression()], lineno=line)
            return nodes.ExprStmt(call, lineno=line)

        def fail(self, message: object) -> None:
            """Ends the rendering."""
            raise jinja2.TemplateRuntimeError(str(message))

    return Own


def _failing_line(error: BaseException, file: str) -> Optional[int]:
    """jinja2 rewrites tracebacks so that frames of a template carry its lines."""
    frame, line = error.__traceback__, None
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line if os.path.isfile(file) else None
