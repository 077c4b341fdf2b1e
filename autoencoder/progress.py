"""What a training run tells while it runs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TextIO


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


class Stream(Protocol):
    """What can be printed to."""

    def isatty(self) -> bool: ...

    def write(self, text: str, /) -> Any: ...

    def flush(self) -> Any: ...


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

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream is not None and self._stream.isatty()

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
        except OSError as error:
            _let_go(self._stream)
            self._stream = None
            complain(f"{self._name}: {error.strerror or error}; nothing more is printed")


def _let_go(stream: TextIO) -> None:
    """Lead the stream to nowhere: Python writes what it still holds when the program ends."""
    with suppress(OSError):  # io.UnsupportedOperation, too, of what is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)


def describe(epoch: int, epochs: int, cost: float) -> str:
    """One line on one epoch.

    Parameters
    ----------
    epoch, epochs : int
        This one, counted from 0, and how many there are to be.
    cost : float

    Examples
    --------
    >>> describe(500, 10000, 0.000123)
    'Epoch 500 of 10000, cost = 0.000123'
    """
    return f"Epoch {epoch} of {epochs}, cost = {cost:.10g}"


class Progress:
    """Prints a line every `every` epochs and, on a terminal, a live line below it.

    Parameters
    ----------
    epochs : int
        How many there are to be.
    stream : text file
        The live line appears only if it is a terminal.
    every : int
        Epochs from one lasting line to the next.
    clock : callable
        Gives the time in seconds.
    """

    REFRESH_SECONDS = 0.1

    def __init__(
        self,
        epochs: int,
        stream: Stream,
        every: int = 500,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.epochs = epochs
        self.stream = stream
        self.every = every
        self.clock = clock
        self.live = stream.isatty()
        self.start = self.refreshed = clock()

    def update(self, epoch: int, cost: float) -> None:
        """Say that the epoch is over."""
        if epoch % self.every == 0:
            self.clear()
            print(describe(epoch, self.epochs, cost), file=self.stream, flush=True)
        if self.live and self.clock() - self.refreshed >= self.REFRESH_SECONDS:
            self.refreshed = self.clock()
            self._write(self._live_line(epoch + 1))

    def clear(self) -> None:
        """Take the live line away; call it before anything else is printed."""
        if self.live:
            self._write("")

    def _live_line(self, done: int) -> str:
        rate = done / (self.refreshed - self.start)
        left = (self.epochs - done) / rate
        return f"{done / self.epochs:4.0%}  {rate:,.0f} epochs/s  {_duration(left)} left"

    def _write(self, line: str) -> None:
        # Back to the first column, then erase to the end of the line.
        self.stream.write(f"\r{line}\x1b[K")
        self.stream.flush()


def _duration(seconds: float) -> str:
    """Seconds as ``7 s``, ``2 min 05 s`` or ``1 h 20 min``."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
