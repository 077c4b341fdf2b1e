"""Compile a graph to a NumPy program that can be called."""

from __future__ import annotations

from ..core.evaluate import MissingInputError
from .compiled import Function
from .function import function
from .inputs import In, Out, Param, UnusedInputError
from .inspect.nanguardmode import NanGuardMode

__all__ = [
    "Function",
    "In",
    "MissingInputError",
    "NanGuardMode",
    "Out",
    "Param",
    "UnusedInputError",
    "function",
]
