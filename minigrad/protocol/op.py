"""Methods of an op besides its value and its derivative, for rewrites, compilers and printers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from ..core.elementwise import cast
from ..core.graph import Apply, NumPyOp, Op, Variable, perform
from ..core.operators import extend
from .axes import Axes, axes_of
from .closed import ClosedGraph
from .walks import clone_node, known_integer

# See OpProtocol.expression.
Use = Callable[..., str]
# For each input of a node: its value, and whether it has an element for each step of a loop.
InAllSteps = Sequence[tuple[Variable, bool]]
# What variables and functions are called in a program.
Names = Sequence[str]
# What to put in the place of variables.
Replacements = Mapping[Variable, Variable]
# For each output of a node, the nodes that read it; None stands for who asked for the output.
Readers = Mapping[Variable, Sequence[Apply | None]]
# Integers, and the floats that are used in their place.
Floats = Sequence[tuple[Variable, Variable]]
# Finds what floats a graph makes of integers: of these, the graph's outputs and inputs.
FloatForms = Callable[
    [Collection[Variable], Sequence[Variable], Sequence[Variable]],
    tuple[Mapping[Variable, Sequence[Variable]], Replacements],
]
# Makes one of variables that compute the same.
Merge = Callable[[Sequence[Variable]], list[Variable]]


def with_numbers(variables: Iterable[Variable], names: Iterable[str]) -> list[str]:
    """Return the names of the variables; whole numbers that are known as Python writes them.

    As an index NumPy takes an array of no dimensions for an index array, and copies where a number
    would make a view.
    """
    known = map(known_integer, variables)
    return [name if n is None else str(n) for n, name in zip(known, names, strict=True)]


def in_tuple(names: Names) -> str:
    """Return what Python writes between the brackets of a tuple: one element alone has a comma."""
    return f"{', '.join(names)}{',' * (len(names) == 1)}"


@extend(Op)
class OpProtocol:
    """Methods and attributes of every op, with defaults; your op may override any of them."""

    storage: Literal["new", "view", "unknown"] = "unknown"
    view_map: Mapping[int, Sequence[int]] = {}
    destroy_map: Mapping[int, Sequence[int]] = {}
    is_view = False
    takes_out = False
    in_place = False
    moves = slice(0)
    inner: Sequence[ClosedGraph] = ()
    alternatives: Sequence[Sequence[int]] = ()
    memory: int | None = None
    is_analytic = False
    itypes: Sequence[Any] | None = None
    otypes: Sequence[Any] | None = None

    def make_node(self: Any, *inputs: Any) -> Apply:
        """Check the inputs and return an `Apply` with outputs of the right types."""
        if self.itypes is None or self.otypes is None:
            raise TypeError(f"{self}: define make_node, or itypes and otypes")
        if len(inputs) != len(self.itypes):
            raise TypeError(f"{self} takes {len(self.itypes)} inputs, got {len(inputs)}")
        for type in (*self.itypes, *self.otypes):
            if not hasattr(type, "filter_variable"):
                raise TypeError(
                    f"{self}: itypes and otypes must be TensorTypes, such as T.dvector; got {type!r}"
                )
        variables = [
            itype.filter_variable(value) for itype, value in zip(self.itypes, inputs, strict=True)
        ]
        return Apply(self, variables, [otype() for otype in self.otypes])

    def axes(self: Any, node: Apply) -> Axes | None:
        """Labels for the axes of the inputs and outputs, as in einsum; None if they are unknown.

        The shapes of the outputs, the sizes that must be equal, and whether the op can be computed
        block by block follow from them. A function of each row is ``Axes(["ij"], ["ij"],
        whole="j")``.
        """
        return None

    def infer_shape(
        self: Any, node: Apply, input_shapes: Sequence[tuple[Any, ...]]
    ) -> Sequence[tuple[Any, ...]] | None:
        """The shape of each output from those of the inputs; None if only computing it tells.

        A size may be a number or an integer expression: use arithmetic that works for both. By
        default this follows from `axes`.
        """
        axes = axes_of(node)
        return None if axes is None else axes.shapes(node, input_shapes)

    @property
    def tells_sizes(self) -> bool:
        """Whether its class defines `axes` or `infer_shape`."""
        mine: Any = type(self)
        return mine.axes is not OpProtocol.axes or mine.infer_shape is not OpProtocol.infer_shape

    def equal_sizes(self: Any, node: Apply) -> Sequence[tuple[int, int, int, int]]:
        """Sizes that must be equal when the node runs: (input, axis, other input, its axis).

        They are checked before the op runs, unless they are known to be equal. By default this
        follows from `axes`.
        """
        axes = axes_of(node)
        return () if axes is None else axes.equal

    def may_refuse(self: Any, node: Apply) -> bool:
        """Whether sizes that `equal_sizes` allows may be refused, though `infer_shape` tells what
        shape the result would have.

        Then `refuse` checks them also where only that shape is needed.
        """
        return False

    def refuse(self: Any, node: Apply, inputs: list[Any]) -> None:
        """Raise the error that `perform` would raise for inputs of these shapes.

        Inputs by which there is a derivative are zeros; the others have their values.
        """
        self.perform(node, inputs, [[None] for _ in range(node.nout)])

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        """This node in a compiled program, as Python source; with several outputs, a tuple.

        `inputs` are the names of the inputs in that program. ``use(name, value)`` makes another
        value available: it returns its name in the program, which is `name` unless that is
        taken. By default the source calls `perform`.
        """
        return f"{use(str(self), self._performer(node))}({', '.join(inputs)})"

    def statements(
        self: Any, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> Sequence[str]:
        """The lines that compute this node in a compiled program; by default one, of `expression`.

        They assign the results to the names `outputs`. `inner` are the names of functions that
        compute the inner graphs, each from its inputs to a tuple. ``use(name)`` makes a new name.
        """
        return [f"{', '.join(outputs)} = {self.expression(node, inputs, use)}"]

    def sized_by(self: Any, node: Apply) -> Sequence[int]:
        """The inputs whose values decide sizes that `infer_shape` does not give."""
        return range(len(node.inputs))

    def at_once(self: Any, node: Apply, inputs: InAllSteps) -> Variable | None:
        """The output for all steps of a loop, which are the first axis; None keeps it in the loop.

        `node` is the node in a step. `inputs` are its inputs for all steps: each is an array with
        the steps as its first axis, or a value that is the same in all steps.
        """
        return None

    def with_inner(self: Any, inner: Sequence[ClosedGraph]) -> Op:
        """Return an op like this one, but with other inner graphs.

        By default it returns this op: then its graphs are computed as they are.
        """
        return self

    def on_floats(
        self: Any,
        node: Apply,
        inputs: Sequence[Variable],
        places: Sequence[int],
        float_forms: FloatForms,
    ) -> tuple[Sequence[Variable], Floats]:
        """The outputs for other inputs, made of floats where integers are at these places; these.

        The derivative by an integer is that by the floats.
        """
        dtypes = {y.type.dtype for y in node.outputs if y.type.is_float}
        floats = {i: cast(node.inputs[i], *dtypes) for i in places if len(dtypes) == 1}
        clone = clone_node(node, [floats.get(i, v) for i, v in enumerate(inputs)])
        return clone.outputs, [(node.inputs[i], form) for i, form in floats.items()]

    def with_branches(
        self: Any, branches: Sequence[ClosedGraph], places: Sequence[Sequence[int]]
    ) -> Op:
        """Return an op that computes the needed alternative itself, by one of the graphs.

        Its first inputs are this op's inputs that are not alternatives. `places` gives for each
        graph the places of its inputs among the others.
        """
        raise TypeError(f"{self}: define with_branches, or have no alternatives")

    def as_read(self: Any, node: Apply, readers: Readers) -> Replacements:
        """Replacements for outputs that are read, or for readers' outputs, if some are not read."""
        return {}

    def merged_with(self: Any, node: Apply, other: Apply, merge: Merge) -> Replacements:
        """Replacements for the outputs of two such nodes with the same inputs, to merge them.

        It is empty if they cannot be merged. `merge` tells which of their inner variables
        are equal.
        """
        return {}

    def _performer(self: Any, node: Apply) -> Callable[..., Any]:
        """`perform` as a function from arrays to the output, or to a tuple of outputs."""

        def call(*inputs: Any) -> Any:
            outputs = perform(node, list(inputs))
            return outputs[0] if len(outputs) == 1 else tuple(outputs)

        return call


@extend(NumPyOp)
class NumPyOpProtocol:
    """A call of the NumPy function."""

    def expression(self: Any, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use(type(self).__name__.lower(), self.compute)}({', '.join(inputs)})"


class SeveralOutputs(Op):
    """An op whose outputs a function computes together from the inputs' values."""

    def compute(self, *inputs: Any) -> Sequence[Any]:
        """The outputs' values."""
        raise TypeError(f"{self}: define compute, which returns its outputs")

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        for cell, value in zip(output_storage, self.compute(*inputs), strict=True):
            cell[0] = value


Op.__doc__ = """An operation: what a node computes, and its derivative, for built-in ops and yours.

A subclass defines `make_node` (or the class attributes `itypes` and `otypes`) and `perform`; to
be differentiable, also `grad` or `L_op`. Everything else has a default.

Attributes
----------
__props__ : tuple of str
    Names of the attributes by which two ops of the class differ. Ops whose attributes are equal
    are equal, so that equal computations are done once. Without it, an op equals only itself. A
    class without ``__init__`` takes the attributes as arguments, in this order or by name.
n_differentiable : int, optional
    The number of inputs, from the first, that have a derivative; by default all: see
    `connection_pattern`.
storage : {'new', 'view', 'unknown'}
    The memory of results: ``'new'`` if nothing else uses it; ``'view'`` if it may be that of
    the inputs that `view_map` names. By default it is unknown, since the op may return an
    input, or an array that it keeps: then a program never writes to the result, and copies it
    before returning it.
view_map : dict of int to list of int
    For each output that may share the memory of inputs, the numbers of these inputs.
destroy_map : dict of int to list of int
    Theano's, for an op that writes to its inputs; such an op is not compiled.
moves : slice
    The inputs whose elements the outputs consist of, if the op and its derivative only move
    elements: an elementwise function may then be applied before the op instead of after it.
is_view : bool
    Whether the output always shares the memory of the first input, in a way that depends only
    on the values of the other inputs.
takes_out : bool
    Whether the source from `expression` is a call that accepts ``out=``, an array in C
    order to write its result into.
in_place : bool
    Whether that array may be one of the inputs.
inner : sequence of ClosedGraph
    The graphs that the op contains.
alternatives : sequence of sequence of int
    Groups of inputs, by their numbers, of which only one is needed; other inputs decide which.
    Nodes that only the other groups need are not computed: see `with_branches`.
memory : int or None
    The number of bytes that it needs besides inputs and results; by default that of its inner
    graphs.
is_analytic : bool
    Whether `perform` works for complex numbers as for real ones, so that slopes of outputs can
    be found by a complex step.
itypes, otypes : list of TensorType
    The types of the inputs and of the outputs, if they are always the same.

Examples
--------
>>> import numpy as np, minigrad, minigrad.tensor as T
>>> class Cube(minigrad.Op):
...     __props__ = ()
...     itypes = otypes = [T.dvector]
...     def perform(self, node, inputs, output_storage):
...         output_storage[0][0] = inputs[0] ** 3
...     def grad(self, inputs, output_grads):
...         return [3 * inputs[0] ** 2 * output_grads[0]]
>>> x = T.dvector("x")
>>> minigrad.grad(Cube()(x).sum(), x).eval({x: [1.0, 2.0]})
array([ 3., 12.])
"""
