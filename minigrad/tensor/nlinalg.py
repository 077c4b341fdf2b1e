"""``T.nlinalg``: linear algebra, as in ``numpy.linalg``.

Matrices are float32 or float64; integers are cast to float64, float16 to float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, size_of, sizes_of
from ..core.graph import Constant, Variable
from ..core.table import abs_
from ..ops.counting import element_count, normalize_axis
from ..ops.decompositions import QR, SVD, Eig, Eigh
from ..ops.linalg import Dot
from ..ops.matrices import Det, LstSq, MatrixInverse, MatrixPinv, Solve
from ..protocol.values import check_choice
from . import reductions
from .diagonals import diag, diagonal, eye, trace
from .elementwise import as_float
from .shapes import flatten, reshape, transpose

# fmt: off
__all__ = [  # noqa: RUF022  # functions, then the ops' classes by Theano's names
    "alloc_diag", "det", "diag", "eig", "eigh", "extract_diag", "lstsq", "matrix_dot",
    "matrix_inverse", "matrix_power", "norm", "pinv", "qr", "svd", "tensorinv", "tensorsolve",
    "trace",
    "Det", "Eig", "Eigh", "MatrixInverse", "MatrixPinv", "SVD",
]
# fmt: on

lstsq = LstSq  # Theano has a class there, to be called twice


def matrix_inverse(a: Any) -> Variable:
    """The inverse of a square matrix: y with a · y = 1.

    Derivative: −yᵀ · g · yᵀ. For y · b, `T.slinalg.solve` takes less time and loses fewer digits.

    Raises
    ------
    TypeError, ValueError
        If a is not a matrix, or not square.
    numpy.linalg.LinAlgError
        At run time, if it is singular.

    Examples
    --------
    >>> matrix_inverse([[2.0, 0.0], [0.0, 4.0]]).eval()
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return MatrixInverse()(a)


def pinv(a: Any) -> Variable:
    """The pseudo-inverse y of a matrix (Moore and Penrose).

    y · b is the shortest x with the least |a · x − b|.

    Derivative: right where the rank of the matrix is constant.

    References
    ----------
    Golub and Pereyra, *The Differentiation of Pseudo-Inverses and Nonlinear Least Squares Problems
    Whose Variables Separate*, 1973.

    Examples
    --------
    >>> pinv([[2.0, 0.0]]).eval()
    array([[0.5],
           [0. ]])
    """
    return MatrixPinv()(a)


def det(a: Any) -> Variable:
    """The determinant of a square matrix.

    Derivative: det(a) · (a⁻¹)ᵀ, for matrices that have an inverse.

    >>> det([[1.0, 2.0], [3.0, 5.0]]).eval().round(12)
    np.float64(-1.0)
    """
    return Det()(a)


def extract_diag(x: Any) -> Variable:
    """The main diagonal of a matrix, as a vector.

    >>> extract_diag([[1, 2], [3, 4]]).eval()
    array([1, 4])
    """
    x = as_tensor_variable(x)
    if x.type.ndim != 2:
        raise TypeError(f"extract_diag takes a matrix; got {x} of {x.type}")
    return diagonal(x)


def alloc_diag(x: Any) -> Variable:
    """The matrix with the vector x on its diagonal.

    >>> alloc_diag([1, 2]).eval()
    array([[1, 0],
           [0, 2]])
    """
    x = as_tensor_variable(x)
    if x.type.ndim != 1:
        raise TypeError(f"alloc_diag takes a vector; got {x} of {x.type}")
    return diag(x)


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The matrices u, vᵀ and the vector s with u · diag(s) · vᵀ = a: singular vectors and values.

    Parameters
    ----------
    a : matrix
        Its shape is (m, n); k is the smaller of the two.
    full_matrices : bool
        Whether u has m columns and vᵀ has n rows; otherwise both have k.
    compute_uv : bool
        Whether to return u and vᵀ, too, or s alone.

    Returns
    -------
    list of Variable, or Variable
        u, s and vᵀ. s always has a derivative; the vectors have one for square matrices or with
        ``full_matrices=False``, except those of equal singular values, which are not determined.

    References
    ----------
    Townsend, *Differentiating the Singular Value Decomposition*, 2016.

    Examples
    --------
    >>> svd([[0.0, 2.0], [1.0, 0.0]], compute_uv=False).eval()
    array([2., 1.])
    """
    return SVD(full_matrices, compute_uv)(a)


def qr(a: Any, mode: str = "reduced") -> Any:
    """The matrices q, whose columns are orthonormal, and r, zero below its diagonal, with q · r = a.

    Parameters
    ----------
    a : matrix
        Its shape is (m, n); k is the smaller of the two.
    mode : {'reduced', 'complete', 'r'}
        Shapes (m, k) and (k, n), or (m, m) and (m, n); or r alone.

    Returns
    -------
    list of Variable, or Variable
        They have derivatives; in mode 'complete', only for square matrices.

    References
    ----------
    Walter, Lehmann and Lamour, *On Evaluating Higher-Order Derivatives of the QR Decomposition of
    Tall Matrices with Full Column Rank in Forward and Reverse Mode Algorithmic Differentiation*, 2012.

    Examples
    --------
    >>> abs(qr([[3.0], [4.0]], mode="r")).eval().round(12)
    array([[5.]])
    """
    check_choice("mode", mode, ("reduced", "complete", "r"))
    return QR(mode)(a)


def eig(a: Any) -> list[Variable]:
    """The eigenvalues w of a square matrix, and v with a · v = v · diag(w), its eigenvectors.

    They have no derivative. There are no complex numbers: a matrix with complex eigenvalues
    raises a ValueError at run time.

    >>> eig([[2.0, 0.0], [0.0, 3.0]])[0].eval()
    array([2., 3.])
    """
    return Eig()(a)


def eigh(a: Any, UPLO: str = "L") -> list[Variable]:
    """The eigenvalues w of a symmetric matrix, least first, and its eigenvectors, the columns of v.

    Parameters
    ----------
    a : square matrix
    UPLO : {'L', 'U'}
        The triangle of a that is read, the lower or the upper one. The derivative is by this
        triangle.

    Returns
    -------
    list of Variable
        w and v. Vectors of equal eigenvalues are not determined, and have no derivative.

    Examples
    --------
    >>> w, v = eigh([[2.0, 1.0], [1.0, 2.0]])
    >>> w.eval()
    array([1., 3.])
    """
    return Eigh(UPLO)(a)


def matrix_dot(*args: Any) -> Variable:
    """The product of the matrices, from left to right.

    >>> matrix_dot([[1, 2]], [[3], [4]], [[2]]).eval()
    array([[22]])
    """
    if not args:
        raise TypeError("matrix_dot takes at least one matrix")
    return reduce(Dot(), map(as_tensor_variable, args))


def matrix_power(M: Any, n: int) -> Variable:
    """M · M · … · M, n times; for n = −1 the inverse, and for smaller n its powers.

    The number of products is about 2 · log₂ n.

    Raises
    ------
    TypeError, ValueError
        If n is not a known whole number, or M is not a square matrix.

    Examples
    --------
    >>> matrix_power([[1, 1], [0, 1]], 5).eval()
    array([[1, 5],
           [0, 1]])
    """
    M = as_tensor_variable(M)
    if isinstance(n, Constant):
        n = n.data.item()
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
        raise TypeError(f"matrix_power: the power must be a whole number; got {n!r}")
    rows = M.type.shape[0] if M.type.ndim == 2 else None
    if M.type.ndim != 2 or (None not in M.type.shape and rows != M.type.shape[1]):
        raise ValueError(f"matrix_power takes a square matrix; got {M} of {M.type}")
    if n < 0:
        M, n = matrix_inverse(M), -n
    result = None
    square = M
    while n:
        if n % 2:
            result = square if result is None else Dot()(result, square)
        n //= 2
        if n:
            square = Dot()(square, square)
    return eye(size_of(M, 0), dtype=M.type.dtype) if result is None else result


def norm(x: Any, ord: Any = None) -> Variable:
    """The length of a vector, or the size of a matrix, as in ``numpy.linalg.norm``.

    Parameters
    ----------
    x : tensor
    ord : number or str, optional
        By default √(Σ x²). For a vector ``(Σ |x| ** ord) ** (1 / ord)``; inf and -inf, also as
        strings, are the largest and the smallest |x|, 0 the number of elements that are not zero. For
        a matrix 'fro' is √(Σ x²), 1 and -1 the largest and the smallest sum of |x| in a column, inf
        and -inf in a row, 2 and -2 the largest and the smallest singular value, 'nuc' their sum.

    Raises
    ------
    ValueError
        If `ord` names no norm.

    Examples
    --------
    >>> norm([3.0, 4.0]).eval(), norm([[1.0, -2.0], [3.0, 4.0]], 1).eval()
    (array(5.), array(6.))
    """
    x = as_float(x, "float64")
    if ord in ("inf", "-inf"):
        ord = float(ord)
    if ord is None:
        return reductions.norm(x)
    if x.type.ndim == 1 and not isinstance(ord, str):
        return reductions.norm(x, ord)
    if x.type.ndim != 2 or ord not in _OF_MATRIX:
        kind = {1: "a vector", 2: "a matrix"}.get(x.type.ndim, f"{x.type.ndim} dimensions")
        raise ValueError(f"norm: there is no order {ord!r} of {kind}")
    return _OF_MATRIX[ord](x)


_OF_MATRIX: dict[Any, Callable[[Variable], Variable]] = {
    "fro": reductions.norm,
    "nuc": lambda x: reductions.sum(svd(x, compute_uv=False)),
    1: lambda x: reductions.max(reductions.sum(abs_(x), axis=0)),
    -1: lambda x: reductions.min(reductions.sum(abs_(x), axis=0)),
    2: lambda x: reductions.max(svd(x, compute_uv=False)),
    -2: lambda x: reductions.min(svd(x, compute_uv=False)),
    math.inf: lambda x: reductions.max(reductions.sum(abs_(x), axis=1)),
    -math.inf: lambda x: reductions.min(reductions.sum(abs_(x), axis=1)),
}


def tensorinv(a: Any, ind: int = 2) -> Variable:
    """The inverse of a as a map from its last axes to its first `ind` axes.

    Parameters
    ----------
    a : tensor
        The product of the first `ind` sizes must equal that of the others.
    ind : int

    Returns
    -------
    Variable
        The shape is ``a.shape[ind:] + a.shape[:ind]``.

    Raises
    ------
    ValueError
        If `ind` is not positive, or, at the latest at run time, a is not square as a matrix.

    Examples
    --------
    >>> tensorinv([[2.0, 0.0], [0.0, 4.0]], ind=1).eval()
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    a = as_tensor_variable(a)
    if not 0 < ind <= a.type.ndim:
        raise ValueError(f"tensorinv: ind must be from 1 to {a.type.ndim}; got {ind}")
    sizes, axes = sizes_of(a), range(a.type.ndim)
    matrix = reshape(a, [element_count(a, axes[:ind]), element_count(a, axes[ind:])])
    return reshape(matrix_inverse(matrix), [*sizes[ind:], *sizes[:ind]])


def tensorsolve(a: Any, b: Any, axes: Sequence[int] | None = None) -> Variable:
    """x with tensordot(a, x, x.ndim) = b.

    Parameters
    ----------
    a : tensor
        Its first axes are those of b; the others are those of x.
    b : tensor
    axes : sequence of int, optional
        Axes of a to move to its end first, in this order.

    Raises
    ------
    ValueError
        If a has fewer axes than b; at run time, if the sizes do not fit.

    Examples
    --------
    >>> tensorsolve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]).eval()
    array([0.5 , 0.25])
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if axes is not None:
        last = [normalize_axis(axis, a.type.ndim) for axis in axes]
        a = transpose(a, [axis for axis in range(a.type.ndim) if axis not in last] + last)
    if a.type.ndim < b.type.ndim:
        raise ValueError(f"tensorsolve: {a} has fewer axes than {b}")
    known, unknown = range(b.type.ndim), range(b.type.ndim, a.type.ndim)
    matrix = reshape(a, [element_count(b, known), element_count(a, unknown)])
    return reshape(Solve()(matrix, flatten(b)), sizes_of(a)[b.type.ndim :])
