"""Execute the notebooks of a pipeline one after the other in this process, with nbclient.

nbclient_loop.py DIR [NAME ...]    NAME: tasks; all of order.json by default
"""

import json
import os
import sys

import nbformat
from nbclient import NotebookClient

os.chdir(sys.argv[1])
with open("order.json") as file:
    order = json.load(file)
for entry in order:
    if sys.argv[2:] and entry["task"] not in sys.argv[2:]:
        continue
    notebook = nbformat.read(f"notebooks/{entry['task']}.ipynb", 4)
    NotebookClient(notebook, resources={"metadata": {"path": "."}}).execute()
    nbformat.write(notebook, entry["nb"])
