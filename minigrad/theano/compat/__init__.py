"""``theano.compat``: what differed between versions of Python, once."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from operator import truediv as operator_div
from typing import Any

from . import python2x, six
from .six import PY3

izip, imap, ifilter = zip, map, filter


def cmp(x: Any, y: Any) -> int:
    """-1, 0 or 1: whether x is less than y, as much, or more.

    >>> cmp(1, 2), cmp("b", "a")
    (-1, 1)
    """
    return (x > y) - (x < y)


def decode(x: bytes) -> str:
    """The text of the bytes."""
    return x.decode()


def decode_iter(itr: Iterable[bytes]) -> Iterator[str]:
    """The text of each."""
    return map(decode, itr)


def exc_message(e: BaseException) -> Any:
    """The message of an exception, or of the one that it was raised with."""
    message = e.args[0]
    return exc_message(message) if isinstance(message, Exception) else message


__all__ = [
    "PY3",
    "OrderedDict",
    "cmp",
    "decode",
    "decode_iter",
    "defaultdict",
    "exc_message",
    "ifilter",
    "imap",
    "izip",
    "operator_div",
    "python2x",
    "six",
]
