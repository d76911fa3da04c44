"""Kernelspecs made for one task: an installed spec, with the task's environment and, for ipykernel, our launcher.

A task is a JSON file `<runtime dir>/tasks/<name>.json` with `kernel` and `env`; a kernel started under that name gets
the installed spec of `kernel`, resolved by jupyter_client itself, so everything that a user configured still holds.
"""

import contextlib
import copy
import json
import os
import sys

from jupyter_client.kernelspec import KernelSpecManager

TASKS = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "tasks")
LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel_main.py")
MODULES = ("ipykernel_launcher", "ipykernel", "ipykernel.kernelapp")


class TaskKernelSpecs(KernelSpecManager):
    def get_kernel_spec(self, kernel_name):
        try:
            with open(os.path.join(TASKS, kernel_name + ".json"), encoding="utf-8") as file:
                task = json.load(file)
        except OSError:
            return super().get_kernel_spec(kernel_name)
        return for_task(super().get_kernel_spec(task["kernel"]), task["env"])


def for_task(spec, env):
    spec = copy.deepcopy(spec)
    spec.argv = launcher_argv(list(spec.argv))
    spec.env = {**spec.env, **{name: escape(value) for name, value in env.items()}}
    return spec


def escape(value):
    # jupyter_client expands ${NAME} in the env of a spec; a task's value is meant to the letter.
    return value.replace("$", "$$")


def launcher_argv(argv):
    """Our launcher in place of ipykernel's, if the spec starts ipykernel; other kernels stay as they are."""
    module = next((index for index, part in enumerate(argv) if part in MODULES and argv[index - 1] == "-m"), None)
    if module is None:
        return argv
    if is_own_interpreter(argv[0]):
        return [sys.executable, *argv[1 : module - 1], LAUNCHER, *argv[module + 1 :]]
    return [*argv, "--HistoryManager.hist_file=:memory:"]


def is_own_interpreter(program):
    """Whether it is the same environment. Links are not followed: all venvs link to the same interpreter."""
    version = sys.version_info
    names = ("python", f"python{version.major}", f"python{version.major}.{version.minor}")
    if program in names:
        return True
    with contextlib.suppress(OSError):
        return os.path.basename(program) in (*names, os.path.basename(sys.executable)) and os.path.samefile(
            os.path.dirname(program), os.path.dirname(sys.executable)
        )
    return False
