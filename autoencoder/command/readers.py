"""Readers of options: they check an option's text and return its value."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from ..files.whole import check_writable
from ..fitting.percentiles import PERCENTAGES

NO_PICTURE = "none"
PICTURE_FORMATS = ("png", "pdf", "svg", "jpg", "jpeg", "webp", "eps")


def output(path: str) -> str:
    """The path, if a file can be written there.

    Examples
    --------
    >>> output("nowhere/model.npz")
    Traceback (most recent call last):
        ...
    argparse.ArgumentTypeError: nowhere/model.npz: there is no directory 'nowhere'; choose a file in a \
directory that takes new files
    """
    try:
        check_writable(path)
    except OSError as error:
        raise argparse.ArgumentTypeError(
            f"{path}: {error.strerror or error}; choose a file in a directory that takes new files"
        ) from error
    return path


def picture(path: str) -> str | None:
    """The path, if a picture can be written there; None for the word that means no picture."""
    if path == NO_PICTURE:
        return None
    if Path(path).suffix[1:].lower() not in PICTURE_FORMATS:
        raise argparse.ArgumentTypeError(
            f"{path}: expected a name that ends in .{', .'.join(PICTURE_FORMATS)}, "
            f"such as autoencoder.png, or {NO_PICTURE}"
        )
    return output(path)


def one_of(words: Collection[str]) -> Callable[[str], str]:
    """A reader of one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise argparse.ArgumentTypeError(f"got {text!r}, expected {' or '.join(words)}")
        return text

    return read


def either(word: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of a word, or of what `read` reads."""

    def read_either(text: str) -> Any:
        if text == word:
            return word
        try:
            return read(text)
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(f"{error}, or {word}") from None

    return read_either


def percentage(text: str) -> int:
    """One of the percentages for which a model knows the error."""
    return int(one_of([str(percent) for percent in PERCENTAGES])(text))


def share(text: str) -> float:
    """A number more than 0 and less than 1."""
    value = number(0, 1)(text)
    if value in (0, 1):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected more than 0 and less than 1")
    return value


def whole(low: int, high: float = math.inf) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""
    return _reader(int, "a whole number", low, high)


def number(low: float, high: float = math.inf) -> Callable[[str], float]:
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
