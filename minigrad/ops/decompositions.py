"""Matrices as products of simpler ones: Cholesky, QR, eigenvectors, singular vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import size_of, zeros_like
from ..core.graph import Apply, Gradients, NumPyOp, Op, Variable, Variables
from ..core.table import eq, sqr, switch
from ..core.types import TensorType
from ..protocol.axes import Axes
from ..protocol.op import SeveralOutputs
from ..protocol.values import check_choice
from .joining import Join
from .matrices import (
    as_matrix,
    as_square,
    diagonal_part,
    dot,
    lower_triangle,
    outer_sum,
    solve_upper,
    upper_triangle,
)
from .ranges import numbered
from .shape import transposed, with_sizes


def _diagonal_matrix(v: Variable) -> Variable:
    """Return the matrix with the vector v on its diagonal, and zeros elsewhere."""
    n = numbered(size_of(v, 0))
    return switch(eq(n[:, None], n[None, :]), v[None, :], 0)


def _inverse_or_zero(x: Variable) -> Variable:
    """Return 1/x, but 0 where x is 0."""
    return switch(eq(x, 0), 0, 1 / switch(eq(x, 0), 1, x))


def _known_to_be_square(op: Op, x: Variable, advice: str) -> Variable:
    """Return x, whose sizes are checked to be equal; a TypeError if they are known to differ."""
    rows, columns = x.type.shape
    if None not in (rows, columns) and rows != columns:
        raise TypeError(f"{op} has a derivative only for square matrices; use {advice}")
    return with_sizes(x, [size_of(x, 1), None])


class Cholesky(NumPyOp):
    """The triangular y with y · yᵀ = x, or with yᵀ · y = x; only that triangle of x is read."""

    __props__ = ("lower", "on_error")
    storage = "new"

    def __init__(
        self,
        lower: bool = True,
        destructive: bool = False,  # Theano's, without effect
        on_error: str = "raise",
    ) -> None:
        check_choice("on_error", on_error, ("raise", "nan"))
        self.lower, self.on_error = lower, on_error

    def make_node(self, x: Any) -> Apply:
        x = as_square(self, x)
        return Apply(self, [x], [x.type()])

    def compute(self, x: Any) -> Any:
        try:
            return np.linalg.cholesky(x) if self.lower else np.linalg.cholesky(x.T).T
        except np.linalg.LinAlgError:
            if self.on_error == "raise":
                raise
            return np.full_like(x, np.nan)

    def axes(self, node: Apply) -> Axes:
        return Axes(["ii"], ["ii"], whole="i")

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        # Murray, 2016.
        y, g = outputs[0], output_grads[0]
        yt = transposed(y)
        if not self.lower:
            y, yt, g = yt, y, transposed(g)
        middle = lower_triangle(dot(yt, g))
        middle = middle - diagonal_part(middle) / 2
        s = transposed(solve_upper(yt, transposed(solve_upper(yt, middle))))
        both = lower_triangle(s + transposed(s)) - diagonal_part(s)
        return [both if self.lower else transposed(both)]


class QR(SeveralOutputs):
    """q · r = x, where q has orthonormal columns and r is zero below its diagonal."""

    __props__ = ("mode",)
    storage = "new"

    def make_node(self, x: Any) -> Apply:
        x = as_matrix(self, x)
        m, n = x.type.shape
        k = m if self.mode == "complete" else None if None in (m, n) else min(m, n)
        q, r = (x.type.clone(shape=shape)() for shape in ((m, k), (k, n)))
        return Apply(self, [x], [r] if self.mode == "r" else [q, r])

    def compute(self, x: Any) -> Sequence[Any]:
        found = np.linalg.qr(x, mode=self.mode)
        return [np.array(result) for result in ([found] if self.mode == "r" else found)]

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        x = inputs[0]
        if self.mode == "complete":
            x = _known_to_be_square(self, x, "mode='reduced'")
        if self.mode == "r":
            q, r = QR("reduced")(x)
            gq, gr = zeros_like(q), output_grads[0]
        else:
            (q, r), (gq, gr) = outputs, output_grads
        # Walter, Lehmann and Lamour, 2012. If x has more columns than rows, its first columns make
        # q, and the rest follows.
        k = size_of(q, 1)
        first, rest = (slice(None), slice(None, k)), (slice(None), slice(k, None))
        gr = upper_triangle(gr)
        gq = gq + dot(x[rest], transposed(gr[rest]))
        r_first = r[first]
        m = dot(r_first, transposed(gr[first])) - dot(transposed(gq), q)
        symmetric = lower_triangle(m) + transposed(lower_triangle(m, -1))
        by_first = transposed(solve_upper(r_first, transposed(gq + dot(q, symmetric))))
        return [Join(1)(by_first, dot(q, gr[rest]))]


class _Eigen(SeveralOutputs):
    """Values and vectors of a square matrix, which it needs whole."""

    storage = "new"

    def make_node(self, x: Any) -> Apply:
        x = as_square(self, x)
        return Apply(self, [x], [x.type.clone(shape=x.type.shape[:1])(), x.type()])

    def axes(self, node: Apply) -> Axes:
        return Axes(["ii"], ["i", "ii"], whole="i")


class Eig(_Eigen):
    """The eigenvalues of a square matrix, and as columns its eigenvectors; both must be real."""

    __props__ = ()

    def compute(self, x: Any) -> Sequence[Any]:
        values, vectors = np.linalg.eig(x)
        if np.iscomplexobj(values):
            raise ValueError(f"{self}: the eigenvalues are complex: {values}")
        return values, vectors


class Eigh(_Eigen):
    """The eigenvalues of a symmetric matrix, the least first, and as columns its eigenvectors.

    Only one triangle is read, the lower or the upper one.
    """

    __props__ = ("UPLO",)

    def __init__(self, UPLO: str = "L") -> None:
        check_choice("UPLO", UPLO, ("L", "U"))
        self.UPLO = UPLO

    def compute(self, x: Any) -> Sequence[Any]:
        decompose: Any = np.linalg.eigh
        values, vectors = decompose(x, self.UPLO)
        return values, vectors

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        # Where two eigenvalues are equal their vectors are not determined, and get no derivative.
        (w, v), (gw, gv) = outputs, output_grads
        vt = transposed(v)
        turned = _inverse_or_zero(outer_sum(-w, w)) * dot(vt, gv)
        g = dot(v, dot(_diagonal_matrix(gw) + turned, vt))
        both = g + transposed(g)
        one = lower_triangle(both) if self.UPLO == "L" else upper_triangle(both)
        return [one - diagonal_part(g)]


class SVD(SeveralOutputs):
    """u · diag(s) · vᵀ = x, where u and v have orthonormal columns, and s is largest first."""

    __props__ = ("full_matrices", "compute_uv")
    storage = "new"

    def __init__(self, full_matrices: bool = True, compute_uv: bool = True) -> None:
        self.full_matrices, self.compute_uv = bool(full_matrices), bool(compute_uv)

    def make_node(self, x: Any) -> Apply:
        x = as_matrix(self, x)
        m, n = x.type.shape
        k = None if None in (m, n) else min(m, n)
        rows, columns = (m, n) if self.full_matrices else (k, k)
        s = TensorType(x.type.dtype, (k,))()
        if not self.compute_uv:
            return Apply(self, [x], [s])
        u, vt = (x.type.clone(shape=shape)() for shape in ((m, rows), (columns, n)))
        return Apply(self, [x], [u, s, vt])

    def compute(self, x: Any) -> Sequence[Any]:
        decompose: Any = np.linalg.svd
        found = decompose(x, self.full_matrices, self.compute_uv)
        return [np.array(result) for result in (found if self.compute_uv else [found])]

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        x = inputs[0]
        if not self.compute_uv:
            u, _, vt = SVD(full_matrices=False)(x)
            return [dot(u * output_grads[0], vt)]
        if self.full_matrices:
            x = _known_to_be_square(self, x, "full_matrices=False, or compute_uv=False")
        # Townsend, 2016. Equal singular values, and zeros, have no vectors that are determined.
        (u, s, vt), (gu, gs, gvt) = outputs, output_grads
        ut, v, gv = transposed(u), transposed(vt), transposed(gvt)
        f = _inverse_or_zero(outer_sum(-sqr(s), sqr(s)))
        of_u = f * (dot(ut, gu) - dot(transposed(gu), u)) * s
        of_v = f * (dot(vt, gv) - dot(gvt, v)) * s[:, None]
        inverse = _inverse_or_zero(s)
        beside_u = (gu - dot(u, dot(ut, gu))) * inverse
        beside_v = transposed((gv - dot(v, dot(vt, gv))) * inverse)
        core = _diagonal_matrix(gs) + of_u + of_v
        g = dot(dot(u, core) + beside_u, vt) + dot(u, beside_v)
        return [with_sizes(g, [size_of(x, 0), None])]
