"""Inverses, determinants, solutions of linear systems, and exponentials of matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, size_of, zeros_like
from ..core.elementwise import cast
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..core.table import ge, switch
from ..core.types import TensorType, constant
from ..protocol.axes import Axes
from ..protocol.op import Names, SeveralOutputs, Use
from ..protocol.values import check_choice
from .joining import Join
from .linalg import Dot, outer_product
from .ranges import numbered
from .shape import transposed

dot = Dot()


def as_matrix(op: Any, x: Any, ndims: Sequence[int] = (2,)) -> Variable:
    """Return x as a matrix of float32 or float64, in which NumPy's linear algebra computes."""
    x = as_tensor_variable(x)
    if x.type.ndim not in ndims:
        words = " or ".join({1: "a vector", 2: "a matrix"}[ndim] for ndim in ndims)
        raise TypeError(f"{op} takes {words}; got {x} of {x.type}")
    if not x.type.is_float:
        return cast(x, "float64")
    return cast(x, "float32") if x.type.dtype == "float16" else x


def as_square(op: Any, x: Any) -> Variable:
    """Return x as a matrix of floats; a ValueError if it is known not to be square."""
    x = as_matrix(op, x)
    rows, columns = x.type.shape
    if None not in (rows, columns) and rows != columns:
        raise ValueError(f"{op} takes a square matrix; got {x} of shape {x.type.shape}")
    return x


def lower_triangle(x: Variable, k: int = 0) -> Variable:
    """Return the matrix x with zeros above its k-th diagonal."""
    return switch(_row_less_column(x, k), x, constant(0, dtype=x.type.dtype))


def upper_triangle(x: Variable) -> Variable:
    """Return the matrix x with zeros below its diagonal."""
    return switch(_row_less_column(x, -1), constant(0, dtype=x.type.dtype), x)


def diagonal_part(x: Variable) -> Variable:
    """Return the matrix x with zeros beside its diagonal."""
    return lower_triangle(upper_triangle(x))


def _row_less_column(x: Variable, k: int) -> Variable:
    """Return True on the k-th diagonal and below it."""
    rows, columns = (numbered(size_of(x, axis)) for axis in (0, 1))
    return ge(outer_sum(rows, -columns), -k)


def outer_sum(x: Variable, y: Variable) -> Variable:
    """Return x[i] + y[j] at row i and column j, for vectors x and y."""
    return x[:, None] + y[None, :]


class _OfSquare(NumPyOp):
    """A function of a square matrix, which it needs whole."""

    storage = "new"
    __props__: tuple[str, ...] = ()
    function: Any

    def make_node(self, x: Any) -> Apply:
        x = as_square(self, x)
        return Apply(self, [x], [x.type()])

    def compute(self, x: Any) -> Any:
        return self.function(x)

    def axes(self, node: Apply) -> Axes:
        return Axes(["ii"], ["ii"[: node.out.type.ndim]], whole="i")

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use(self.function.__name__, self.function)}({inputs[0]})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{self.function.__name__}({inputs[0]})"


class MatrixInverse(_OfSquare):
    """The inverse of a matrix: y with x · y = 1."""

    function = staticmethod(np.linalg.inv)
    is_analytic = True

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        yt = transposed(outputs[0])
        return [-dot(yt, dot(output_grads[0], yt))]


class Det(_OfSquare):
    """The determinant of a matrix."""

    function = staticmethod(np.linalg.det)
    is_analytic = True

    def make_node(self, x: Any) -> Apply:
        x = as_square(self, x)
        return Apply(self, [x], [x.type.clone(shape=())()])

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        return [output_grads[0] * outputs[0] * transposed(MatrixInverse()(inputs[0]))]


class MatrixPinv(NumPyOp):
    """The pseudo-inverse of a matrix (Moore and Penrose), by its singular values."""

    __props__ = ()
    storage = "new"

    def make_node(self, x: Any) -> Apply:
        x = as_matrix(self, x)
        return Apply(self, [x], [x.type.clone(shape=x.type.shape[::-1])()])

    def compute(self, x: Any) -> Any:
        return np.linalg.pinv(x)

    def axes(self, node: Apply) -> Axes:
        return Axes(["ij"], ["ji"], whole="ij")

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        # Golub and Pereyra, 1973: the derivative where the rank does not change.
        x, y, gt = inputs[0], outputs[0], transposed(output_grads[0])
        yt = transposed(y)
        by_rows = dot(gt - dot(x, dot(y, gt)), dot(y, yt))
        by_columns = dot(dot(yt, y), gt - dot(dot(gt, y), x))
        return [by_rows + by_columns - dot(yt, dot(output_grads[0], yt))]


STRUCTURES = ("general", "symmetric", "lower_triangular", "upper_triangular")


class Solve(NumPyOp):
    """x with a · x = b, for a square matrix a and a vector or matrix b.

    If a is triangular, only that triangle is read.
    """

    __props__ = ("A_structure", "lower")
    storage = "new"

    def __init__(
        self,
        A_structure: str = "general",
        lower: bool = False,
        overwrite_A: bool = False,  # Theano's, without effect, as is the next
        overwrite_b: bool = False,
    ) -> None:
        check_choice("A_structure", A_structure, STRUCTURES)
        self.A_structure, self.lower = A_structure, lower

    def make_node(self, a: Any, b: Any) -> Apply:
        a, b = as_square(self, a), as_matrix(self, b, ndims=(1, 2))
        (n, m), rows = a.type.shape, b.type.shape[0]
        if len({n, m, rows} - {None}) > 1:
            raise ValueError(f"{self}: a is {a.type.shape} and b is {b.type.shape}")
        dtype = np.result_type(a.type.numpy_dtype, b.type.numpy_dtype)
        return Apply(self, [a, b], [b.type.clone(dtype=dtype)()])

    def compute(self, a: Any, b: Any) -> Any:
        if self.A_structure == "lower_triangular":
            a = np.tril(a)
        elif self.A_structure == "upper_triangular":
            a = np.triu(a)
        return np.linalg.solve(a, b)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        is_plain = self.A_structure in ("general", "symmetric")
        name = "solve" if is_plain else f"solve_{self.A_structure}"
        return f"{use(name, np.linalg.solve if is_plain else self.compute)}({', '.join(inputs)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"solve({', '.join(inputs)})"

    def axes(self, node: Apply) -> Axes:
        labels = "ij"[: node.out.type.ndim]
        return Axes(["ii", labels], [labels], whole="i")

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        a, _ = inputs
        x = outputs[0]
        gb = _TRANSPOSED.get(self.A_structure, Solve())(transposed(a), output_grads[0])
        ga = -(outer_product(gb, x) if x.type.ndim == 1 else dot(gb, transposed(x)))
        if self.A_structure == "lower_triangular":
            ga = lower_triangle(ga)
        elif self.A_structure == "upper_triangular":
            ga = upper_triangle(ga)
        return [ga, gb]


solve_lower = Solve("lower_triangular", True)
solve_upper = Solve("upper_triangular")
_TRANSPOSED = {"lower_triangular": solve_upper, "upper_triangular": solve_lower}


class LstSq(SeveralOutputs):
    """Solve a · x = b by least squares: ``lstsq()(a, b)``.

    ``lstsq()`` is the operation, as in Theano; it is called with the arrays. There is no derivative.

    Parameters
    ----------
    a : float matrix of shape (m, n)
    b : float vector of length m, or matrix of shape (m, k)
    rcond : float, optional
        Singular values up to `rcond` times the largest count as 0. By default −1: the precision of the
        dtype.

    Returns
    -------
    list of four Variables
        The x with the least |a · x − b|, and the shortest where there are several; the squared
        residuals, for each column of b; the rank of a; its singular values.

    Raises
    ------
    TypeError
        If a is no matrix, b neither vector nor matrix, or rcond no number.

    Examples
    --------
    >>> from minigrad.tensor.nlinalg import lstsq
    >>> x, residuals, rank, singular_values = lstsq()([[1.0, 0.0], [1.0, 1.0]], [1.0, 3.0])
    >>> x.eval().round(3)
    array([1., 2.])
    """

    __props__ = ()
    storage = "new"

    def make_node(self, a: Any, b: Any, rcond: Any = None) -> Apply:
        a, b = as_matrix(self, a), as_matrix(self, b, ndims=(1, 2))
        limit = as_tensor_variable(-1.0 if rcond is None else rcond)
        if limit.type.ndim:
            raise TypeError(f"{self}: rcond must be a number; got {limit} of {limit.type}")
        dtype = np.result_type(a.type.numpy_dtype, b.type.numpy_dtype)
        vector = TensorType(dtype, (None,))
        solution = TensorType(dtype, (a.type.shape[1], *b.type.shape[1:]))
        types = [solution, vector, TensorType("int64", ()), vector]
        return Apply(self, [a, b, limit], [type() for type in types])

    def compute(self, a: Any, b: Any, limit: Any) -> Sequence[Any]:
        solution, residuals, rank, values = np.linalg.lstsq(a, b, rcond=float(limit))
        return solution, residuals, np.asarray(rank, "int64"), values


# Coefficients of the diagonal Padé approximant of order 13, and the largest norm for which it is exact
# (Higham, 2005).
_PADE = (
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
    10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
)  # fmt: skip
_PADE_NORM = 5.371920351148152


def expm(x: Any) -> Any:
    """1 + x + x²/2! + x³/3! + …, by scaling and squaring (Higham, 2005)."""
    a = np.asarray(x, "float64")
    norm = np.abs(a).sum(axis=0).max(initial=0)
    if not np.isfinite(norm):
        return np.full_like(x, np.nan)
    halvings = max(0, math.ceil(math.log2(norm / _PADE_NORM))) if norm else 0
    a = a / 2.0**halvings
    one = np.eye(len(a))
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    b = [float(c) for c in _PADE]
    odd = (
        a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one
    )
    even = (
        a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    )
    odd = a @ odd
    y = np.linalg.solve(even - odd, even + odd)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(halvings):
            y = y @ y
        return y.astype(x.dtype)


class Expm(_OfSquare):
    """The exponential of a matrix, 1 + x + x²/2! + x³/3! + …"""

    function = staticmethod(expm)

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        # The exponential of [[a, e], [0, a]] has above its diagonal how that of a changes with e
        # (Najfeld and Havel, 1995).
        xt, g = transposed(inputs[0]), output_grads[0]
        n = size_of(xt, 0)
        above = Join(1)(xt, g)
        below = Join(1)(zeros_like(xt), xt)
        return [self(Join(0)(above, below))[:n, n:]]
