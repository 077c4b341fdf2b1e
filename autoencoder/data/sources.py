"""The data that a name leads to: a table or a folder of images, and who reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ..extra import load
from ..files.npy import MAGIC
from ..files.whole import open_for_reading
from .arrays import read_npy, read_npz
from .donuts import make_donuts

# Names of what is no file.
STDIN, DONUTS, DIGITS = "-", "donuts", "digits"

_TEXTS = (".csv", ".tsv", ".txt")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm")
_PARQUET = (".parquet", ".pq")
# How files of Excel begin, of now and of old.
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Images(NamedTuple):
    """Images, one a row."""

    #: float64, of shape (n_images, height · width).
    pixels: np.ndarray
    #: The class of each, if they have classes.
    labels: np.ndarray | None
    #: Height and width.
    shape: tuple[int, int]
    #: The largest number that a pixel can have; the least is 0.
    largest: float
    #: The name of each one's file, if they have files.
    files: np.ndarray | None = None


def read_source(source: str) -> Any:
    """Read what the source leads to.

    Parameters
    ----------
    source : str
        As `read_samples` has it.

    Returns
    -------
    Images, array or DataFrame
        A table whose columns have names is a DataFrame.

    Raises
    ------
    OSError
        If it cannot be opened.
    ValueError
        If it cannot be read.
    ImportError
        If it needs pandas, and that is not installed.
    """
    if source == DONUTS:
        return make_donuts()
    if source == DIGITS:
        return _digits()
    if source == STDIN:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        return load("data.frames").read_csv(sys.stdin.buffer, "standard input")
    if os.path.isdir(source):
        return load("data.images").read_images(Path(source))
    with open_for_reading(source) as file:
        if source.lower().endswith(IMAGE_SUFFIXES):
            raise ValueError(
                f"{source}: expected a table or a folder, got an image; give its folder"
            )
        return _reader(source, file)(file, source)


def _digits() -> Images:
    from sklearn.datasets import load_digits  # slow to load, and rarely wanted

    digits = load_digits()
    return Images(digits.data, digits.target, digits.images.shape[1:], 16.0)


def _reader(source: str, file: BinaryIO) -> Callable[[BinaryIO, str], Any]:
    """The reader of the file: told by its suffix or, if that says nothing, by how it begins."""
    suffix = os.path.splitext(source)[1].lower()
    if suffix == ".npz":
        return read_npz
    if suffix == ".npy" or (suffix not in (*_TEXTS, *_PARQUET) and _begins_as_npy(file)):
        return read_npy
    if suffix not in _PARQUET and file.peek(4)[:4] in _ARCHIVES:  # type: ignore[attr-defined]  # as below
        raise ValueError(
            f"{source}: expected a table in text, got an Excel file, or another archive; save it as "
            "CSV there, or by pandas.read_excel(path).to_csv('table.csv', index=False)"
        )
    frames = load("data.frames")
    if suffix in _PARQUET:
        return frames.read_parquet
    separator = "\t" if suffix == ".tsv" else None
    return lambda file, source: frames.read_csv(file, source, separator)


def _begins_as_npy(file: BinaryIO) -> bool:
    """Whether its first byte, which no text has, is that of a ``.npy`` file."""
    return file.peek(1)[:1] == MAGIC[:1]  # type: ignore[attr-defined]  # of a buffered reader
