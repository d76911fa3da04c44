"""Reads a JSON list of .ipynb texts from stdin, prints the list of what nbformat writes for each after reading it."""

import io
import json
import sys

import nbformat


def write(text):
    notebook = nbformat.reads(text, as_version=4)
    file = io.StringIO()
    nbformat.write(notebook, file)
    return file.getvalue()


print(json.dumps([write(text) for text in json.load(sys.stdin)]))
