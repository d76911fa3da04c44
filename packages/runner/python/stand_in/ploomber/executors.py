"""Executors: can be imported, not used."""

from ploomber import refuse, refusing

for _name in ("Serial", "Parallel", "ParallelDill"):
    globals()[_name] = refusing(_name, __name__)

__getattr__ = refuse(__name__)
