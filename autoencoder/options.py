"""The options of ``python -m autoencoder``: read, and checked, before anything slow begins."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from .data import load_donuts
from .files import check_writable

LARGEST_SEED = 2**32 - 1
PICTURE_FORMATS = ("png", "pdf", "svg", "jpg", "jpeg", "webp", "eps")
_FIGURE = "autoencoder.png"
_DATA = (
    "a matrix, one sample a row, its class in the last column; or scikit-learn's handwritten "
    "digits (two generated donuts)"
)
_SAVE = "write the model, without the scaling, for AutoEncoder.load"


class Samples(NamedTuple):
    """A table to train on, with the path it came from and, if its rows are images, their shape."""

    table: np.ndarray
    path: str | None = None
    image_shape: tuple[int, int] | None = None


def parse_options(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The options on the command line; leaves the program if one of them is wrong.

    Parameters
    ----------
    argv : sequence of str, optional
        By default what the program was called with.

    Returns
    -------
    Namespace
        The options by name; ``data`` is what was read, as `Samples`.

    Raises
    ------
    SystemExit
        With status 2 after one line on stderr, if an option is unknown or out of its range, the
        data cannot be read, or an output cannot be written.

    Examples
    --------
    >>> parse_options(["--hidden", "3"]).hidden
    3
    """
    parser = _Parser(
        prog="python -m autoencoder",
        description="Train a tied-weight autoencoder, print its cost, and draw what it learned.",
        epilog="Features are scaled to 0-1 first; a saved model takes scaled features, and does "
        "not hold the scaling. Exit status: 0 trained, 1 training only made the cost worse, 2 bad "
        "input, 130 interrupted by Ctrl-C.",
    )

    def valued(
        flag: str, metavar: str, read: Callable[[str], Any], default: Any, text: str
    ) -> None:
        parser.add_argument(flag, metavar=metavar, type=read, default=default, help=text)

    valued("--data", "FILE.npy|digits", _samples, None, _DATA)
    valued("--hidden", "N", _whole(1), 2, "hidden units (%(default)s)")
    valued("--epochs", "N", _whole(1), 10000, "trips through the data (%(default)s)")
    valued("--lr", "X", _number(0, math.inf), 0.1, "learning rate (%(default)s)")
    valued("--momentum", "X", _number(0, 1), 0.9, "share of its speed a step keeps (%(default)s)")
    valued("--batch-size", "N", _whole(1), None, "samples a step (all)")
    valued("--seed", "N", _whole(0, LARGEST_SEED), 0, "seed of the first weights (%(default)s)")
    valued("--figure", "FILE", _picture, _FIGURE, "the picture (%(default)s)")
    valued("--save", "MODEL.npz", _output, None, _SAVE)
    parser.add_argument("--show", action="store_true", help="open the picture in a window too")
    parser.add_argument(
        "--quiet", action="store_true", help="print nothing but warnings and errors"
    )
    options = parser.parse_args(argv)
    if options.data is None:
        options.data = Samples(load_donuts())
    _check_distinct(parser, options)
    return options


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line: the usage that argparse prints would bury it."""
        one_line = " ".join(message.split())
        self.exit(2, f"{self.prog}: {one_line}; --help lists the options\n")


def _samples(source: str) -> Samples:
    if source == "digits":
        from sklearn.datasets import load_digits  # slow to load, and rarely wanted

        digits = load_digits()
        table = np.column_stack([digits.data, digits.target])
        return Samples(table, image_shape=digits.images.shape[1:])
    try:
        return Samples(load_donuts(source), source)
    except OSError as error:
        raise argparse.ArgumentTypeError(
            f"{source}: {error.strerror or error}; give a .npy file, or no --data for the donuts"
        ) from error
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _output(path: str) -> str:
    """The path, if a file can be written there."""
    try:
        check_writable(path)
    except OSError as error:
        raise argparse.ArgumentTypeError(
            f"{path}: {error.strerror or error}; choose a file in a directory that takes new files"
        ) from error
    return path


def _picture(path: str) -> str:
    """The path, if a picture can be written there."""
    if Path(path).suffix[1:].lower() not in PICTURE_FORMATS:
        raise argparse.ArgumentTypeError(
            f"{path}: expected a name that ends in .{', .'.join(PICTURE_FORMATS)}, "
            "such as autoencoder.png"
        )
    return _output(path)


def _whole(low: int, high: float = math.inf) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""
    return _reader(int, "a whole number", low, high)


def _number(low: float, high: float) -> Callable[[str], float]:
    """A reader of finite numbers from `low` to `high`."""
    return _reader(float, "a number", low, high)


def _reader(kind: Callable[[str], Any], noun: str, low: float, high: float) -> Callable[[str], Any]:
    bounds = f"of at least {low}" if high == math.inf else f"from {low} to {high}"

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        # False for NaN too.
        if not (low <= value <= high and value < math.inf):
            raise argparse.ArgumentTypeError(f"got {text!r}, expected {noun} {bounds}")
        return value

    return read


def _check_distinct(parser: _Parser, options: argparse.Namespace) -> None:
    """Leave the program if two options name the same file: one would overwrite the other."""
    owners: dict[str, str] = {}
    files = {"--data": options.data.path, "--figure": options.figure, "--save": options.save}
    for flag, path in files.items():
        if path is not None and owners.setdefault(os.path.realpath(path), flag) != flag:
            owner = owners[os.path.realpath(path)]
            parser.error(f"argument {flag}: {path}: is the file of {owner} too; choose another")
