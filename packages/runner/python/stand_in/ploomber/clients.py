"""Clients: connections to databases, ways to run shell scripts, and names of places for files."""

import contextlib
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
from typing import Any, Callable, Dict, Iterator, Optional

from ploomber import refuse


class Client:
    """What all clients have."""

    def close(self) -> None:
        """Ends connections."""


def _commands(code: str, token: str) -> Iterator[str]:
    return (command for command in code.split(token) if command.strip())


class DBAPIClient(Client):
    """A connection of any library that follows PEP 249."""

    def __init__(
        self, connect_fn: Callable[..., Any], connect_kwargs: Dict[str, Any], split_source: Optional[str] = None
    ) -> None:
        self.connect_fn = connect_fn
        self.connect_kwargs = connect_kwargs
        self.split_source = split_source
        self._connection: Any = None

    @property
    def connection(self) -> Any:
        """The connection, opened when it is asked for."""
        if self._connection is None:
            self._connection = self.connect_fn(**self.connect_kwargs)
        return self._connection

    def cursor(self) -> Any:
        """A cursor of the connection."""
        return self.connection.cursor()

    def execute(self, code: str) -> None:
        """Executes and commits."""
        cursor = self.cursor()
        for command in _commands(code, self.split_source) if self.split_source else [code]:
            cursor.execute(command)
        self.connection.commit()
        cursor.close()

    def close(self) -> None:
        """Closes the connection if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class SQLAlchemyClient(Client):
    """A connection of SQLAlchemy. SQLite's driver takes one command at a time, so its scripts are split at `;`."""

    split_source_mapping = {"sqlite": ";"}

    def __init__(
        self, uri: Any, split_source: Optional[str] = "default", create_engine_kwargs: Optional[Dict[str, Any]] = None
    ) -> None:
        try:
            from sqlalchemy.engine import make_url
        except ModuleNotFoundError:
            raise ModuleNotFoundError(
                "SQLAlchemyClient needs SQLAlchemy: pip install sqlalchemy", name="sqlalchemy"
            ) from None
        self._uri = uri
        self._url = make_url(uri)
        self._create_engine_kwargs = create_engine_kwargs or {}
        self.flavor: str = self._url.drivername
        self.split_source = split_source
        self._engine: Any = None
        self._connection: Any = None
        database = self._url.database
        if self.flavor == "sqlite" and database and database != ":memory:":
            pathlib.Path(database).parent.mkdir(parents=True, exist_ok=True)

    @property
    def engine(self) -> Any:
        """The engine, made when it is asked for."""
        if self._engine is None:
            from sqlalchemy import create_engine

            self._engine = create_engine(self._uri, **self._create_engine_kwargs)
        return self._engine

    @property
    def connection(self) -> Any:
        """A connection of the driver."""
        if self._connection is None or not self._connection.is_valid:
            self._connection = self.engine.raw_connection()
        return self._connection

    def cursor(self) -> Any:
        """A cursor of the connection."""
        return self.connection.cursor()

    def execute(self, code: str) -> None:
        """Executes and commits."""
        token = self.split_source
        if token == "default":
            token = self.split_source_mapping.get(self.flavor)
        cursor = self.cursor()
        for command in _commands(code, token) if token else [code]:
            cursor.execute(command)
        self.connection.commit()
        cursor.close()

    def close(self) -> None:
        """Closes all connections."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def __repr__(self) -> str:
        # Without the password.
        return f"{type(self).__name__}({self._url!r})"

    __str__ = __repr__


class ShellClient(Client):
    """Runs scripts of shell tasks by a command of the user."""

    def __init__(
        self, run_template: str = "bash {{path_to_code}}", subprocess_run_kwargs: Optional[Dict[str, Any]] = None
    ) -> None:
        self.run_template = run_template
        self.subprocess_run_kwargs = subprocess_run_kwargs or {}

    @property
    def connection(self) -> Any:
        """There is none."""
        raise NotImplementedError("ShellClient does not need a connection")

    def execute(self, code: str) -> None:
        """Runs a script."""
        from jinja2 import Template

        file, path = tempfile.mkstemp()
        os.close(file)
        try:
            pathlib.Path(path).write_text(code)
            command = Template(self.run_template).render(path_to_code=shlex.quote(path))
            subprocess.run(shlex.split(command), check=True, **{**self.subprocess_run_kwargs, "shell": False})
        finally:
            with contextlib.suppress(OSError):
                os.unlink(path)


class _Storage(Client):
    """Clients of `File` are replaced by nx-notebook's store: they can be made, and their settings read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} can't move files here: nx-notebook keeps products in its store; "
            "use the library of the storage itself, or install ploomber"
        )

    upload = download = _refuse


class S3Client(_Storage):
    """Files in a bucket of S3."""


class GCloudStorageClient(_Storage):
    """Files in a bucket of Google."""


class RemoteShellClient(_Storage):
    """A shell on another machine."""

    execute = read_file = write_to_file = _Storage._refuse


class LocalStorageClient(Client):
    """Copies of files in another folder."""

    def __init__(self, path_to_backup_dir: Any, path_to_project_root: Any = None) -> None:
        self._backup = pathlib.Path(path_to_backup_dir)
        self._root = pathlib.Path(path_to_project_root or os.getcwd()).resolve()

    @property
    def parent(self) -> str:
        """The folder with the copies."""
        return str(self._backup)

    def _remote_path(self, local: Any) -> pathlib.Path:
        return self._backup / pathlib.Path(local).resolve().relative_to(self._root)

    def upload(self, local: Any) -> None:
        """Copies a file or folder there."""
        _copy(pathlib.Path(local), self._remote_path(local))

    def download(self, local: Any, destination: Any = None) -> None:
        """Copies a file or folder back."""
        from ploomber.exceptions import RemoteFileNotFound

        remote = self._remote_path(local)
        if not remote.exists():
            raise RemoteFileNotFound(f"Could not download {str(local)!r}: there is no {str(remote)!r}")
        _copy(remote, pathlib.Path(destination or local))


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(str(source), str(target), dirs_exist_ok=True)
    else:
        shutil.copyfile(str(source), str(target))


__getattr__ = refuse(__name__)
