"""Task classes: can be imported, not used."""

from ploomber import refuse, refusing

for _name in (
    "Task",
    "PythonCallable",
    "ShellScript",
    "SQLScript",
    "SQLDump",
    "SQLTransfer",
    "SQLUpload",
    "PostgresCopyFrom",
    "NotebookRunner",
    "ScriptRunner",
    "DownloadFromURL",
    "Link",
    "Input",
    "UploadToS3",
    "TaskGroup",
    "TaskFactory",
):
    globals()[_name] = refusing(_name, __name__)

__getattr__ = refuse(__name__)
