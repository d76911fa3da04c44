"""Starts the private Jupyter server that runs the kernels of one Node process.

It is jupyter_server as installed, with four things around it: a faster import, an end when the parent ends (its standard
input closes), kernelspecs made per task (kernel_tasks.py) and a record of every kernel process (kernel_records.py).
Every change to an installed package is optional: if the place to change is gone, the server runs without it.

Arguments: `--sock <path>` or `--tcp`. Environment: JUPYTER_TOKEN, JUPYTER_RUNTIME_DIR (private folder) and
NXNB_KERNEL_ENV (JSON: variables of the kernels that differ from the server's own; null removes one).
Prints one JSON line when it listens, or when a module is missing.
"""

import contextlib
import inspect
import json
import os
import shutil
import signal
import sys
import threading
import time

RUNTIME = os.environ["JUPYTER_RUNTIME_DIR"]
KERNEL_ENV = json.loads(os.environ.pop("NXNB_KERNEL_ENV", "{}"))
# How long an orphaned server may take to end its kernels in peace.
ORPHAN_GRACE_SECONDS = 3


def say(message):
    print(json.dumps(message), flush=True)


def block_slow_imports():
    # jsonschema compiles 35 grammars of this package at import, 1.5 s, for a check of addresses that nobody asks for.
    for name in ("rfc3987", "rfc3987_syntax"):
        sys.modules.setdefault(name, None)


def hide_user_configuration():
    """The user's configuration may set passwords, addresses and extensions; none of them is for this server."""
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    empty = os.path.join(RUNTIME, "config")
    os.makedirs(empty, exist_ok=True)
    with contextlib.suppress(Exception):
        from jupyter_core import paths

        # Otherwise jupyter_core makes a temporary folder that stays after a crash.
        paths._dtemps["jupyter-clean-cfg"] = empty


def reconnect_quickly():
    """ZMQ looks for a starting kernel every 100 ms, which every kernel start would be rounded up to."""
    with contextlib.suppress(Exception):
        import zmq
        from jupyter_client.connect import ConnectionFileMixin

        connect = ConnectionFileMixin._create_connected_socket

        def create(self, *args, **kwargs):
            with contextlib.suppress(Exception):
                self.context.setsockopt(zmq.RECONNECT_IVL, 5)
            return connect(self, *args, **kwargs)

        ConnectionFileMixin._create_connected_socket = create


def notice_exits_quickly():
    """An ending kernel is looked for every 100 ms as well."""
    with contextlib.suppress(Exception):
        from jupyter_client.manager import KernelManager

        for name in ("finish_shutdown", "_async_finish_shutdown"):
            finish = getattr(KernelManager, name, None)
            if finish is None or "pollinterval" not in inspect.signature(finish).parameters:
                continue

            def patched(self, *args, finish=finish, **kwargs):
                if len(args) < 2:
                    kwargs.setdefault("pollinterval", 0.02)
                return finish(self, *args, **kwargs)

            setattr(KernelManager, name, patched)


def end_with_parent(kill_kernels):
    """The parent holds the other end of standard input. At its end nobody waits for results any more."""

    def watch():
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ORPHAN_GRACE_SECONDS)
        kill_kernels()
        shutil.rmtree(RUNTIME, ignore_errors=True)
        os._exit(1)

    def clean_up():
        with contextlib.suppress(OSError):
            os.set_blocking(0, False)
            try:
                orphaned = os.read(0, 1) == b""
            except BlockingIOError:
                orphaned = False
            if orphaned:
                kill_kernels()
                shutil.rmtree(RUNTIME, ignore_errors=True)

    threading.Thread(target=watch, daemon=True, name="parent-watcher").start()
    return clean_up


def flags(address):
    own = [
        "--no-browser",
        "--ServerApp.root_dir=" + os.path.abspath(os.sep),
        "--ServerApp.log_level=WARN",
        "--ServerApp.terminals_enabled=False",
        "--ServerApp.allow_root=True",
        # Both: which one counts depends on the version of jupyter_server.
        "--ServerApp.limit_rate=False",
        "--ZMQChannelsWebsocketConnection.limit_rate=False",
        # A dead kernel is reported at once and never replaced behind our back.
        "--KernelRestarter.restart_limit=0",
        "--KernelRestarter.time_to_dead=0.3",
        # Exit handlers may write products: 10 s before SIGTERM, 10 more before SIGKILL.
        "--KernelManager.shutdown_wait_time=20",
    ]
    if address[:1] == ["--sock"]:
        return [*own, "--KernelManager.transport=ipc", "--ServerApp.sock=" + address[1]]
    return [*own, "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--ServerApp.port_retries=0"]


def main():
    block_slow_imports()
    hide_user_configuration()
    try:
        from jupyter_server.serverapp import ServerApp
    except ImportError as error:
        say({"missing": error.name or "jupyter_server", "message": str(error)})
        return 3
    import kernel_records
    import kernel_tasks

    class Server(ServerApp):
        def start_ioloop(self):
            # Binding is a callback of the loop as well, queued before this one.
            self.io_loop.add_callback(self.say_ready)
            super().start_ioloop()

        def say_ready(self):
            if self.sock and not os.path.exists(self.sock):
                self.io_loop.call_later(0.01, self.say_ready)
            else:
                say({"ready": True, "port": self.port})

    reconnect_quickly()
    notice_exits_quickly()
    records = kernel_records.install(RUNTIME, KERNEL_ENV)
    clean_up = end_with_parent(records.kill_all)
    try:
        Server.launch_instance(
            argv=flags(sys.argv[1:]),
            kernel_spec_manager_class=kernel_tasks.TaskKernelSpecs,
        )
    finally:
        clean_up()
    return 0


if __name__ == "__main__":
    sys.exit(main())
