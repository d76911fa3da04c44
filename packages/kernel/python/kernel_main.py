"""Starts an IPython kernel that loses no output, ends with its parent and says the same in every run.

Takes the arguments of `python -m ipykernel_launcher`. Everything here is optional: where ipykernel has changed, a part
is left out and the kernel starts as it is installed.
"""

import atexit
import contextlib
import os
import sys

# Characters of a stream that are sent in one message.
PIECE = 1 << 20


def end_with_parent():
    """Linux ends this process when its parent dies; ipykernel looks once a second, and only if its loop is free."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(Exception):
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    parent = os.environ.get("JPY_PARENT_PID", "")
    if parent.isdigit() and os.getppid() != int(parent):
        os._exit(1)


def lose_no_output(app_class):
    """ZMQ drops messages that a slow reader leaves waiting, by default from the 1000th on."""
    init_iopub = getattr(app_class, "init_iopub", None)
    if init_iopub is None:
        return

    def patched(self, context):
        with contextlib.suppress(Exception):
            import zmq

            context.setsockopt(zmq.SNDHWM, 0)
        return init_iopub(self, context)

    app_class.init_iopub = patched


def send_in_pieces():
    """What is printed within 0.2 s becomes one message, of any size, which each process on its way holds several times."""
    with contextlib.suppress(Exception):
        from ipykernel.iostream import OutStream

        write = OutStream.write

        def patched(self, string):
            if not isinstance(string, str):
                return write(self, string)
            for start in range(0, len(string), PIECE) or (0,):
                piece = string[start : start + PIECE]
                write(self, piece)
                waiting = getattr(self, "_nxnb_waiting", 0) + len(piece)
                if waiting >= PIECE:
                    waiting = 0
                    self.flush()
                self._nxnb_waiting = waiting
            return len(string)

        OutStream.write = patched


def name_cells_without_pid():
    """Warnings show the file name of their cell; by default it is a temporary folder named after the process."""
    with contextlib.suppress(Exception):
        import ipykernel.compiler

        if hasattr(ipykernel.compiler, "get_tmp_directory"):
            ipykernel.compiler.get_tmp_directory = lambda: "ipykernel"


def end_control_thread_first(app):
    """Exit handlers run last in, first out: the control thread must not write to iopub while iopub is stopped."""
    thread = getattr(app, "control_thread", None)
    if thread is None or not hasattr(thread, "stop"):
        return

    def end():
        with contextlib.suppress(Exception):
            thread.stop()
            thread.join(1)

    atexit.register(end)


# Their processes ignore SIGTERM and end by themselves when this one is gone.
TRACKERS = (
    "multiprocessing.resource_tracker",
    "joblib.externals.loky.backend.resource_tracker",
    "loky.backend.resource_tracker",
)


def wait_for_no_tracker(kernel_class):
    """At its end ipykernel waits for all children, 14 s for a resource tracker, which waits for the kernel."""
    children = getattr(kernel_class, "_process_children", None)
    if children is None:
        return

    def patched(self):
        found = (getattr(sys.modules.get(name), "_resource_tracker", None) for name in TRACKERS)
        trackers = {getattr(tracker, "_pid", None) for tracker in found}
        return [child for child in children(self) if child.pid not in trackers]

    kernel_class._process_children = patched


def append_path():
    """A folder that notebooks can import from, after everything that is installed."""
    folder = os.environ.pop("NXNB_LAST_PATH", "")
    if folder:
        sys.path.append(folder)


@contextlib.contextmanager
def without_debugger():
    """No debugger can attach to the kernel of a task, and importing debugpy takes 70 ms."""
    blocked = "debugpy" not in sys.modules
    if blocked:
        sys.modules["debugpy"] = None
    try:
        yield
    finally:
        if blocked and sys.modules.get("debugpy", False) is None:
            del sys.modules["debugpy"]


def main():
    end_with_parent()
    # As with `-m ipykernel_launcher`, neither this folder nor the working directory come first.
    del sys.path[0]
    with without_debugger():
        import ipykernel
        from ipykernel.kernelapp import IPKernelApp
        from ipykernel.kernelbase import Kernel

        # Shown in usage messages of argparse.
        sys.argv[0] = os.path.join(os.path.dirname(os.path.dirname(ipykernel.__file__)), "ipykernel_launcher.py")
        append_path()
        lose_no_output(IPKernelApp)
        wait_for_no_tracker(Kernel)
        name_cells_without_pid()
        send_in_pieces()
        app = IPKernelApp.instance()
        # As nbclient: several kernels must not wait for one database in the user's home folder.
        app.initialize([*sys.argv[1:], "--HistoryManager.hist_file=:memory:"])
    end_control_thread_first(app)
    app.start()


if __name__ == "__main__":
    main()
