"""Python's module pickle, which here also reads files that Python 2 wrote, like its cPickle.

Strings of Python 2 become text, with a character for each byte, as NumPy's arrays need it. A file
that was opened as text is read and written as bytes nevertheless.
"""

from __future__ import annotations

import pickle
from typing import Any

__all__ = pickle.__all__


def load(file: Any) -> Any:
    """Return the object that a file holds."""
    return Unpickler(file).load()


def loads(data: bytes | str) -> Any:
    """Return the object that bytes, or the characters of the same numbers, hold."""
    return pickle.loads(data.encode("latin1") if isinstance(data, str) else data, encoding="latin1")


def dump(value: Any, file: Any, protocol: int | None = None) -> None:
    """Write an object to a file."""
    Pickler(file, protocol).dump(value)


class Unpickler(pickle.Unpickler):
    """A reader of objects from a file."""

    def __init__(self, file: Any) -> None:
        super().__init__(_binary(file), encoding="latin1")


class Pickler(pickle.Pickler):
    """A writer of objects to a file."""

    def __init__(self, file: Any, protocol: int | None = None) -> None:
        super().__init__(_binary(file), protocol)


def _binary(file: Any) -> Any:
    """The bytes of a file that was opened as text; any other file as it is."""
    return getattr(file, "buffer", file)


def __getattr__(name: str) -> Any:
    """All else that pickle has."""
    return getattr(pickle, name)
