"""Backpropagation: the derivative of an expression, written as more of the expression."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from .axes import as_tensor_variable, ones_like, zeros_like
from .credit import credited_to, derived
from .elementwise import cast
from .graph import Apply, Variable, toposort
from .table import add

# What an op returned as the derivative by a variable, made fit for it; None for none.
Adapt = Callable[[Any, Variable, Apply], Variable | None]


def grad(cost: Variable, wrt: Sequence[Variable]) -> list[Variable]:
    """The derivatives of a scalar cost with respect to (wrt) variables, ∂cost/∂w for each w.

    They are expressions, so they have derivatives themselves; zero where there is none, as by
    integers. `minigrad.grad` is this with options and checks.
    """
    if cost.type.ndim or not cost.type.is_float or isinstance(wrt, Variable):
        raise TypeError(f"grad takes a float scalar and a list of variables; got {cost} and {wrt}")
    given = {cost: ones_like(cost)}
    grads = backpropagate(given, connected(given, wrt))
    return [grads[w] if w in grads else zeros_like(w) for w in wrt]


def in_dtype(g: Any, x: Variable, node: Apply) -> Variable | None:
    """The derivative g by x, in x's dtype; None if it has none, or x is an integer or bool."""
    if g is None or not x.type.is_float:
        return None
    g = as_tensor_variable(g)
    if g.type.ndim != x.type.ndim:
        raise TypeError(f"{node.op}: its derivative by {x} of {x.type} is {g} of {g.type}")
    return cast(g, x.type.dtype)


def backpropagate(
    given: Mapping[Variable, Variable],
    connected: Collection[Variable],
    stops: Collection[Variable] = (),
    adapt: Adapt = in_dtype,
) -> dict[Variable, Variable]:
    """The derivative by each connected variable, from the given ones; the stops count as constants.

    The nodes are visited from the cost towards the inputs. When the node that makes a variable is
    reached, all nodes that use the variable have been visited; so the sum of their contributions to
    its derivative is complete. Nothing is added to a derivative that is given.
    """
    grads = dict(given)
    for node in reversed(toposort(given, stop_at=stops)):
        passing = {y: grads[y] for y in node.outputs if y in grads and y not in stops}
        if not passing or not any(x in connected for x in node.inputs):
            continue
        line = derived(node.made_at)  # for messages: ``credited_to(line, f, x)`` computes f(x)
        contributions = credited_to(line, vjp, node, passing, adapt)
        for x, contribution in zip(node.inputs, contributions, strict=True):
            if contribution is None or x not in connected or x in given:
                continue
            if x in grads:
                contribution = credited_to(line, add, grads[x], contribution)
            grads[x] = contribution
    return grads


def vjp(
    node: Apply, grads: Mapping[Variable, Variable], adapt: Adapt = in_dtype
) -> list[Variable | None]:
    """A vector times the Jacobian of a node: the derivatives by its inputs from those by outputs."""
    output_grads = [grads[y] if y in grads else zeros_like(y) for y in node.outputs]
    terms = node.op.L_op(node.inputs, node.outputs, output_grads)
    if not isinstance(terms, (list, tuple)) or len(terms) != len(node.inputs):
        raise TypeError(
            f"the derivative of {node.op} is {terms!r}, but its grad or L_op must return a list "
            f"with an entry for each input, which are {len(node.inputs)}"
        )
    return [adapt(g, x, node) for g, x in zip(terms, node.inputs, strict=True)]


def connected(
    given: Collection[Variable], wanted: Iterable[Variable], stops: Collection[Variable] = ()
) -> set[Variable]:
    """The variables that depend on the wanted ones, and lead to the given ones: both."""
    patterns = [(node, node.op.connection_pattern(node)) for node in toposort(given, stop_at=stops)]
    depends = set(wanted)
    for node, pattern in patterns:
        rows = [row for x, row in zip(node.inputs, pattern, strict=True) if x in depends]
        changing = [y for j, y in enumerate(node.outputs) if any(row[j] for row in rows)]
        depends.update(y for y in changing if y not in stops)
    leads = set(given)
    for node, pattern in reversed(patterns):
        columns = [j for j, y in enumerate(node.outputs) if y in leads and y not in stops]
        for x, row in zip(node.inputs, pattern, strict=True):
            if x in depends and any(row[j] for j in columns):
                leads.add(x)
    return depends & leads
