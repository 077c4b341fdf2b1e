"""``theano.compile.debugmode``: the mode that checks each result against the interpreter."""

from __future__ import annotations

from typing import Any

from .mode import Mode

__all__ = ["DebugMode"]


class DebugMode(Mode):
    """The mode ``'DebugMode'``; its options are Theano's, and ignored.

    >>> DebugMode(check_py_code=False)
    'DebugMode'
    """

    def __new__(cls, *options: Any, **more: Any) -> DebugMode:
        return str.__new__(cls, "DebugMode")
