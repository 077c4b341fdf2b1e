"""Fourier transforms of real arrays, and back; a last axis of 2 has real and imaginary parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable, size_of
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..core.table import eq, switch
from ..protocol.axes import Axes
from ..protocol.op import InAllSteps
from ..protocol.walks import known_integer
from .ranges import numbered

Shape = Sequence[Any]


class _Transform(NumPyOp):
    """A transform along the last axes of reals; those before count transforms.

    The frequencies along the last one are 0 to n // 2, as those of reals at −k and k are conjugate.
    """

    __props__ = ("n_axes",)
    n_differentiable = 1
    storage = "new"

    def axes_of_both(self, ndim: int) -> tuple[list[Any], list[Any], range]:
        """Return labels of reals and of frequencies, and which of them are needed whole."""
        labels = list(range(ndim - 1))
        return [*labels, None], [*labels, None, None], range(ndim - self.n_axes, ndim - 1)

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{type(self).__name__.lower()}({inputs[0]})"

    def weighted(self, frequencies: Variable, n: Any, weight: float) -> Variable:
        """Return them times a weight, but those that are their own conjugates, at 0 and n / 2."""
        k = numbered(size_of(frequencies, frequencies.type.ndim - 2))
        is_single = eq(k, 0) | eq(2 * k, n)
        return frequencies * switch(is_single, 1, weight)[:, None]


class RFFT(_Transform):
    """Σ x[j] · exp(−2πi jk/n) over j from 0 to n − 1, for k from 0 to n // 2."""

    def make_node(self, x: Variable) -> Apply:
        *sizes, n = x.type.shape
        known = None if n in (None, 0, 1) else n // 2 + 1
        return Apply(self, [x], [x.type.clone(shape=[*sizes, known, 2])()])

    def compute(self, x: Any) -> Any:
        wide = np.asarray(x, np.result_type(x, np.float32))
        y = np.fft.rfftn(wide, axes=range(-self.n_axes, 0))
        return np.stack([y.real, y.imag], axis=-1).astype(x.dtype)

    def axes(self, node: Apply) -> Axes:
        reals, frequencies, whole = self.axes_of_both(node.inputs[0].type.ndim)
        return Axes([reals], [frequencies], whole)

    def infer_shape(self, node: Apply, input_shapes: Sequence[Shape]) -> Sequence[tuple[Any, ...]]:
        *sizes, n = input_shapes[0]
        return [(*sizes, n // 2 + 1, 2)]

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable:
        return self(inputs[0][0])

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        n = size_of(inputs[0], inputs[0].type.ndim - 1)
        return [IRFFT(self.n_axes)(self.weighted(output_grads[0], n, 0.5), as_tensor_variable(n))]


class IRFFT(_Transform):
    """Σ y[k] · exp(2πi jk/n) over k from 0 to n − 1, where y[n − k] is the conjugate of y[k].

    The other input is n. The sum is not divided by n.
    """

    def make_node(self, y: Variable, n: Variable) -> Apply:
        *sizes, _, _ = y.type.shape
        known = known_integer(n)
        return Apply(self, [y, n], [y.type.clone(shape=[*sizes, None if known == 1 else known])()])

    def compute(self, y: Any, n: Any) -> Any:
        *sizes, m, two = y.shape
        if m != n // 2 + 1 or two != 2:
            raise ValueError(
                f"irfft: the last two sizes of frequencies must be n // 2 + 1 and 2; got {m} and {two} "
                f"for n = {n}"
            )
        wide = np.asarray(y, np.result_type(y, np.float32))
        axes = range(-self.n_axes, 0)
        s = [*sizes, int(n)][-self.n_axes :]
        x = np.fft.irfftn(wide[..., 0] + 1j * wide[..., 1], s, axes, norm="forward")
        return x.astype(y.dtype)

    def axes(self, node: Apply) -> Axes:
        reals, frequencies, whole = self.axes_of_both(node.out.type.ndim)
        return Axes([frequencies, ()], [reals], whole)

    def infer_shape(self, node: Apply, input_shapes: Sequence[Shape]) -> Sequence[tuple[Any, ...]]:
        n = known_integer(node.inputs[1])
        return [(*input_shapes[0][:-2], node.inputs[1] if n is None else n)]

    def may_refuse(self, node: Apply) -> bool:
        return True

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable | None:
        (y, _), (n, n_differs) = inputs
        return None if n_differs else self(y, n)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [self.weighted(RFFT(self.n_axes)(output_grads[0]), inputs[1], 2.0), None]
