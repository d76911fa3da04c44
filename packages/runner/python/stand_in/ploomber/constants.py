"""States of tasks and pipelines: can be imported, not used."""

from ploomber import refuse, refusing

for _name in ("TaskStatus", "DAGStatus", "StepStatus"):
    globals()[_name] = refusing(_name, __name__)

__getattr__ = refuse(__name__)
