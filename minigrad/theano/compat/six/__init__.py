"""``theano.compat.six``: what differs between Python 2 and 3, by the names of the package six."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO, StringIO
from typing import Any

from . import moves

PY2, PY3 = False, True
string_types, text_type, binary_type = (str,), str, bytes
integer_types = (int,)


def iterkeys(d: Mapping[Any, Any]) -> Iterator[Any]:
    """The keys, one after the other."""
    return iter(d.keys())


def itervalues(d: Mapping[Any, Any]) -> Iterator[Any]:
    """The values, one after the other."""
    return iter(d.values())


def iteritems(d: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """The pairs of key and value, one after the other.

    >>> list(iteritems({"a": 1}))
    [('a', 1)]
    """
    return iter(d.items())


__all__ = [
    "PY2",
    "PY3",
    "BytesIO",
    "StringIO",
    "binary_type",
    "integer_types",
    "iteritems",
    "iterkeys",
    "itervalues",
    "moves",
    "string_types",
    "text_type",
]
