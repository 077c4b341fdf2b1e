"""What a training run tells while it runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO


def counted(n: int, noun: str) -> str:
    """The number with its noun, in the plural unless it is one.

    Examples
    --------
    >>> counted(1, "epoch"), counted(10_000, "epoch")
    ('1 epoch', '10000 epochs')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def complain(message: str) -> None:
    """Print what is wrong as one line on stderr."""
    print("autoencoder:", " ".join(message.split()), file=sys.stderr)


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
        stream: TextIO,
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
