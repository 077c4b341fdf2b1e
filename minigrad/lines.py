"""The lines of users' programs that operations are credited to, for messages and comments."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import NamedTuple


class Line(NamedTuple):
    """A line of somebody's program."""

    filename: str
    number: int


_PACKAGE = str(Path(__file__).parent) + os.sep


class _Lines(threading.local):
    """For each thread the line that its nodes are credited to, if not the one being executed."""

    override: Line | None = None


_lines = _Lines()


def current_line() -> Line | None:
    """The innermost line being executed that is neither in this package nor in a `make_node`."""
    if _lines.override is not None:
        return _lines.override
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and (
        frame.f_code.co_filename.startswith(_PACKAGE) or frame.f_code.co_name == "make_node"
    ):
        frame = frame.f_back
    return None if frame is None else Line(frame.f_code.co_filename, frame.f_lineno)


def asked_for() -> str:
    """Return ``"name: "``, to begin a message with: the public function that the user called.

    Return ``""`` if what they called is not public.
    """
    frame: FrameType | None = sys._getframe(1)
    name = ""
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        name = frame.f_code.co_name
        frame = frame.f_back
    return f"{name}: " if name[:1].isalpha() else ""


class credited_to:
    """A block whose nodes are credited to this line."""

    def __init__(self, line: Line | None) -> None:
        self._line = line

    def __enter__(self) -> None:
        self._before = _lines.override
        _lines.override = self._line

    def __exit__(self, *error: object) -> None:
        _lines.override = self._before
