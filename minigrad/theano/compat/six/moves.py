"""``theano.compat.six.moves``: what has another name or place in Python 3."""

from __future__ import annotations

import sys
from builtins import filter, input, map, range, zip  # noqa: UP029  # programs import them here
from functools import reduce
from importlib import import_module
from io import StringIO
from itertools import zip_longest
from types import ModuleType

xrange = range

# Imported when they are asked for: old names, and what to import for them now.
MODULES = {
    "builtins": "builtins",
    "cPickle": "pickle",
    "configparser": "configparser",
    "queue": "queue",
    "urllib": "urllib.request",
}

__all__ = [
    *MODULES,
    "StringIO",
    "filter",
    "input",
    "map",
    "range",
    "reduce",
    "xrange",
    "zip",
    "zip_longest",
]


def __getattr__(name: str) -> ModuleType:
    """The module of this name in Python 2."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module(MODULES[name])
    return sys.modules[MODULES[name].partition(".")[0]]
