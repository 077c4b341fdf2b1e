"""Lines of users' programs to which operations are credited, for messages and comments."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import Any, NamedTuple


class Line(NamedTuple):
    """A line of somebody's program."""

    filename: str
    number: int


class DerivedLine(Line):
    """A line, equal to the same `Line`, for what belongs to the derivative of what it wrote."""

    __slots__ = ()


def derived(line: Line | None) -> Line | None:
    """The line, for what belongs to the derivative of what it wrote."""
    return None if line is None else DerivedLine(*line)


PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep

# The line that nodes are credited to, if not the one being executed.
_credited: ContextVar[Line | None] = ContextVar("credited", default=None)


def current_line() -> Line | None:
    """The innermost line being executed that is neither in this package nor in a `make_node`."""
    line = _credited.get()
    if line is not None:
        return line
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and (
        frame.f_code.co_filename.startswith(PACKAGE) or frame.f_code.co_name == "make_node"
    ):
        frame = frame.f_back
    return None if frame is None else Line(frame.f_code.co_filename, frame.f_lineno)


def credited_to(line: Line | None, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return ``function(*arguments)``; the nodes that it makes are credited to this line.

    It is called in a context of its own, which ends with the call, whatever interrupts that.
    """
    context = copy_context()
    context.run(_credited.set, line)
    return context.run(function, *arguments)
