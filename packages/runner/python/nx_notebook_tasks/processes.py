"""A program that belongs to a task: its output is shown as it comes, and it ends with the task, however that ends.

The program and everything it starts are a process group of their own. An interrupt ends the group; a guard ends it when
this process is gone, killed for its memory for example.
"""

import codecs
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Dict, List, Optional, Sequence

# What is kept of the end of the error output, for the failure.
_TAIL = 4096

# A program that was asked to end has this long; the kernel itself is killed after 4 s.
_GRACE = 1.0

# Waits for a word, so that no program runs before its guard does; a closed pipe is none.
_START = 'read -r word && exec "$@" </dev/null'

# Reads a line; whoever holds the other end of the pipe writes one when all went well, and else the pipe just closes.
_GUARD = 'read -r word; [ "$word" = done ] || kill -s KILL -- "-$0"'


class Ended:
    """How a program ended."""

    def __init__(self, code: int, stderr: str) -> None:
        self.code = code
        self.stderr = stderr

    @property
    def how(self) -> str:
        """`ended with exit code 3`, `was ended by SIGKILL`."""
        if self.code >= 0:
            return f"ended with exit code {self.code}"
        try:
            return f"was ended by {signal.Signals(-self.code).name}"
        except ValueError:
            return f"was ended by signal {-self.code}"


def run_program(command: Sequence[str], env: Optional[Dict[str, str]] = None, **options: Any) -> Ended:
    """Runs a program to its end; it has no input."""
    has_groups = os.name == "posix"
    child = subprocess.Popen(
        ["sh", "-c", _START, "sh", *command] if has_groups else list(command),
        env=env,
        stdin=subprocess.PIPE if has_groups else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=has_groups,
        **options,
    )
    guard = None
    tail: List[str] = []
    try:
        if has_groups:
            guard = _start_guard(child.pid)
            child.stdin.write(b"start\n")
            child.stdin.close()
        readers = [
            _start_reader(child.stdout, lambda text: sys.stdout.write(text)),
            _start_reader(child.stderr, lambda text: _keep(text, tail)),
        ]
        _wait(child, readers)
    except BaseException:
        _end(child, has_groups)
        raise
    finally:
        if guard is not None:
            _dismiss(guard)
    sys.stdout.flush()
    sys.stderr.flush()
    return Ended(child.returncode, "".join(tail)[-_TAIL:])


def _start_guard(group: int) -> Any:
    return subprocess.Popen(
        ["sh", "-c", _GUARD, str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _dismiss(guard: Any) -> None:
    try:
        guard.communicate(b"done\n", timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        guard.kill()


def _start_reader(pipe: Any, show: Callable[[str], Any]) -> threading.Thread:
    def read() -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for piece in iter(lambda: os.read(pipe.fileno(), 65536), b""):
            show(decoder.decode(piece))
        rest = decoder.decode(b"", final=True)
        if rest:
            show(rest)
        pipe.close()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return reader


def _keep(text: str, tail: List[str]) -> None:
    sys.stderr.write(text)
    tail[:] = ["".join([*tail, text])[-_TAIL:]]


def _wait(child: Any, readers: List[threading.Thread]) -> None:
    # With a limit: a wait without one can't be interrupted on every system.
    for reader in readers:
        while reader.is_alive():
            reader.join(0.5)
    child.wait()


def _end(child: Any, has_groups: bool) -> None:
    """Ends the program and what it has started: first asks, then insists."""
    if not has_groups:
        child.kill()
        return
    _signal(child.pid, signal.SIGTERM)
    limit = time.monotonic() + _GRACE
    while child.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    _signal(child.pid, signal.SIGKILL)
    child.wait()


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
