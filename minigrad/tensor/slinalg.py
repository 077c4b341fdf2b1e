"""``T.slinalg``: linear algebra, as in ``scipy.linalg``, on NumPy alone.

Matrices are float32 or float64; integers are cast to float64, float16 to float32.
"""

from __future__ import annotations

from typing import Any

from ..core.axes import as_tensor_variable, dimshuffle, sizes_of
from ..core.graph import Variable
from ..ops.decompositions import Cholesky, Eigh
from ..ops.matrices import (
    Expm,
    Solve,
    diagonal_part,
    lower_triangle,
    solve_lower,
    solve_upper,
    upper_triangle,
)
from ..ops.shape import transposed
from .diagonals import identity_like
from .shapes import reshape

# fmt: off
__all__ = [  # noqa: RUF022  # functions, then the ops' classes by Theano's names
    "cho_solve", "cholesky", "eigvalsh", "expm", "kron", "solve", "solve_lower_triangular",
    "solve_symmetric", "solve_triangular", "solve_upper_triangular",
    "Cholesky", "Expm", "Solve",
]
# fmt: on


def cholesky(x: Any) -> Variable:
    """The lower triangular y with y · yᵀ = x, for a symmetric, positive definite matrix x.

    Only the lower triangle of x is read, and the derivative is by this triangle.
    ``Cholesky(lower=False)(x)`` is the upper triangular y with yᵀ · y = x; with ``on_error='nan'``,
    y is NaN if there is no solution.

    Raises
    ------
    TypeError, ValueError
        If x is not a matrix, or not square.
    numpy.linalg.LinAlgError
        At run time, if x is not positive definite.

    References
    ----------
    Murray, *Differentiation of the Cholesky decomposition*, 2016.

    Examples
    --------
    >>> cholesky([[4.0, 2.0], [2.0, 5.0]]).eval()
    array([[2., 0.],
           [1., 2.]])
    """
    return Cholesky()(x)


def solve(A: Any, b: Any) -> Variable:
    """x with A · x = b.

    Derivative: by b it is gb = A⁻ᵀ · g, by A it is −gb · xᵀ.

    Parameters
    ----------
    A : square matrix
    b : vector or matrix

    Raises
    ------
    TypeError, ValueError
        If A is not a square matrix, or b does not fit (at the latest at run time).
    numpy.linalg.LinAlgError
        At run time, if A is singular.

    Examples
    --------
    >>> solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]).eval()
    array([0.5 , 0.25])
    """
    return Solve()(A, b)


def solve_symmetric(A: Any, b: Any) -> Variable:
    """x with A · x = b, for a symmetric matrix A; it is `solve`.

    >>> solve_symmetric([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]).eval()
    array([0.5 , 0.25])
    """
    return Solve("symmetric")(A, b)


def solve_lower_triangular(A: Any, b: Any) -> Variable:
    """x with A · x = b, where only the lower triangle of A is read; see `solve`.

    >>> solve_lower_triangular([[2.0, 9.0], [0.0, 4.0]], [1.0, 1.0]).eval()
    array([0.5 , 0.25])
    """
    return solve_lower(A, b)


def solve_upper_triangular(A: Any, b: Any) -> Variable:
    """x with A · x = b, where only the upper triangle of A is read; see `solve`.

    >>> solve_upper_triangular([[2.0, 0.0], [9.0, 4.0]], [1.0, 1.0]).eval()
    array([0.5 , 0.25])
    """
    return solve_upper(A, b)


def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Variable:
    """x with a · x = b, where only one triangle of a is read.

    Parameters
    ----------
    a : square matrix
    b : vector or matrix
    trans : {0, 1, 'N', 'T'}
        1 or 'T' solves aᵀ · x = b.
    lower : bool
        Whether the lower triangle of a is read, or the upper one.
    unit_diagonal : bool
        Whether to take the diagonal of a as ones, without reading it.

    Raises
    ------
    ValueError
        If there is no such `trans`.

    Examples
    --------
    >>> solve_triangular([[1.0, 2.0], [0.0, 1.0]], [3.0, 1.0]).eval()
    array([1., 1.])
    """
    if trans not in (0, 1, "N", "T"):
        raise ValueError(f"solve_triangular: trans must be 0, 1, 'N' or 'T'; got {trans!r}")
    a = as_tensor_variable(a)
    if unit_diagonal:
        a = a - diagonal_part(a) + identity_like(a)
    if trans in (1, "T"):
        a, lower = transposed(a), not lower
    return (solve_lower if lower else solve_upper)(a, b)


def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Variable:
    """x with A · x = b, given the result c of `cholesky` for A.

    Parameters
    ----------
    c_and_lower : tuple of matrix and bool
        The triangular matrix c, and whether it is the lower one: A = c · cᵀ, or else cᵀ · c.
    b : vector or matrix

    Examples
    --------
    >>> cho_solve((cholesky([[4.0, 0.0], [0.0, 1.0]]), True), [4.0, 2.0]).eval()
    array([1., 2.])
    """
    c, is_lower = c_and_lower
    c = as_tensor_variable(c)
    lower = c if is_lower else transposed(c)
    return solve_upper(transposed(lower), solve_lower(lower, b))


def expm(A: Any) -> Variable:
    """The exponential of a square matrix, 1 + A + A²/2! + A³/3! + …

    References
    ----------
    Higham, *The Scaling and Squaring Method for the Matrix Exponential Revisited*, 2005; for the
    derivative Najfeld and Havel, *Derivatives of the Matrix Exponential and Their Computation*, 1995.

    Examples
    --------
    >>> expm([[0.0, 1.0], [0.0, 0.0]]).eval()
    array([[1., 1.],
           [0., 1.]])
    """
    return Expm()(A)


def eigvalsh(a: Any, b: Any = None, lower: bool = True) -> Variable:
    """The w, in ascending order, with a · v = w · b · v for some v: eigenvalues of symmetric matrices.

    Parameters
    ----------
    a : square matrix
    b : square matrix, optional
        Positive definite; by default 1.
    lower : bool
        Whether the lower triangles of a and b are read, or the upper ones.

    Examples
    --------
    >>> eigvalsh([[2.0, 1.0], [1.0, 2.0]]).eval()
    array([1., 3.])
    """
    eigh = Eigh("L" if lower else "U")
    if b is None:
        return eigh(a)[0]
    # With b = c · cᵀ, they are those of c⁻¹ · a · c⁻ᵀ.
    a = as_tensor_variable(a)
    one = diagonal_part(a)
    strict = _triangle(a, lower) - one
    a = strict + transposed(strict) + one
    c = Cholesky(lower)(b)
    c = c if lower else transposed(c)
    return Eigh()(solve_lower(c, transposed(solve_lower(c, a))))[0]


def _triangle(a: Variable, lower: bool) -> Variable:
    return lower_triangle(a) if lower else upper_triangle(a)


def kron(a: Any, b: Any) -> Variable:
    """a[i, j] · b in the block at row i and column j: the Kronecker product, for any dimensions.

    If one has fewer dimensions, it gets new ones of size 1 in front, as in NumPy.

    Examples
    --------
    >>> kron([[1, 2]], [[1], [3]]).eval()
    array([[1, 2],
           [3, 6]])
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    ndim = max(a.type.ndim, b.type.ndim)
    a, b = (as_tensor_variable(x, ndim=ndim) for x in (a, b))
    outer = [axis for pair in range(ndim) for axis in (pair, "x")]
    inner = [axis for pair in range(ndim) for axis in ("x", pair)]
    sizes = [n * m for n, m in zip(sizes_of(a), sizes_of(b), strict=True)]
    return reshape(dimshuffle(a, outer) * dimshuffle(b, inner), sizes)
