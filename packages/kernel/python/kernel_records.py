"""Records every kernel process in files that the parent reads, and ends what a kernel leaves behind.

`<runtime dir>/kernels/<kernel id>.json` holds `pid` and `group` after the start and `exit` (as Popen: negative for a
signal) after the end. REST tells neither, and only the process that waits for a kernel knows how it ended.
"""

import asyncio
import contextlib
import json
import os
import signal


class Records:
    def __init__(self, runtime):
        self.folder = os.path.join(runtime, "kernels")
        self.running = {}
        os.makedirs(self.folder, exist_ok=True)

    def started(self, kernel_id, pid, group):
        self.running[kernel_id] = group
        self._write(kernel_id, {"pid": pid, "group": group})

    def ended(self, kernel_id, pid, code):
        if kernel_id not in self.running:
            return
        group = self.running.pop(kernel_id)
        self._write(kernel_id, {"pid": pid, "group": group, "exit": code})
        # Directly after the kernel was waited for, while its group cannot be another one's yet.
        kill_group(group)

    def kill_all(self):
        for group in list(self.running.values()):
            kill_group(group)

    def _write(self, kernel_id, record):
        path = os.path.join(self.folder, kernel_id + ".json")
        with contextlib.suppress(OSError):
            with open(path + ".new", "w", encoding="utf-8") as file:
                json.dump(record, file)
            os.replace(path + ".new", path)


def kill_group(group):
    if group and hasattr(os, "killpg") and group != os.getpgrp():
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def install(runtime, kernel_env):
    """Wraps jupyter_client's local provisioner, which starts every kernel."""
    records = Records(runtime)
    from jupyter_client.provisioning import LocalProvisioner

    launch, poll = LocalProvisioner.launch_kernel, LocalProvisioner.poll

    async def launch_kernel(self, cmd, **kwargs):
        if kwargs.get("env") is not None:
            kwargs["env"] = restored(kwargs["env"], kernel_env)
        connection = await launch(self, cmd, **kwargs)
        with contextlib.suppress(AttributeError):
            records.started(self.kernel_id, self.pid, self.pgid)
        return connection

    async def poll_and_record(self):
        code = await poll(self)
        if code is not None and self.process is not None:
            records.ended(self.kernel_id, self.pid, code)
        return code

    async def wait(self):
        code = 0
        process = self.process
        if process:
            # As the original, which looks every 100 ms.
            while await self.poll() is None:
                await asyncio.sleep(0.01)
            code = process.wait()
            for stream in (process.stdout, process.stderr, process.stdin):
                if stream:
                    stream.close()
            self.process = None
        return code

    LocalProvisioner.launch_kernel = launch_kernel
    LocalProvisioner.poll = poll_and_record
    LocalProvisioner.wait = wait
    return records


def restored(env, kernel_env):
    """The environment without the variables that were meant for the server alone."""
    env = dict(env)
    for name, value in kernel_env.items():
        # A task may have set the variable itself; what the server was given is told by its own value.
        if env.get(name) != os.environ.get(name):
            continue
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env
