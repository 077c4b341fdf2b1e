"""The progress of a training run: lines that stay and, where possible, a bar."""

from __future__ import annotations

from typing import TextIO, cast

from tqdm.auto import tqdm

from .output import Output


def describe(epoch: int, epochs: int, cost: float) -> str:
    """One line on one epoch.

    Parameters
    ----------
    epoch, epochs : int
        The number of this epoch, counted from 0, and the number of all.
    cost : float

    Examples
    --------
    >>> describe(500, 10000, 0.000123)
    'Epoch 500 of 10000, cost = 0.000123'
    """
    return f"Epoch {epoch} of {epochs}, cost = {cost:.10g}"


class Progress:
    """Prints a line every `every` epochs and, on a terminal or in a notebook, a bar below it.

    The bar is tqdm's: it shows the cost, the epochs a second, and the time left.

    Parameters
    ----------
    epochs : int
        The number of all epochs.
    stream : text file
        If it is closed, nothing is shown.
    every : int
        The number of epochs from one line to the next.
    bar : bool
        Whether to draw a bar besides the lines.

    Examples
    --------
    >>> import sys
    >>> progress = Progress(4, sys.stdout, every=2)
    >>> for epoch, cost in enumerate([0.5, 0.25, 0.125, 0.0625]):
    ...     progress.update(epoch, cost)
    Epoch 0 of 4, cost = 0.5
    Epoch 2 of 4, cost = 0.125
    >>> progress.print_last()
    Epoch 3 of 4, cost = 0.0625
    >>> progress.close()
    """

    def __init__(
        self, epochs: int, stream: TextIO | Output, every: int = 500, *, bar: bool = True
    ) -> None:
        self.epochs = epochs
        self.stream = stream
        self.every = every
        self._last: str | None = None  # the last epoch's line, until it is printed
        self._bar: tqdm[None] = tqdm(
            total=epochs,
            file=cast(TextIO, stream),
            disable=None if bar and not stream.closed else True,  # None: where it cannot live
            leave=False,
            dynamic_ncols=True,
            unit=" epochs",
        )

    def update(self, epoch: int, cost: float) -> None:
        """Say that the epoch is over."""
        self._last = describe(epoch, self.epochs, cost)
        if epoch % self.every == 0:
            self.print_last()
        self._bar.set_postfix_str(f"cost = {cost:.4g}", refresh=False)
        self._bar.update()

    def print_last(self) -> None:
        """Print the line of the last epoch, unless it stands there."""
        if self._last is not None:
            self._bar.clear()
            print(self._last, file=self.stream, flush=True)
            self._last = None

    def close(self) -> None:
        """Take the bar away; call it before anything else is printed."""
        self._bar.close()
