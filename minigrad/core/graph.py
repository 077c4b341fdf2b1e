"""Expressions as graphs: a `Variable` is the output of an `Apply`, an `Op` applied to `Variable`s.

Every walk over a graph is a loop with its own stack, because an expression may be deeper than
Python's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .credit import current_line
from .outputs import HoldsOutputs

if TYPE_CHECKING:  # for type checkers alone: what the module `operators` puts on variables
    from .operators import Operators as _Operators
else:
    _Operators = object


class Variable(_Operators):
    """A value that is known only when the program runs: an input, or an output of an `Apply`.

    Attributes
    ----------
    type : TensorType
        What values it can take.
    owner : Apply or None
        The node that makes it; an input of the graph has none.
    index : int or None
        Which output of its owner it is.
    name : str or None
        For people; it need not be unique.
    """

    def __init__(self, type: Any, name: str | None = None) -> None:
        self.type = type
        self.owner: Apply | None = None
        self.index: int | None = None
        self.name = name

    def __str__(self) -> str:
        return self.name or written(self)

    def __repr__(self) -> str:
        return str(self)


class Constant(Variable):
    """A variable whose value, `data`, is known when the graph is built, and does not change.

    Attributes
    ----------
    written_with : Variable or None
        The variable of which this is a known property, such as a known size. Skip this: compilers
        find out by it whether an input is used.
    """

    written_with: Variable | None = None

    def __init__(self, type: Any, data: Any, name: str | None = None) -> None:
        super().__init__(type, name=name)
        self.data = data

    def __str__(self) -> str:
        return self.name or f"{type(self).__name__}{{{self.data}}}"


class Apply(HoldsOutputs):
    """One application of an `Op`: its input and output variables, and the line that wrote it.

    Attributes
    ----------
    op : Op
    inputs, outputs : list of Variable
        The node is the `owner` of its outputs; `nout` is their number. (See `outputs` for how.)
    made_at : Line or None
        The line of the user's program that made it; for messages only.
    """

    __slots__ = ("inputs", "made_at", "op")

    def __init__(self, op: Op, inputs: Sequence[Variable], outputs: Sequence[Variable]) -> None:
        self.op = op
        self.inputs = list(inputs)
        self._hold(outputs)
        self.made_at = current_line()

    @property
    def out(self) -> Variable:
        """The output, if there is only one."""
        (output,) = self.outputs
        return output

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.inputs))})"


Variables = Sequence[Variable]  # the inputs or outputs of a node
Gradients = Sequence[Variable | None]  # a derivative for each input; None where there is none


class Op:
    """An operation: what a node computes, and its derivative.

    A subclass defines `make_node`, `perform` and, to be differentiable, one of `grad` and `L_op`.
    Everything else has a default; `protocol.op` adds more. Two ops of one class are equal if the
    attributes named in ``__props__`` are equal; a compiler then computes equal nodes once. Without
    ``__props__``, an op is equal only to itself.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # what `protocol.op` adds

    __props__: tuple[str, ...] | None = None
    n_differentiable: int | None = None  # only the first n inputs have derivatives; None: all

    def __init__(self, *properties: Any, **named: Any) -> None:
        """The op of these properties, in the order of ``__props__`` or by name."""
        names, n = self.__props__ or (), len(properties)
        # Without any, a subclass may set them itself.
        lacks = {name for name in names[n:] if not hasattr(self, name)} if n or named else set()
        if n > len(names) or not lacks <= named.keys() <= set(names[n:]):
            raise TypeError(f"{type(self).__name__} takes {', '.join(names) or 'no arguments'}")
        self.__dict__.update(zip(names, properties, strict=False), **named)

    def make_node(self, *inputs: Any) -> Apply:
        """Check the inputs, make them variables, and return an `Apply` with outputs of their types."""
        raise TypeError(f"{self}: define make_node")

    def __call__(self, *inputs: Any) -> Any:
        """The output of this op on the inputs; a list if there are several."""
        outputs = made(self.make_node(*inputs)).outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        """Compute the outputs from the arrays `inputs`; put output i into ``output_storage[i][0]``.

        The inputs must not be changed: others hold them. The reference interpreter runs this method.
        """
        raise TypeError(f"{self}: define perform, which computes its outputs")

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        """One step of the chain rule: ∂cost/∂input for each input, given ∂cost/∂output for each output.

        With one output that is ∂cost/∂output · ∂output/∂input, a vector times the op's Jacobian (a
        *vjp*), written as an expression; the Jacobian itself is never made. Several outputs add up
        their parts. None stands for zero.
        """
        if self.n_differentiable == 0:
            return [None] * len(inputs)
        raise TypeError(f"{self} has no derivative: define grad(inputs, output_grads) in its class")

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        """The same as `grad`, which it calls, but also given the outputs.

        Define one of the two. The name is Theano's: the L(eft) operator.
        """
        return self.grad(inputs, output_grads)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Whether a change of the input could change the output, for each input and each output.

        By default it could, for the first `n_differentiable` inputs. An input of which only the
        shape counts could not.
        """
        n = len(node.inputs) if self.n_differentiable is None else self.n_differentiable
        return [[place < n] * node.nout for place, _ in enumerate(node.inputs)]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        """This node as people write it, where the inputs are written so: ``f"{x} + {y}"``.

        Write no brackets around inputs: if the formula is Python, they are added where needed.
        """
        return f"{self}({', '.join(inputs)})"

    def _properties(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__props__ or ()])

    def __eq__(self, other: object) -> bool:
        if self.__props__ is None or type(self) is not type(other):
            return self is other
        return self._properties() == other._properties()

    def __hash__(self) -> int:
        if self.__props__ is None:
            return object.__hash__(self)
        return hash((type(self), self._properties()))

    def __str__(self) -> str:
        properties = [f"{name}={getattr(self, name)}" for name in self.__props__ or ()]
        return type(self).__name__ + (f"{{{', '.join(properties)}}}" if properties else "")

    def __repr__(self) -> str:
        return str(self)


class NumPyOp(Op):
    """An op with one output that a NumPy function computes from the inputs' values."""

    def compute(self, *inputs: Any) -> Any:
        """The output's value."""
        raise TypeError(f"{self}: define compute, which returns its output")

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        output_storage[0][0] = self.compute(*inputs)


def perform(node: Apply, inputs: list[Any]) -> list[Any]:
    """The values of a node's outputs, computed by its op; inputs and outputs are checked."""
    check_sizes(node, inputs)
    storage: list[list[Any]] = [[None] for _ in node.outputs]
    node.op.perform(node, inputs, storage)
    return [
        output.type.check_result(cell[0], node)
        for output, cell in zip(node.outputs, storage, strict=True)
    ]


def made(node: Apply) -> Apply:
    """The node that a call made; `protocol.test_values` replaces this by one that computes it."""
    return node


def check_sizes(node: Apply, inputs: Sequence[Any]) -> None:
    """Check nothing; `protocol.axes` replaces this by a function that reports sizes that differ."""


def written(x: Variable) -> str:
    """The expression, with brackets around operands that are expressions; long ones are shortened.

    `protocol.formula` replaces this by a better function.
    """
    texts = {x: f"<{x.type}>"}
    for node in toposort([x]):
        for v in node.inputs:
            texts.setdefault(v, v.name or str(getattr(v, "data", f"<{v.type}>")))
        operands = [f"({texts[v]})" if " " in texts[v] else texts[v] for v in node.inputs]
        text = node.op.formula(node, operands)
        for i, y in enumerate(node.outputs):
            shown = "…" if len(text) > 200 else text if node.nout == 1 else f"{text}[{i}]"
            texts[y] = y.name or shown
    return texts[x]


def toposort(outputs: Iterable[Variable], stop_at: Collection[Variable] = ()) -> list[Apply]:
    """The nodes that compute the outputs, each after those it depends on.

    The variables in `stop_at` count as given: the nodes that compute them are left out.
    """
    given = set(stop_at)
    order: list[Apply] = []
    done: set[Apply] = set()
    for output in outputs:
        if output.owner is None or output in given:
            continue
        # A node is pushed twice: the first time, what its inputs depend on is pushed above it; the
        # second time that is done, and the node follows it.
        stack = [(output.owner, False)]
        while stack:
            node, inputs_done = stack.pop()
            if node in done:
                continue
            if inputs_done:
                done.add(node)
                order.append(node)
                continue
            stack.append((node, True))
            for variable in reversed(node.inputs):
                owner = variable.owner
                if owner is not None and owner not in done and variable not in given:
                    stack.append((owner, False))
    return order
