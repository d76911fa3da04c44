"""Exceptions that code raises or catches."""

from ploomber import refuse


class DAGBuildEarlyStop(Exception):
    """Raised by a task or hook: nothing that depends on it runs."""


class UpstreamKeyError(Exception):
    """Never raised here: the runtime's own is a KeyError."""


class BaseException(Exception):
    """What most of Ploomber's exceptions derive from."""


class DAGRenderError(Exception):
    """Caught by code that builds pipelines in Python."""


class DAGBuildError(Exception):
    """Caught by code that builds pipelines in Python."""


class TaskBuildError(BaseException):
    """A task failed."""


class TaskInitializationError(BaseException):
    """A task can't be made."""


class TaskRenderError(Exception):
    """A task can't be rendered."""


class RenderError(Exception):
    """A template can't be rendered."""


class SourceInitializationError(BaseException):
    """A source can't be read."""


class CallbackSignatureError(Exception):
    """A hook has arguments that nobody gives."""


class DAGSpecInitializationError(BaseException):
    """A pipeline can't be made."""


class DAGSpecInvalidError(Exception):
    """A pipeline can't be found."""


class DAGCycle(Exception):
    """Tasks need each other."""


class SQLTaskBuildError(TaskBuildError):
    """A SQL task failed."""


class RemoteFileNotFound(Exception):
    """A storage client has no such file."""


class MissingClientError(Exception):
    """A task has no client."""


class ValidationError(BaseException):
    """Data is not what it should be."""


__getattr__ = refuse(__name__)
