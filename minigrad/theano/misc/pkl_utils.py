"""``theano.misc.pkl_utils``: pickles in files."""

from __future__ import annotations

import pickle
from typing import Any, BinaryIO

__all__ = ["dump", "load"]


def dump(obj: Any, file_handler: BinaryIO, protocol: int = 4, persistent_id: Any = None) -> None:
    """Pickle a value into a file; shared variables, expressions and functions are pickled whole.

    `persistent_id` is Theano's, and ignored: arrays are not put apart from what holds them.
    """
    pickle.dump(obj, file_handler, max(protocol, 2))


def load(f: BinaryIO, persistent_load: Any = None) -> Any:
    """The value that was pickled into the file; load only those of people you trust.

    Text of Python 2 in it is read as Latin-1, in which NumPy's arrays are found again.
    `persistent_load` is Theano's, and ignored.
    """
    return pickle.load(f, encoding="latin1")
