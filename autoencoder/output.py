"""Printing that never ends a program: a stream that fails is told once, and left."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO


def counted(n: int, noun: str) -> str:
    """The number with its noun, in the plural unless it is one.

    Examples
    --------
    >>> counted(1, "epoch"), counted(10_000, "epoch")
    ('1 epoch', '10000 epochs')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def complain(message: str) -> None:
    """Print what is wrong as one line on stderr, if it takes it."""
    with suppress(OSError):
        print("autoencoder:", " ".join(message.split()), file=sys.stderr)


class Output:
    """A text file that takes what it can: no line that it cannot take ends the program.

    What its encoding lacks is written as an escape. When it fails, there is one complaint, and
    nothing more is written to it.

    Parameters
    ----------
    stream : text file or None
        None takes nothing.
    name : str
        For the complaint.

    Examples
    --------
    >>> import io
    >>> stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    >>> print("ü", file=Output(stream, "stdout"), flush=True)
    >>> stream.buffer.getvalue().decode().strip() == "\\\\xfc"
    True
    """

    def __init__(self, stream: TextIO | None, name: str) -> None:
        self._stream = stream
        self._name = name

    @property
    def closed(self) -> bool:
        """Whether it takes nothing, or nothing more."""
        return self._stream is None

    @property
    def encoding(self) -> str | None:
        """The stream's encoding, by which a writer can choose among characters."""
        return self._stream.encoding if self._stream is not None else None

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """The number of the open file, of which a terminal's width can be asked."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write the text; return its length."""
        if self._stream is not None:
            encoding = self._stream.encoding or "utf-8"
            readable = text.encode(encoding, "backslashreplace").decode(encoding)
            self._attempt(lambda stream: stream.write(readable))
        return len(text)

    def flush(self) -> None:
        """Have all of it written now."""
        self._attempt(lambda stream: stream.flush())

    def _attempt(self, action: Callable[[TextIO], Any]) -> None:
        if self._stream is None:
            return
        try:
            action(self._stream)
        except (OSError, ValueError) as error:  # ValueError: it has been closed
            _let_go(self._stream)
            self._stream = None
            reason = getattr(error, "strerror", None) or error
            complain(f"{self._name}: {reason}; nothing more is printed")


def _let_go(stream: TextIO) -> None:
    """Lead the stream to nowhere: Python writes what it still holds when the program ends."""
    with suppress(OSError, ValueError):  # what is no file, or closed, needs no leading
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
