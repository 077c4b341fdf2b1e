"""Values in order: sorting, the largest ones, where a value belongs, which there are, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import dimshuffle, size_of
from ..core.graph import Apply, Gradients, NumPyOp, Variable, Variables
from ..core.types import TensorType
from ..protocol.axes import Axes
from ..protocol.op import Names, SeveralOutputs, Use
from ..protocol.walks import known_integer
from .indexing import getitem
from .ranges import numbered


def taken_along(x: Variable, indices: Variable, axis: int) -> Variable:
    """result[…, i, …] = x[…, indices[…, i, …], …], the index of x in the place of the axis."""
    axes = range(x.type.ndim)
    places: list[Any] = [
        0  # it broadcasts
        if x.type.shape[a] == 1
        else dimshuffle(numbered(size_of(x, a)), [0 if b == a else "x" for b in axes])
        for a in axes
    ]
    places[axis] = indices
    return getitem(x, tuple(places))


class _Order(NumPyOp):
    """A function of x that needs one axis whole, and has one of NumPy's ways to sort."""

    __props__ = ("axis", "kind")
    storage = "new"
    function: Any

    def compute(self, x: Any) -> Any:
        return self.function(x, axis=self.axis, kind=self.kind)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        name = use(self.function.__name__, self.function)
        kind = "" if self.kind == "quicksort" else f", kind={self.kind!r}"
        return f"{name}({inputs[0]}, axis={self.axis}{kind})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{self.function.__name__}({inputs[0]}, axis={self.axis})"

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes], [axes], whole=[self.axis])


class Sort(_Order):
    """x sorted along an axis, the least first; the derivative goes back to where a value was."""

    function = staticmethod(np.sort)

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type()])

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        order = ArgSort(self.axis, "stable")
        ranks = order(order(inputs[0]))
        return [taken_along(output_grads[0], ranks, self.axis)]


class ArgSort(_Order):
    """The places along an axis of the values of x in order, int64."""

    n_differentiable = 0
    function = staticmethod(np.argsort)

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type.clone(dtype="int64")()])


class ArgTopK(NumPyOp):
    """The places along an axis of the k largest values, of the −k smallest if k is negative."""

    __props__ = ("axis", "is_sorted", "dtype")
    n_differentiable = 0
    storage = "new"

    def make_node(self, x: Variable, k: Variable) -> Apply:
        shape = list(x.type.shape)
        known = known_integer(k)
        shape[self.axis] = None if known is None else abs(known)
        return Apply(self, [x, k], [x.type.clone(dtype=self.dtype, shape=shape)()])

    def compute(self, x: Any, k: Any) -> Any:
        n, k = x.shape[self.axis], int(k)
        if not 1 <= abs(k) <= n:
            raise ValueError(f"topk: k must be from 1 to {n}, or from -{n} to -1; got {k}")
        if self.is_sorted:
            # The largest first, of equal ones the first: the order of the reversed values, reversed.
            order = (
                n - 1 - np.flip(np.argsort(np.flip(x, self.axis), self.axis, "stable"), self.axis)
            )
            part = slice(k) if k > 0 else slice(k, None)
        else:
            order = np.argpartition(x, n - k if k > 0 else -k - 1, self.axis)
            part = slice(n - k, None) if k > 0 else slice(-k)
        return order[(slice(None),) * self.axis + (part,)].astype(self.dtype)

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"argtopk({inputs[0]}, {inputs[1]}, axis={self.axis})"

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        kept = [None if axis == self.axis else axis for axis in axes]
        return Axes([kept, ()], [kept])


class SearchSorted(NumPyOp):
    """The places at which the values v can be put into the sorted vector x, which stays sorted."""

    __props__ = ("side",)
    n_differentiable = 0
    storage = "new"

    def make_node(self, x: Variable, v: Variable, *sorter: Variable) -> Apply:
        return Apply(self, [x, v, *sorter], [v.type.clone(dtype="int64")()])

    def compute(self, x: Any, v: Any, sorter: Any = None) -> Any:
        return np.searchsorted(x, v, side=self.side, sorter=sorter)

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        options = f"side={self.side!r}" + "".join(f", sorter={name}" for name in inputs[2:])
        return f"{use('searchsorted', np.searchsorted)}({', '.join(inputs[:2])}, {options})"

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([[None]] + [axes] + [[None]] * (len(node.inputs) - 2), [axes])


class Unique(SeveralOutputs):
    """The values of a vector, each once, in order; and what else is asked for."""

    __props__ = ("return_index", "return_inverse", "return_counts")
    storage = "new"

    def make_node(self, x: Variable) -> Apply:
        unknown = TensorType("int64", (None,))
        others = [
            (self.return_index, unknown),
            (self.return_inverse, x.type.clone(dtype="int64")),
            (self.return_counts, unknown),
        ]
        types = [x.type.clone(shape=(None,)), *[type for is_asked, type in others if is_asked]]
        return Apply(self, [x], [type() for type in types])

    def compute(self, x: Any) -> Sequence[Any]:
        options = {name: getattr(self, name) for name in self.__props__}
        found = np.unique(x, **options)
        return found if isinstance(found, tuple) else (found,)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[True] + [False] * (node.nout - 1)]


class BinCount(NumPyOp):
    """The counts of 0, 1, 2, … in the vector x, or the sums of the weights that they have there."""

    __props__ = ()
    storage = "new"

    def make_node(self, x: Variable, least: Variable, *weights: Variable) -> Apply:
        dtype = weights[0].type.dtype if weights else "int64"
        return Apply(self, [x, least, *weights], [TensorType(dtype, (None,))()])

    def compute(self, x: Any, least: Any, weights: Any = None) -> Any:
        if x.min(initial=0) < 0:
            raise ValueError(f"bincount: the numbers must be at least 0; got {x.min()}")
        if weights is None:
            return np.bincount(x.astype("int64"), minlength=int(least)).astype("int64")
        totals = np.zeros(max(int(x.max(initial=-1)) + 1, int(least)), weights.dtype)
        np.add.at(totals, x, weights)
        return totals

    def axes(self, node: Apply) -> Axes:
        return Axes([["i"], (), ["i"]][: len(node.inputs)], [[None]], whole="i")

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        x, _, *weights = inputs
        return [None, None, *[getitem(output_grads[0], x) for _ in weights]]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[False], [False], *[[True] for _ in node.inputs[2:]]]
