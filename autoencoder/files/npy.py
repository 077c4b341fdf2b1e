"""Reading one array in NumPy's ``.npy`` format from a stream that nobody vouches for.

`numpy.load` makes room for whatever a header declares, and raises whatever its parsers raise. Here
a header is read by itself and its claims can be judged before any data is read, and memory grows
only with the bytes that really come, so a pipe is as good as a file.
"""

from __future__ import annotations

import math
import warnings
from io import BytesIO
from typing import IO, NamedTuple

import numpy as np

MAGIC = np.lib.format.MAGIC_PREFIX
# NumPy itself refuses to parse longer ones.
LARGEST_HEADER = 10_000
_CHUNK = 2**20

# How many bytes tell the header's length, and who parses it, for each version of the format.
# Version 3 is for structured arrays whose fields have names that Latin-1 cannot write.
_VERSIONS = {
    b"\x01\x00": (2, np.lib.format.read_array_header_1_0),
    b"\x02\x00": (4, np.lib.format.read_array_header_2_0),
}


class Header(NamedTuple):
    """The declaration of an array at the beginning of a ``.npy`` stream."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype
    #: Bytes before the data.
    offset: int

    @property
    def size(self) -> int:
        """Bytes that the whole stream must have."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize


def read_header(stream: IO[bytes], size: int | None = None) -> Header:
    """Read what the stream declares, up to where the data begins.

    Parameters
    ----------
    stream : binary stream, at its beginning
        It need not be able to seek.
    size : int, optional
        How many bytes it has in all, if that is known.

    Raises
    ------
    ValueError
        If it is not in the ``.npy`` format, declares pickled objects, or, where `size` is known,
        more or less data than there is.
    """
    magic = stream.read(len(MAGIC))
    if magic != MAGIC:
        raise ValueError("it is not a NumPy .npy file")
    version = stream.read(2)
    if version not in _VERSIONS:
        raise ValueError(f"it is of an unknown version of the .npy format: {version!r}")
    n_bytes, parse = _VERSIONS[version]
    length = stream.read(n_bytes)
    n_header = int.from_bytes(length, "little")
    if n_header > LARGEST_HEADER:
        raise ValueError(f"its header is {n_header} bytes long; at most {LARGEST_HEADER} are read")
    text = stream.read(n_header)
    try:
        with warnings.catch_warnings():
            # Python's and NumPy's parsers also warn of what they meet in a damaged header.
            warnings.simplefilter("ignore")
            shape, fortran_order, dtype = parse(BytesIO(length + text))
    except Exception as error:
        # Whatever the text makes them raise: TokenError, RecursionError, SyntaxError, TypeError, …
        raise ValueError(f"its header cannot be read: {first_line(error)}") from error
    if any(isinstance(n, bool) or n < 0 for n in shape):
        raise ValueError(f"its header declares a shape that no array has: {shape}")
    if dtype.hasobject:
        raise ValueError("it holds pickled objects. Object arrays cannot be loaded")
    header = Header(shape, fortran_order, dtype, len(MAGIC + version + length + text))
    if size is not None and header.size != size:
        raise ValueError(
            f"its header declares {header.size} bytes ({dtype} of shape {shape}), but there are {size}"
        )
    return header


def read_data(stream: IO[bytes], header: Header) -> np.ndarray:
    """Read the array that a header declares, and make sure that nothing comes after it.

    Parameters
    ----------
    stream : binary stream
        As `read_header` left it.
    header : Header

    Raises
    ------
    ValueError
        If there is more or less data than the header declares.
    """
    data = bytearray()
    n_bytes = header.size - header.offset
    while len(data) < n_bytes:
        chunk = stream.read(min(_CHUNK, n_bytes - len(data)))
        if not chunk:
            raise ValueError(f"it is cut off after {len(data)} of {n_bytes} bytes of data")
        data += chunk
    if stream.read(1):
        raise ValueError(f"something follows the {n_bytes} bytes of data that its header declares")
    return np.ndarray(
        header.shape, header.dtype, buffer=data, order="F" if header.fortran_order else "C"
    )


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its name if it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
