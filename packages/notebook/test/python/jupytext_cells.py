"""Prints, as one JSON object, the cells that jupytext reads from each file of a folder: name -> [type, source, metadata]."""

import json
import sys
from pathlib import Path

import jupytext


def cells(path):
    notebook = jupytext.reads(path.read_bytes().decode('utf-8'), fmt={'extension': path.suffix})
    return [[cell.cell_type, cell.source, cell.metadata] for cell in notebook.cells]


folder = Path(sys.argv[1])
print(json.dumps({path.name: cells(path) for path in sorted(folder.iterdir())}))
