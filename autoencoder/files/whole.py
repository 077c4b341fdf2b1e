"""Opening files, and writing them so that a reader finds the whole new one or the old one."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def open_for_reading(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file in binary mode; what is wrong with a path is said with its name.

    Parameters
    ----------
    path : path

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If no file can have such a path.

    Examples
    --------
    >>> open_for_reading("model\\0.npz")
    Traceback (most recent call last):
        ...
    ValueError: 'model\\x00.npz': embedded null byte
    """
    try:
        return open(path, "rb")
    except ValueError as error:
        raise ValueError(f"{os.fsdecode(path)!r}: {error}") from error


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Write a file beside `path`, and move it there once the block has ended without an error.

    Parameters
    ----------
    path : path
        The file to make or replace. Its directory must exist.

    Yields
    ------
    binary file, open for writing

    Raises
    ------
    OSError
        If the file cannot be written. Then, as after any error in the block, `path` is as it
        was before and nothing is left beside it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "greeting.txt") as file:
    ...         _ = file.write(b"hello")
    ...     (Path(folder) / "greeting.txt").read_text()
    'hello'
    """
    beside = _open_beside(path)
    try:
        with beside:
            yield beside
        os.replace(beside.name, _target(path))
    finally:
        Path(beside.name).unlink(missing_ok=True)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise the OSError that writing `path` would raise, and leave everything as it is.

    Parameters
    ----------
    path : path
        The file that is to be written later.

    Raises
    ------
    OSError
        If `path` is a directory or a device, or its directory is missing or does not take new files.

    Examples
    --------
    >>> check_writable("nowhere/model.npz")
    Traceback (most recent call last):
        ...
    FileNotFoundError: [Errno 2] there is no directory 'nowhere': 'nowhere/model.npz'
    """
    # Trying is the only sure test: permission bits do not know of read-only disks or of root.
    beside = _open_beside(path)
    beside.close()
    os.unlink(beside.name)


def _open_beside(path: str | os.PathLike[str]) -> BinaryIO:
    """A new file in the directory of `path`: a move is atomic only within one file system."""
    target = _target(path)
    if target.exists() and not target.is_file():
        raise FileExistsError(errno.EEXIST, "Exists and is not an ordinary file", os.fsdecode(path))
    try:
        return open(target.with_name(f".{secrets.token_hex(8)}.tmp"), "xb")
    except OSError as error:
        why = _missing_directory(path) if error.errno == errno.ENOENT else error.strerror
        raise OSError(error.errno, why, os.fsdecode(path)) from None


def _missing_directory(path: str | os.PathLike[str]) -> str:
    """A message on the missing directory: the path's or, for a link, the one that it leads to."""
    given = os.path.dirname(os.fsdecode(path))
    missing = _target(path).parent if os.path.isdir(given or ".") else given
    return f"there is no directory {str(missing)!r}"


def _target(path: str | bytes | os.PathLike[str]) -> Path:
    """The file that will be replaced: a link stays a link, and it is the file that it leads to."""
    return Path(os.path.realpath(os.fsdecode(path)))
