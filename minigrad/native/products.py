"""Products of large matrices, computed in tiles: which they are, and the C that calls `products.h`."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Container, Iterable, Sequence
from importlib.resources import files
from typing import Any

from ..core.axes import DimShuffle
from ..core.graph import Apply, Variable
from ..ops.linalg import Dot
from ..protocol.axes import Axes, axes_of
from . import c
from .compiler import loaded

# A product of matrices of which two sizes are so small beside the third is computed in other loops.
_SMALL = 256
# With fewer columns, BLAS is faster.
_FEWEST_COLUMNS = 8
_WORTH_THREADS = 1 << 18  # multiplications
_WORTH_THREADS_TO_COPY = 1 << 14  # elements
# Rows are many if they are so many times as many as the rows, and the columns, of the result.
_MANY_ROWS = 8
# In bytes: a row of a result is padded to whole vectors, a panel has two.
_ROW, _PANEL = 64, 128


def is_small(node: Apply) -> bool:
    """Whether two sizes of a product are small beside the third."""
    return math.prod(sorted(_sizes(node).values())[:-1]) <= _SMALL


def is_tiled(node: Apply) -> bool:
    """Whether a node is a product of large matrices, which is computed in tiles."""
    types = [v.type for v in (*node.inputs, *node.outputs)]
    return (
        isinstance(node.op, Dot)
        and all(t.ndim == 2 and t.dtype == types[0].dtype for t in types)
        and types[0].dtype in ("float32", "float64")
        and not is_small(node)
        and types[-1].shape[1] >= _FEWEST_COLUMNS
    )


def _sizes(node: Apply) -> dict[Any, int]:
    axes = axes_of(node)
    assert axes is not None
    sizes: dict[Any, int] = {}
    for v, labels in zip(node.inputs, axes.inputs, strict=True):
        sizes.update(zip(labels, v.type.shape, strict=True))
    return sizes


# The functions are compiled once for all programs, which have pointers to them.
_A = "const {0} *restrict a, int64_t a_row, int64_t a_column"
_B = "const {0} *restrict b, int64_t b_row, int64_t b_column"
_C = "{0} *restrict c, int64_t c_row"
_SIZES = "int64_t rows, int64_t columns, int64_t terms"
_PARAMETERS = {
    "product": f"int threads, {_SIZES}, {_A}, {_B}, {_C}, void *restrict panels",
    "pack": f"int threads, int64_t columns, int64_t terms, {_B}, void *restrict panels",
    "product_of_rows": f"{_SIZES}, {_A}, const void *restrict panels, {_C}",
    "product_of_terms": f"{_SIZES}, {_A}, const {{0}} *restrict b, int64_t b_row, {_C}",
}
DECLARED = "\n".join(
    f"void (*{function}_{name})({parameters.format(name)});"
    for name in ("double", "float")
    for function, parameters in _PARAMETERS.items()
)


def connect(library: ctypes.CDLL, nodes: Iterable[Apply]) -> None:
    """Tell the library of a program where the functions are that its products need."""
    for name in dict.fromkeys(c.c_type(node.out.type.dtype) for node in nodes if is_tiled(node)):
        for function in _PARAMETERS:
            there = ctypes.cast(getattr(_functions(name), function), ctypes.c_void_p)
            ctypes.c_void_p.in_dll(library, f"{function}_{name}").value = there.value


def _functions(name: str) -> ctypes.CDLL:
    """The library for products of numbers of this type."""
    text = files(__package__).joinpath("products.h").read_text(encoding="utf-8")
    macros = [f"#define {f.upper()} {p.format('NUMBER')}" for f, p in _PARAMETERS.items()]
    # As in BLAS, a product is added before it is rounded.
    return loaded("\n".join([f"#define NUMBER {name}", *macros, text]), "-ffp-contract=fast")


def goes_by_rows(
    node: Apply, axes: Axes, label: Any, n_rows: int, with_rows: Container[Variable]
) -> bool:
    """Whether a product is computed block by block, along the label that the data's rows have in it."""
    (_, terms), (_, columns) = axes.inputs
    if label != terms:
        return label is not None and label != columns
    # The product is a sum over the rows. Each share of the rows has a sum of its own, as large as the
    # result, which must therefore be small.
    is_little = _MANY_ROWS * max(c.sizes(node.out)) <= n_rows
    # The second matrix must have the data's rows, too: then its blocks are stored as tiles need them.
    second = node.inputs[1]
    is_transposed = isinstance(getattr(second.owner, "op", None), DimShuffle)
    return is_little and second in with_rows and not is_transposed


def padded(count: int, dtype: Any) -> int:
    """The number of elements, rounded up to whole vectors."""
    return _multiple(count, _ROW // dtype.itemsize)


def is_padded(there: c.Place) -> bool:
    """Whether rows end with whole vectors."""
    return there.strides[0] % (_ROW // there.dtype.itemsize) == 0


def place(v: Variable, array: str) -> c.Place:
    """The place of a product's elements: each row has room for whole vectors."""
    return c.Place(array, [padded(c.sizes(v)[1], v.type.numpy_dtype), 1], v.type.numpy_dtype)


def size(v: Variable) -> int:
    """The number of elements in the array of a product."""
    return c.sizes(v)[0] * padded(c.sizes(v)[1], v.type.numpy_dtype)


def panel_bytes(node: Apply) -> int:
    """The bytes that the panels of a product's second matrix need."""
    terms, columns = c.sizes(node.inputs[1])
    itemsize: int = node.out.type.numpy_dtype.itemsize
    return terms * _multiple(columns, _PANEL // itemsize) * itemsize


def _multiple(count: int, of: int) -> int:
    return -(-count // of) * of


class Lines:
    """The lines of C that compute a product; `place_of` tells where variables are."""

    def __init__(self, node: Apply, place_of: Callable[[Variable], c.Place]) -> None:
        x, y = node.inputs
        self._a, self._b, self._c = _matrix(x, place_of), _matrix(y, place_of), place_of(node.out)
        (self._rows, self._terms), self._columns = c.sizes(x), c.sizes(y)[1]
        self._dtype = c.c_type(node.out.type.dtype)

    def all(self, panels: str) -> str:
        """The line that computes all of it."""
        is_large = self._rows * self._columns * self._terms >= _WORTH_THREADS
        arguments = [
            "threads" if is_large else "1", self._rows, self._columns, self._terms,
            self._a.array, *self._a.strides, self._b.array, *self._b.strides,
            self._c.array, self._c.strides[0], panels,
        ]  # fmt: skip
        return self._call("product", arguments)

    def pack(self, panels: str) -> str:
        """The line that copies the second matrix in panels."""
        is_large = self._columns * self._terms >= _WORTH_THREADS_TO_COPY
        threads = "threads" if is_large else "1"
        arguments = [threads, self._columns, self._terms, self._b.array, *self._b.strides, panels]
        return self._call("pack", arguments)

    def of_rows(self, panels: str) -> str:
        """The line that computes one block of rows."""
        arguments = [
            "n_rows", self._columns, self._terms, _of_block(self._a, 0), *self._a.strides, panels,
            _of_block(self._c, 0), self._c.strides[0],
        ]  # fmt: skip
        return self._call("product_of_rows", arguments)

    def of_terms(self) -> str:
        """The line that adds the product of one block of rows to the sum."""
        arguments = [
            self._rows, self._columns, "n_rows", _of_block(self._a, 1), *self._a.strides,
            _of_block(self._b, 0), self._b.strides[0], self._c.array, self._c.strides[0],
        ]  # fmt: skip
        return self._call("product_of_terms", arguments)

    def _call(self, function: str, arguments: Sequence[Any]) -> str:
        return f"{function}_{self._dtype}({', '.join(map(str, arguments))});"


def _of_block(matrix: c.Place, axis: int) -> str:
    """The address of a block of rows that lie along an axis."""
    return matrix.array if matrix.is_block else f"{matrix.array} + first * {matrix.strides[axis]}"


def _matrix(v: Variable, place_of: Callable[[Variable], c.Place]) -> c.Place:
    """The place of the elements of a matrix, which may be a transpose."""
    if v.owner is None or not isinstance(v.owner.op, DimShuffle):
        there = place_of(v)
        assert there.dtype == v.type.numpy_dtype, v
        return there
    there, order = _matrix(v.owner.inputs[0], place_of), v.owner.op.new_order
    return there._replace(strides=[0 if a == "x" else there.strides[int(a)] for a in order])
