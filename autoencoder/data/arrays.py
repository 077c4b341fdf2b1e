"""Tables without names: a matrix of numbers in a ``.npy`` or ``.npz`` file."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np

from ..files.npy import Header, first_line, read_data, read_header


def read_npy(file: BinaryIO, source: str, least_columns: int = 1) -> np.ndarray:
    """The matrix in a ``.npy`` stream, of any dtype of numbers.

    Parameters
    ----------
    file : binary stream, at its beginning
        It need not be able to seek.
    source : str
        The name of the source, for messages.
    least_columns : int
        The least number of columns: 2 if the last column is the class.

    Raises
    ------
    ValueError
        If it is not a ``.npy`` file, or its array is not a matrix of numbers with at least one row
        and `least_columns` columns. Pickled objects are never read.
    """
    status = os.fstat(file.fileno())
    # Only an ordinary file tells its size; a pipe has what comes.
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    with _complaining_of(source, ".npy file of numbers", "numpy.save(path, table)"):
        header = read_header(file, size)
    _check_declared(header, source, least_columns)
    with _complaining_of(source, ".npy file of numbers", "numpy.save(path, table)"):
        return read_data(file, header)


def read_npz(file: BinaryIO, source: str, least_columns: int = 1) -> np.ndarray:
    """The one matrix in a ``.npz`` archive.

    Parameters
    ----------
    file : binary file, at its beginning
    source, least_columns
        As for `read_npy`.

    Raises
    ------
    ValueError
        If it is not a ``.npz`` file, or does not hold exactly one array, or as in `read_npy`.
    """
    form = ".npz file of one table", "numpy.savez(path, table=table)"
    with _complaining_of(source, *form):
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
        if len(members) != 1:
            names = ", ".join(member.filename.removesuffix(".npy") for member in members[:5])
            raise ValueError(f"it holds {len(members)} arrays ({names})")
        opened = archive.open(members[0])
    with archive, opened as stream:
        with _complaining_of(source, *form):
            header = read_header(stream, members[0].file_size)
        _check_declared(header, source, least_columns)
        with _complaining_of(source, *form):
            return read_data(stream, header)


@contextmanager
def _complaining_of(source: str, expected: str, written: str) -> Iterator[None]:
    """Turn any error of reading into a ValueError that names the file."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"{source}: expected a complete {expected}, but {first_line(error)}; "
            f"write it again with {written}"
        ) from error


def _check_declared(header: Header, source: str, least_columns: int) -> None:
    """Raise a ValueError unless the header declares a table."""
    dtype, shape = header.dtype, header.shape
    if dtype.kind not in "biuf":
        raise ValueError(
            f"{source}: expected columns of numbers, got dtype {dtype}; "
            "convert or drop the columns that are not numbers"
        )
    if len(shape) != 2:
        raise ValueError(
            f"{source}: expected 2 dimensions (rows are samples, the last column is the class), "
            f"got {len(shape)} (shape {shape}); reshape it first"
        )
    if shape[0] < 1:
        raise ValueError(
            f"{source}: expected at least one row, got none (shape {shape}); "
            "check how the file was made"
        )
    if shape[1] < least_columns:
        if least_columns == 2:
            wanted = "one feature column and the class column"
            advice = "add a last column for the class (zeros will do), or say --label none"
        else:
            wanted, advice = "one column", "check how the file was made"
        raise ValueError(f"{source}: expected at least {wanted}, got shape {shape}; {advice}")
