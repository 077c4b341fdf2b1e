"""``theano.misc.pkl_utils``: pickles in files."""

from __future__ import annotations

import pickle
from typing import Any, BinaryIO

__all__ = ["dump", "load"]


def dump(obj: Any, file_handler: BinaryIO, protocol: int = 4, persistent_id: Any = None) -> None:
    """Pickle a value into a file; shared variables, expressions and functions are pickled whole.

    `persistent_id` is Theano's, and ignored: arrays are not stored separately.
    """
    pickle.dump(obj, file_handler, max(protocol, 2))


def load(f: BinaryIO, persistent_load: Any = None) -> Any:
    """The value that was pickled into the file; load only those of people you trust.

    Strings of Python 2 are read as Latin-1, which keeps NumPy's arrays intact.
    `persistent_load` is Theano's, and ignored.
    """
    return pickle.load(f, encoding="latin1")
