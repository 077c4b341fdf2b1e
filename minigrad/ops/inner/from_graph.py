"""An operation made from an expression: `OpFromGraph`."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ...core.graph import Apply, Gradients, Variable, Variables
from ...protocol.closed import ClosedGraph
from ...protocol.op import FloatForms, Floats, Names, SeveralOutputs, Use, in_tuple
from ...protocol.test_values import without_test_values
from ...protocol.walks import clone_node, clone_replace, is_zeros
from ..functions import tensor_copy
from ..undefined import derivatives_by
from .closing import closed, inputs_reached


class OpFromGraph(SeveralOutputs):
    """An op that computes an expression, for use like any other op.

    Parameters
    ----------
    inputs : list of Variable
        The inputs of the op, in the order in which it is called.
    outputs : list of Variable
        Expressions of the inputs; they may use shared variables, too.
    inline : bool
        Whether a call returns the expression itself, if no derivative is overridden.
    lop_overrides, grad_overrides : callable, or list of them, optional
        Another derivative instead of the expression's own: a function of (inputs, outputs,
        output_grads), or of (inputs, output_grads), that returns a list with an entry for each
        input. Or a list that has, for each input, such a function for this input alone,
        ``'default'``, or None for no derivative.
    rop_overrides
        Theano's; ignored: `Rop` is computed from derivatives.
    name : str, optional

    Raises
    ------
    TypeError
        If inputs or outputs are not variables, or both derivatives are given.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x, y = T.dscalars("x", "y")
    >>> op = minigrad.OpFromGraph([x, y], [x * y + 1.0])
    >>> a = T.dscalar("a")
    >>> op(a, a).eval({a: 3.0}), minigrad.grad(op(a, a), a).eval({a: 3.0})
    (array(10.), array(6.))
    """

    def __init__(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        inline: bool = False,
        lop_overrides: Any = "default",
        grad_overrides: Any = "default",
        rop_overrides: Any = "default",
        name: str | None = None,
        **options: Any,
    ) -> None:
        if not all(isinstance(v, Variable) for v in (*inputs, *outputs)):
            raise TypeError("OpFromGraph takes lists of variables: inputs, and outputs")
        if lop_overrides != "default" and grad_overrides != "default":
            raise TypeError("OpFromGraph: give lop_overrides or grad_overrides, not both")
        graph, self._others = closed(list(inputs), [tensor_copy(v) for v in outputs])
        own = [v.type(v.name) for v in graph.inputs]  # the user's may be anywhere else
        self.inner = (ClosedGraph(own, graph.on(own)),)
        self._n_given = len(inputs)
        self._has_outputs = lop_overrides != "default"
        self._derivatives = lop_overrides if self._has_outputs else grad_overrides
        self.inline, self.name = inline, name

    def with_inner(self, inner: Sequence[ClosedGraph]) -> OpFromGraph:
        result = copy.copy(self)
        result.inner = tuple(inner)  # type: ignore[assignment]
        return result

    def make_node(self, *inputs: Any) -> Apply:
        (graph,) = self.inner
        if len(inputs) == self._n_given:
            inputs = (*inputs, *self._others)
        if len(inputs) != len(graph.inputs):
            raise TypeError(f"{self} takes {self._n_given} inputs, got {len(inputs)}")
        variables = [v.type.filter_variable(x) for v, x in zip(graph.inputs, inputs, strict=True)]
        return Apply(self, variables, [v.type() for v in graph.outputs])

    def __call__(self, *inputs: Any) -> Any:
        if not self.inline or not isinstance(self._derivatives, str):
            return super().__call__(*inputs)
        outputs = self.inner[0].on(self.make_node(*inputs).inputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def compute(self, *inputs: Any) -> Sequence[Any]:
        return self.inner[0].compute(inputs)

    def statements(
        self, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> Sequence[str]:
        """A call of the function that computes the expression."""
        return [f"{in_tuple(outputs)} = {inner[0]}({', '.join(inputs)})"]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        if not isinstance(self._derivatives, str):
            return super().connection_pattern(node)
        (graph,) = self.inner
        reached = inputs_reached(graph)
        return [[i in reached[y] for y in graph.outputs] for i, _ in enumerate(graph.inputs)]

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        graph, n = self.inner[0], self._n_given
        given = [list(inputs[:n]), *([list(outputs)] if self._has_outputs else [])]
        arguments = [*given, list(output_grads)]
        if isinstance(self._derivatives, str):
            found = ["default"] * n
        elif callable(self._derivatives):
            found = list(self._derivatives(*arguments))
        else:
            found = [one(*arguments) if callable(one) else one for one in self._derivatives]
        if len(found) != n:
            raise TypeError(f"{self}: there are {len(found)} derivatives for {n} inputs")
        found += ["default"] * len(self._others)
        by_default = [v for v, g in zip(graph.inputs, found, strict=True) if isinstance(g, str)]
        own = self._own_derivatives(by_default, inputs, output_grads)
        return [
            own.get(v) if isinstance(g, str) else g
            for v, g in zip(graph.inputs, found, strict=True)
        ]

    def on_floats(
        self,
        node: Apply,
        inputs: Variables,
        places: Sequence[int],
        float_forms: FloatForms,
    ) -> tuple[Sequence[Variable], Floats]:
        """The expression itself, in which operations make floats of integers."""
        if not places or not isinstance(self._derivatives, str):
            return clone_node(node, inputs).outputs, []
        integers = dict.fromkeys([node.inputs[i] for i in places])
        arguments = [
            old if old in integers else v for old, v in zip(node.inputs, inputs, strict=True)
        ]
        results = self.inner[0].on(arguments)
        forms, new = float_forms(integers, results, arguments)
        floats = [(v, form) for v in forms for form in forms[v]]
        return [new.get(v, v) for v in results], floats

    @without_test_values
    def _own_derivatives(
        self,
        wanted: Sequence[Variable],
        inputs: Sequence[Variable],
        output_grads: Sequence[Variable],
    ) -> dict[Variable, Variable]:
        """Return the derivatives of the expression by these inputs of its graph."""
        (graph,) = self.inner
        outside = dict(zip(graph.inputs, inputs, strict=True))
        known: dict[Variable, Variable] = {}
        for y, g in zip(graph.outputs, output_grads, strict=True):
            if y.type.is_float and not is_zeros(g):
                # One output may depend on another: so derivatives by both are given as by copies.
                copy, stand_in = tensor_copy(y), y.type()
                known[copy], outside[stand_in] = stand_in, g
        found, undefined = derivatives_by(known, [v for v in wanted if v.type.is_float])
        return dict(zip(found, clone_replace([*found.values()], outside), strict=True)) | undefined

    def __str__(self) -> str:
        return self.name or type(self).__name__
