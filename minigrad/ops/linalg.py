"""Products of vectors and matrices, one or many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import Size, dimshuffle, sizes_of, undo_broadcasting
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..core.table import mul
from ..core.types import TensorType
from ..protocol.axes import Axes, broadcasting
from ..protocol.core_ops import aligned
from ..protocol.op import InAllSteps, Names, Use
from .pieces import dot_for
from .shape import Reshape, transposed


def _product_dtype(x: Variable, y: Variable) -> np.dtype[Any]:
    return np.result_type(x.type.numpy_dtype, y.type.numpy_dtype)


class Dot(NumPyOp):
    """x · y of vectors and matrices: the sum over the last axis of x and the first of y."""

    __props__ = ()
    storage = "new"
    is_analytic = True
    takes_out = True

    def make_node(self, x: Variable, y: Variable) -> Apply:
        (*rows, inner), (other_inner, *columns) = x.type.shape, y.type.shape
        if None not in (inner, other_inner) and inner != other_inner:
            raise ValueError(f"dot: {x} is {x.type.shape} and {y} is {y.type.shape}")
        return Apply(self, [x, y], [TensorType(_product_dtype(x, y), [*rows, *columns])()])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        output_storage[0][0] = dot_for(*inputs)(*inputs)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        function = dot_for(*[x.type for x in node.inputs])
        if function is np.dot:
            # The method is the function without the time it takes to ask for overrides.
            return f"{inputs[0]}.dot({inputs[1]})"
        return f"{use(function.__name__, function)}({', '.join(inputs)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]} @ {inputs[1]}"

    def axes(self, node: Apply) -> Axes:
        x, y = (variable.type.ndim for variable in node.inputs)
        return Axes(["ik"[-x:], "kj"[:y]], ["i"[: x - 1] + "j"[: y - 1]])

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, y = inputs
        g = output_grads[0]
        if x.type.ndim == y.type.ndim == 1:
            return [g * y, g * x]
        if x.type.ndim == 1:
            return [self(y, g), outer_product(x, g)]
        if y.type.ndim == 1:
            return [outer_product(g, y), self(transposed(x), g)]
        return [self(g, transposed(y)), self(transposed(x), g)]

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable:
        (x, x_changes), (y, y_changes) = inputs
        left, right = (v.type.ndim for v in node.inputs)
        if not y_changes:
            return self(x, y) if left == 1 else _of_joined_rows(x, y)
        if not x_changes and right == 1:
            return self(y, transposed(x) if left == 2 else x)
        # Products of pairs of matrices.
        if left == 1:
            x = dimshuffle(x, [0, "x", 1] if x_changes else ["x", "x", 0])
        elif not x_changes:
            x = dimshuffle(x, ["x", 0, 1])
        if right == 1:
            y = dimshuffle(y, [0, 1, "x"])
        return dimshuffle(MatMul()(x, y), [0, *[1] * (left == 2), *[2] * (right == 2)])


def _of_joined_rows(x: Variable, y: Variable) -> Variable:
    """Return the products of all matrices in x with y, as one product of all their rows."""
    product = Dot()(joined_rows(x), y)
    return Reshape()(product, Size(0)(x), Size(1)(x), *sizes_of(product)[1:])


def joined_rows(x: Variable) -> Variable:
    """Return all matrices in x one below the other, as one."""
    rows: Variable = Reshape()(x, Size(0)(x) * Size(1)(x), Size(2)(x))
    return rows


def outer_product(x: Variable, y: Variable) -> Variable:
    """Return x[i] · y[j] at row i and column j, for vectors x and y."""
    return mul(dimshuffle(x, [0, "x"]), dimshuffle(y, ["x", 0]))


class MatMul(NumPyOp):
    """Products of the matrices in the last two axes; the other axes broadcast."""

    __props__ = ()
    storage = "new"
    is_analytic = True

    def make_node(self, x: Variable, y: Variable) -> Apply:
        (*batch, rows, inner), (*other_batch, other_inner, columns) = x.type.shape, y.type.shape
        if None not in (inner, other_inner) and inner != other_inner:
            raise ValueError(f"matmul: {x} is {x.type.shape} and {y} is {y.type.shape}")
        shape = [
            b if a == 1 else a if b in (1, None) or a is not None else b
            for a, b in zip(batch, other_batch, strict=True)
        ]
        dtype = _product_dtype(x, y)
        return Apply(self, [x, y], [TensorType(dtype, [*shape, rows, columns])()])

    def compute(self, x: Any, y: Any) -> Any:
        return np.matmul(x, y)

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]} @ {inputs[1]}"

    def axes(self, node: Apply) -> Axes:
        batch = broadcasting(*[variable.type.shape[:-2] for variable in node.inputs])
        (x, y), (z,) = batch.inputs, batch.outputs
        return Axes([[*x, "i", "k"], [*y, "k", "j"]], [[*z, "i", "j"]])

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, y = inputs
        g = output_grads[0]
        return [
            undo_broadcasting(self(g, transposed(y)), x),
            undo_broadcasting(self(transposed(x), g), y),
        ]

    def at_once(self, node: Apply, inputs: InAllSteps) -> Variable:
        ndim = node.out.type.ndim
        return self(*[aligned(x, ndim) if all_ else _padded(x, 1 + ndim) for x, all_ in inputs])


def _padded(x: Variable, ndim: int) -> Variable:
    return dimshuffle(x, [*["x"] * (ndim - x.type.ndim), *range(x.type.ndim)])
