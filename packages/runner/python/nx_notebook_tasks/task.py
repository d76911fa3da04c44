"""The task that a payload describes, as hooks see it: a small stand-in for Ploomber's task."""

import inspect
from typing import Any, Dict, Iterator, Optional

from nx_notebook_tasks import products, values
from nx_notebook_tasks.calls import Call, during, prepare_path


class Task:
    """Name, product, params, upstream and client of a task."""

    def __init__(self, payload: Dict[str, Any]) -> None:
        prepare_path(payload["paths"])
        self.name: str = payload["name"]
        self.source: Optional[str] = payload["source"]
        self.product = products.decode(payload["product"])
        self._own_params = values.decode_params(payload["params"])
        inputs = {name: products.decode(product) for name, product in payload["upstream"]}
        # By task or wildcard, as params have it; hooks see single tasks in `upstream`.
        self.inputs = products.Upstream(inputs, self.name) if inputs else None
        self.upstream = {task.name: task for task in _upstream_tasks(inputs)}
        self._client_call = None if payload["client"] is None else Call(payload["client"])
        self._client: Any = None

    def __repr__(self) -> str:
        return f"Task({self.name!r})"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"a task has no {name!r} here: name, source, product, params, upstream and client are all that a hook can use"
        )

    @property
    def params(self) -> products.Params:
        """The params, with `product` and `upstream` among them."""
        given = {} if self.inputs is None else {"upstream": self.inputs}
        return products.Params({**self._own_params, **given, "product": self.product})

    @property
    def client(self) -> Any:
        """The client of the task, made when it is asked for."""
        if self._client is None and self._client_call is not None:
            with during(f"Client {self._client_call.dotted_path}"):
                self._client = self._client_call()
        return self._client

    def close(self) -> None:
        """Closes the client if there is one."""
        if self._client is not None and hasattr(self._client, "close"):
            self._client.close()
        self._client = None

    def arguments(self) -> Dict[str, Any]:
        """Params, `upstream` if there is any, and `product`, for a function."""
        return self.params.to_dict()

    def run_hook(self, role: str, json: Dict[str, Any]) -> None:
        """Calls a hook with the arguments that it asks for."""
        call = Call(json)
        with during(f"{role} hook {call.dotted_path}"):
            function = call.load()
            products.be_known_to_ploomber()
            asked = required(function)
            given = {
                name: getattr(self, name) for name in ("task", "client", "product", "params") if name in asked and name != "task"
            }
            if "task" in asked:
                given["task"] = self
            call(**given)


class UpstreamTask:
    """An upstream of a task, or a task of the pipeline: its name and its product."""

    def __init__(self, name: str, product: Any) -> None:
        self.name = name
        self.product = product

    def __repr__(self) -> str:
        return f"Task({self.name!r}, {self.product!r})"


def _upstream_tasks(inputs: Dict[str, Any]) -> Iterator[UpstreamTask]:
    for name, product in inputs.items():
        if isinstance(product, dict):
            yield from (UpstreamTask(each, of_each) for each, of_each in product.items())
        else:
            yield UpstreamTask(name, product)


def required(function: Any) -> "set[str]":
    """Names of the parameters that a caller has to give; only those are injected, as in Ploomber."""
    skipped = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty and parameter.kind not in skipped
    }
