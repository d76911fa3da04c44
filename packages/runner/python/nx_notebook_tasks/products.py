"""What user functions are given as `product`, `upstream` and `params`: what Ploomber gives, and paths on top of that.

A file is a `pathlib.Path`, so everything that takes a path takes it. Nothing here is pickled as a class of this package:
a worker process of the user can't import it.
"""

import collections.abc
import copy
import os
import pathlib
import shutil
from typing import Any, Dict, Iterator, List, Optional, Tuple


class File(type(pathlib.Path())):  # type: ignore[misc]
    """A product in a file or folder."""

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return f"File({str(self)!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return (pathlib.Path, (str(self),))

    def delete(self, force: bool = False) -> None:
        """Removes the file or the folder if it is there."""
        if self.is_dir() and not self.is_symlink():
            shutil.rmtree(str(self))
        elif os.path.lexists(str(self)):
            os.remove(str(self))

    def to_json_serializable(self) -> str:
        """The path as text."""
        return str(self)


class Relation(str):
    """A table or view as a product: its name, with the schema if it has one."""

    schema: Optional[str]
    name: str
    kind: str

    def __new__(cls, schema: Optional[str], name: str, kind: str) -> "Relation":
        self = super().__new__(cls, name if schema is None else f"{schema}.{name}")
        self.schema, self.name, self.kind = schema, name, kind
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        return (str, (str(self),))

    def to_json_serializable(self) -> str:
        """The name as text."""
        return str(self)


class _Container:
    """What `MetaProduct.products` is in Ploomber: its serializers read `product.products.products`."""

    def __init__(self, products: Dict[str, Any]) -> None:
        self.products = products
        self.first = next(iter(products.values()))

    def __getitem__(self, key: str) -> Any:
        return self.products[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.products.values())

    def __len__(self) -> int:
        return len(self.products)

    def to_json_serializable(self) -> Dict[str, str]:
        """Keys and paths as text."""
        return {key: str(product) for key, product in self.products.items()}


class Files(collections.abc.Mapping):  # type: ignore[type-arg]
    """The products of a task that has several. As in Ploomber, iterating goes over the products and not over their keys."""

    def __init__(self, products: Dict[str, Any]) -> None:
        self.products = _Container(products)

    def __getitem__(self, key: str) -> Any:
        products = self.products.products
        if key in products:
            return products[key]
        raise KeyError(f"the task has no product {key!r}; its products are: {', '.join(map(repr, products))}")

    def __contains__(self, key: object) -> bool:
        return key in self.products.products

    def __iter__(self) -> Iterator[Any]:
        return iter(self.products)

    def __len__(self) -> int:
        return len(self.products)

    def keys(self) -> Any:
        """The keys, in the order of pipeline.yaml."""
        return self.products.products.keys()

    def values(self) -> Any:
        """The products."""
        return self.products.products.values()

    def items(self) -> Any:
        """Pairs of key and product."""
        return self.products.products.items()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Files) and self.products.products == other.products.products

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"MetaProduct({self.products.products!r})"

    def __str__(self) -> str:
        return str({key: str(product) for key, product in self.items()})

    def __reduce__(self) -> Tuple[Any, ...]:
        return (dict, (dict(self.items()),))

    def exists(self) -> bool:
        """Whether all of them are there."""
        return not self.missing()

    def missing(self) -> List[Any]:
        """Those that are not there."""
        return [product for product in self if not product.exists()]

    def delete(self, force: bool = False) -> None:
        """Removes all of them."""
        for product in self:
            product.delete()

    def to_json_serializable(self) -> Dict[str, str]:
        """Keys and paths as text."""
        return self.products.to_json_serializable()


class UpstreamKeyError(KeyError):
    """A task asks for an upstream that it has not declared."""

    def __str__(self) -> str:
        return str(self.args[0])


class Upstream(collections.abc.Mapping):  # type: ignore[type-arg]
    """Upstream task -> its product, loaded if there is an unserializer; a wildcard holds a dict of tasks."""

    def __init__(self, products: Dict[str, Any], task: str) -> None:
        self._products = products
        self._task = task

    @property
    def first(self) -> Any:
        """The product of the only upstream."""
        if len(self._products) != 1:
            raise ValueError(
                "first can only be used if there is a single upstream dependency, "
                f'task "{self._task}" has: {len(self._products)}'
            )
        return next(iter(self._products.values()))

    def __getitem__(self, key: str) -> Any:
        try:
            return self._products[key]
        except KeyError:
            raise UpstreamKeyError(
                f'Cannot obtain upstream dependency "{key}" for task "{self._task}"; '
                f"declared dependencies are: {', '.join(self._products)}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._products)

    def __len__(self) -> int:
        return len(self._products)

    def __repr__(self) -> str:
        return f"Upstream({self._products!r})"

    def __str__(self) -> str:
        return str(self._products)

    def __reduce__(self) -> Tuple[Any, ...]:
        return (dict, (self._products,))

    def pop(self, key: str) -> Any:
        """Removes an upstream and returns its product."""
        return self._products.pop(key)

    def to_dict(self) -> Dict[str, Any]:
        """A copy as a dict."""
        return dict(self._products)

    def to_json_serializable(self) -> Dict[str, Any]:
        """Paths as text."""
        return {name: _as_json(product) for name, product in self._products.items()}


def _as_json(product: Any) -> Any:
    if isinstance(product, dict):
        return {name: _as_json(each) for name, each in product.items()}
    return product.to_json_serializable()


class Params(collections.abc.Mapping):  # type: ignore[type-arg]
    """The params of a task as hooks see them: with `product`, and with `upstream` if there is any. Read-only."""

    def __init__(self, params: Dict[str, Any]) -> None:
        self._params = params

    def __getitem__(self, name: str) -> Any:
        try:
            return self._params[name]
        except KeyError:
            raise KeyError(
                f'Cannot obtain Task param named "{name}", declared params are: {list(self._params)}'
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __repr__(self) -> str:
        return f"Params({self._params!r})"

    def __str__(self) -> str:
        return str(self._params)

    def __reduce__(self) -> Tuple[Any, ...]:
        return (dict, (self._params,))

    def to_dict(self) -> Dict[str, Any]:
        """A copy as a dict."""
        return copy.copy(self._params)

    def to_json_serializable(self, params_only: bool = False) -> Dict[str, Any]:
        """A dict with paths as text; `params_only` leaves out product and upstream."""
        plain = {name: value for name, value in self._params.items() if name not in ("product", "upstream")}
        if params_only:
            return plain
        given = {name: _as_json(value) for name, value in self._params.items() if name not in plain and value is not None}
        return {**plain, **given}


def be_known_to_ploomber() -> None:
    """Serializers of an installed Ploomber ask `isinstance(product, MetaProduct)`."""
    import sys

    module = sys.modules.get("ploomber.products")
    for name, own in (("MetaProduct", Files), ("File", File)):
        known = getattr(module, name, None)
        if known is not None and known is not own and hasattr(known, "register"):
            known.register(own)


def decode(json: Optional[Dict[str, Any]]) -> Any:
    """A product from the payload."""
    if json is None:
        return None
    if json["kind"] == "file":
        return File(json["path"])
    if json["kind"] == "files":
        return Files({key: File(path) for key, path in json["files"]})
    if json["kind"] == "group":
        return {name: decode(product) for name, product in json["group"]}
    return Relation(json["schema"], json["name"], json["type"])
