"""Errors while computing values, told in terms of the user's program."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import numpy as np

from ..core import evaluate
from ..core.credit import PACKAGE, Line
from ..core.graph import Apply, Variable


def explained(error: Exception, node: Apply, inputs: Sequence[Any] | None) -> Exception:
    """The same error, whose message adds the operation, its input values, and the user's line."""
    arguments = [
        f"{variable} is {np.result_type(value)} {np.shape(value)}"
        for variable, value in zip(names_of(node.inputs), inputs or (), strict=inputs is not None)
    ]
    details = f"  in {node.op}" + (f", where {', '.join(arguments)}" if arguments else "")
    if node.made_at is not None:
        details += f"\n  made at {quoted(node.made_at)}"
    if len(error.args) == 1 and isinstance(error.args[0], str):
        error.args = (f"{error.args[0]}\n{details}",)
    elif hasattr(error, "add_note"):
        error.add_note(details)
    return error


def names_of(variables: Sequence[Variable]) -> list[str]:
    """The names of a node's inputs in messages."""
    return [variable.name or f"input {i}" for i, variable in enumerate(variables)]


def quoted(line: Line) -> str:
    """The line's file and number, and its text if the file can be read."""
    path = os.path.normpath(line.filename).removeprefix(os.path.join(os.getcwd(), ""))
    path = _cell(line.filename) or path
    text = linecache.getline(line.filename, line.number).strip()
    return f"{path}:{line.number}" + (f": {text}" if text else "")


def file_and_line(line: Line) -> str:
    """The line's file, without folders, and its number."""
    return f"{_cell(line.filename) or os.path.basename(line.filename)}:{line.number}"


def _cell(filename: str) -> str | None:
    """Return what a notebook calls the cell that Python knows by this name: In[3]."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    found = shell and shell.compile.format_code_name(filename)
    return found[1] if found else None


evaluate.explained = explained


def asked_for() -> str:
    """Return ``"name: "`` of the public function that the user called; ``""`` if it is not public."""
    frame: FrameType | None = sys._getframe(1)
    name = ""
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        name = frame.f_code.co_name
        frame = frame.f_back
    return f"{name}: " if name[:1].isalpha() else ""
