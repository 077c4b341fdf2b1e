"""Expressions as graphs: a `Variable` is the output of an `Apply`, an `Op` applied to `Variable`s.

Every walk over a graph is a loop with its own stack, because an expression may be deeper than
Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import ref

from .credit import credited_to, current_line

if TYPE_CHECKING:
    from .operators import Operators as _Operators
else:
    _Operators = object  # its methods come with the module `operators`


def extend(target: type) -> Callable[[type], type]:
    """Put the members of the class below on a class of a lower layer, which has its own of others."""

    def put(members: type) -> type:
        for name, member in vars(members).items():
            if name not in _OF_EVERY_CLASS:
                setattr(target, name, member)
        return members

    return put


_OF_EVERY_CLASS = {*vars(type("", (), {})), "__annotations__", "__qualname__", "__firstlineno__"}


class Variable(_Operators):
    """A value that is known when the program runs: an input, or what an `Apply` makes.

    Attributes
    ----------
    type : TensorType
        What values it can take.
    owner : Apply or None
        The operation that it is an output of; an input of the graph has none.
    index : int or None
        Which output of its owner it is.
    name : str or None
        For people; it need not be unique.
    """

    def __init__(
        self,
        type: Any,
        owner: Apply | None = None,
        index: int | None = None,
        name: str | None = None,
    ) -> None:
        self.type = type
        self.owner = owner
        self.index = index
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
        A variable that the user has written, and of which this is a known property: the size 1 of
        a row, say, or the derivative 1 of a scalar by itself. So an input counts as used though
        its value turned out not to matter.
    """

    written_with: Variable | None = None

    def __init__(self, type: Any, data: Any, name: str | None = None) -> None:
        super().__init__(type, name=name)
        self.data = data

    def __str__(self) -> str:
        return self.name or f"{type(self).__name__}{{{self.data}}}"


class Apply:
    """One application of an `Op`: which variables go in, which come out, and who wrote it.

    Attributes
    ----------
    op : Op
    inputs, outputs : list of Variable
        The node is the `owner` of its outputs.
    made_at : Line or None
        The first line on the stack of calls that made the node that is outside minigrad, and
        outside the `make_node` of a user's op.
    """

    __slots__ = ("__weakref__", "_anew", "_kinds", "_outputs", "_unread", "inputs", "made_at", "op")

    def __init__(self, op: Op, inputs: Sequence[Variable], outputs: Sequence[Variable]) -> None:
        self.op = op
        self.inputs = list(inputs)
        # Until somebody reads them, and may hold them, only the node can.
        self._unread: list[Variable] | None = list(outputs)
        for index, output in enumerate(self._unread):
            output.owner, output.index = self, index
        self._outputs = [ref(output) for output in self._unread]
        self._kinds = [(output.type, output.name) for output in self._unread]
        self._anew: dict[int, Variable] = {}
        self.made_at = current_line()

    @property
    def out(self) -> Variable:
        """The output, where there is but one."""
        (output,) = self.outputs
        return output

    @property
    def nout(self) -> int:
        """How many outputs there are."""
        return len(self._outputs)

    def clone_with_new_inputs(self, inputs: Sequence[Variable]) -> Apply:
        """The same operation on other inputs, credited to the same line of the user's program."""
        node = credited_to(self.made_at, self.op.make_node, *inputs)
        outputs = node.outputs
        for old, new in zip(self.outputs, outputs, strict=True):
            new.name = old.name
        node._unread = outputs
        return node

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.inputs))})"

    # A variable holds the node that makes it. If nodes held their outputs, too, each graph would
    # refer to itself in a circle; so they hold them weakly, and what is dropped is freed at once. An
    # output that has been freed is made again, of the same type and name, when it is asked for.

    @property
    def outputs(self) -> list[Variable]:
        """What it makes."""
        unread = self._unread
        if unread is not None:
            self._unread = None
            return unread
        if len(self._outputs) == 1:  # almost always, and this is asked very often
            output = self._outputs[0]()
            return [self._made_anew(0) if output is None else output]
        return [self.output(index) for index in range(len(self._outputs))]

    def output(self, index: int) -> Variable:
        """One of the outputs; a new one if nobody holds it any more."""
        output = self._outputs[index]()
        self._unread = None
        return self._made_anew(index) if output is None else output

    def _made_anew(self, index: int) -> Variable:
        type, name = self._kinds[index]
        # Whoever comes first makes it; that another thread was here before is seen afterwards.
        output = self._anew.setdefault(index, Variable(type, self, index, name))
        output = self._outputs[index]() or output
        self._outputs[index] = ref(output)
        self._anew.pop(index, None)
        return output


# What derivatives are taken by, and what they are: None where there is none.
Variables = Sequence[Variable]
Gradients = Sequence[Variable | None]


class Op:
    """What a node computes, and its derivative.

    A subclass defines `make_node`, `perform`, and for `grad` also `grad` or `L_op`. Everything else
    has a default; `protocol.op` adds more. Ops of a class are equal if the attributes are that
    ``__props__`` names, so that equal computations are done once; without it each is another.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # what `protocol.op` adds

    __props__: tuple[str, ...] | None = None

    def make_node(self, *inputs: Any) -> Apply:
        """Check the inputs and return an `Apply` with outputs of the right types."""
        raise TypeError(f"{self}: define make_node")

    def __call__(self, *inputs: Any) -> Any:
        """The output of this op on the inputs; a list if there are several."""
        outputs = self.make_node(*inputs).outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        """Compute: the values of `inputs` are arrays; put output i into ``output_storage[i][0]``.

        The inputs must not be changed. This is what the reference interpreter runs.
        """
        raise TypeError(f"{self}: define perform, which computes its outputs")

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        """Derivatives of a cost by each input, as expressions; None where there is none.

        `output_grads` are the derivatives of the cost by each output.
        """
        raise TypeError(
            f"{self} has no derivative: define grad(inputs, output_grads) in {type(self).__name__}"
        )

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        """As `grad`, for derivatives that are best written with the outputs."""
        return self.grad(inputs, output_grads)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """For each input and each output: could a change of the one change the other?

        An op that reads only the shape of an input is not connected to it.
        """
        return [[True] * node.nout for _ in node.inputs]

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        """This node as people write it, where the inputs are written so: ``f"{x} + {y}"``.

        No input needs brackets: where the formula is Python, they are put where precedence asks.
        """
        return f"{self}({', '.join(inputs)})"

    def _properties(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__props__ or ()])

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other) or self.__props__ is None:
            return False
        return self._properties() == other._properties()

    def __hash__(self) -> int:
        if self.__props__ is None:
            return object.__hash__(self)
        return hash((type(self), self._properties()))

    def __str__(self) -> str:
        properties = [f"{name}={getattr(self, name)}" for name in self.__props__ or ()]
        return type(self).__name__ + (f"{{{', '.join(properties)}}}" if properties else "")

    __repr__ = __str__


class NumPyOp(Op):
    """An op with one output that a NumPy function computes from the inputs' values."""

    def compute(self, *inputs: Any) -> Any:
        """The output's value."""
        raise TypeError(f"{self}: define compute, which returns its output")

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        output_storage[0][0] = self.compute(*inputs)


def perform(node: Apply, inputs: list[Any]) -> list[Any]:
    """The values of a node's outputs, as its op computes them; inputs and outputs are checked."""
    check_sizes(node, inputs)
    storage: list[list[Any]] = [[None] for _ in node.outputs]
    node.op.perform(node, inputs, storage)
    return [
        output.type.check_result(cell[0], node)
        for output, cell in zip(node.outputs, storage, strict=True)
    ]


def check_sizes(node: Apply, inputs: Sequence[Any]) -> None:
    """Leave it to NumPy; `protocol.sizes` puts a function here that knows which may differ."""


def written(x: Variable) -> str:
    """The expression with brackets around all operands; what is long is left out of what is longer.

    `protocol.formula` puts a better one in its place.
    """
    texts: dict[Variable, str] = {}
    for node in toposort([x]):
        for v in node.inputs:
            texts.setdefault(v, v.name or str(getattr(v, "data", v.type)))
        operands = [f"({texts[v]})" if " " in texts[v] else texts[v] for v in node.inputs]
        text = node.op.formula(node, operands)
        texts.update(dict.fromkeys(node.outputs, text if len(text) < 200 else "…"))
    return texts.get(x) or str(x.type)


# ---- Walks ---------------------------------------------------------------------------------------


def toposort(outputs: Iterable[Variable], stop_at: Collection[Variable] = ()) -> list[Apply]:
    """The nodes that compute the outputs, each after those it depends on.

    Variables to stop at count as given: what computes them is left out.
    """
    given = set(stop_at)
    order: list[Apply] = []
    done: set[Apply] = set()
    for output in outputs:
        if output.owner is None or output in given:
            continue
        # A node is seen twice: first its inputs go on top of it, then it is their turn no more.
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


def clone_replace(
    outputs: Sequence[Variable], replacements: Mapping[Variable, Variable]
) -> list[Variable]:
    """The outputs with some variables replaced by others wherever they occur.

    Nodes that depend on a replaced variable are made anew, so that types follow from the new
    inputs; all others are shared with the old graph, which is not changed.
    """
    if not replacements:
        return list(outputs)
    new: dict[Variable, Variable] = dict(replacements)
    for node in toposort(outputs, new):
        inputs = [new.get(v, v) for v in node.inputs]
        if inputs != node.inputs:
            clone = node.clone_with_new_inputs(inputs)
            for old_output, new_output in zip(node.outputs, clone.outputs, strict=True):
                new.setdefault(old_output, new_output)
    return [new.get(v, v) for v in outputs]
