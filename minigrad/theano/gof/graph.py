"""``theano.gof.graph``: what graphs are made of, and walks over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...core.graph import Apply, Constant, Variable, toposort
from ...protocol.walks import clone_node, clone_replace

__all__ = [
    "Apply",
    "Constant",
    "Variable",
    "ancestors",
    "clone",
    "clone_get_equiv",
    "equal_computations",
    "inputs",
    "io_toposort",
    "is_same_graph",
    "list_of_nodes",
    "ops",
    "orphans",
    "variables",
    "variables_and_orphans",
]


def ancestors(
    variable_list: Iterable[Variable], blockers: Iterable[Variable] | None = None
) -> list[Variable]:
    """The variables and all variables that they depend on, depth first, operands from left to right.

    The last of the variables comes first, as in Theano, and each variable before those that it
    depends on. The nodes that compute the blockers are left out.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> a, b, c = T.scalars("a", "b", "c")
    >>> ancestors([(b + a) * c])
    [(b + a) * c, b + a, b, a, c]
    """
    given = set(blockers or ())
    found: dict[Variable, None] = {}
    waiting = list(variable_list)
    while waiting:
        variable = waiting.pop()
        if variable not in found:
            found[variable] = None
            if variable.owner is not None and variable not in given:
                waiting += reversed(variable.owner.inputs)
    return list(found)


def inputs(
    variable_list: Iterable[Variable], blockers: Iterable[Variable] | None = None
) -> list[Variable]:
    """The `ancestors` that are not computed, including constants and shared variables.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> a, b, c = T.scalars("a", "b", "c")
    >>> inputs([(b + a) * c])
    [b, a, c]
    """
    return [v for v in ancestors(variable_list, blockers) if v.owner is None]


def variables_and_orphans(
    i: Iterable[Variable], o: Iterable[Variable]
) -> tuple[list[Variable], list[Variable]]:
    """All variables from inputs to outputs, and those of them that are neither given nor computed."""
    given = list(i)
    found = list(dict.fromkeys([*given, *ancestors(o, given)]))
    return found, [v for v in found if v.owner is None and v not in given]


def variables(i: Iterable[Variable], o: Iterable[Variable]) -> list[Variable]:
    """All variables from inputs to outputs, including both, and constants."""
    return variables_and_orphans(i, o)[0]


def orphans(i: Iterable[Variable], o: Iterable[Variable]) -> list[Variable]:
    """The variables without an owner that the outputs need besides the inputs: mostly constants."""
    return variables_and_orphans(i, o)[1]


def io_toposort(
    inputs: Iterable[Variable],
    outputs: Iterable[Variable],
    orderings: Any = None,
    clients: Any = None,
) -> list[Apply]:
    """The nodes that compute the outputs from the inputs, each after those it depends on.

    `orderings`, which would add dependencies, must be empty; `clients` is Theano's, and ignored.
    """
    if orderings:
        raise ValueError("io_toposort: a node depends on its inputs alone; leave out orderings")
    return toposort(outputs, stop_at=list(inputs))


def list_of_nodes(inputs: Iterable[Variable], outputs: Iterable[Variable]) -> list[Apply]:
    """The nodes that compute the outputs from the inputs."""
    return toposort(outputs, stop_at=list(inputs))


def ops(i: Iterable[Variable], o: Iterable[Variable]) -> set[Apply]:
    """The nodes that compute the outputs from the inputs, as a set."""
    return set(list_of_nodes(i, o))


def equal_computations(
    xs: Sequence[Variable],
    ys: Sequence[Variable],
    in_xs: Sequence[Variable] | None = None,
    in_ys: Sequence[Variable] | None = None,
) -> bool:
    """Whether ys are computed like xs, by equal ops in the same order.

    Parameters
    ----------
    xs, ys : sequences of Variable
        Compared in pairs.
    in_xs, in_ys : sequences of Variable, optional
        Inputs of xs, and the inputs of ys that correspond to them. Other variables without an owner
        are equal only to themselves, constants to others with their type and value.

    Raises
    ------
    ValueError
        If xs and ys, or in_xs and in_ys, differ in number.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x, y = T.scalars("x", "y")
    >>> equal_computations([x + 1], [y + 1]), equal_computations([x + 1], [y + 1], [x], [y])
    (False, True)
    """
    equal: dict[Variable, Variable] = dict(zip(in_xs or (), in_ys or (), strict=True))
    pairs = list(zip(xs, ys, strict=True))
    while pairs:
        x, y = pairs.pop()
        if x in equal or x is y:
            if equal.get(x, x) is not y:
                return False
            continue
        one, other = x.owner, y.owner
        if one is None or other is None:
            if not _are_equal_constants(x, y):
                return False
        elif one.op != other.op or x.index != y.index or len(one.inputs) != len(other.inputs):
            return False
        else:
            pairs += zip(one.inputs, other.inputs, strict=True)
        equal[x] = y
    return True


def _are_equal_constants(x: Variable, y: Variable) -> bool:
    are_constants = isinstance(x, Constant) and isinstance(y, Constant) and x.type == y.type
    return are_constants and np.array_equal(x.data, y.data, equal_nan=x.type.is_float)


def is_same_graph(
    var1: Variable, var2: Variable, givens: Mapping[Variable, Variable] | None = None
) -> bool:
    """Whether one variable is computed like the other; `givens` has inputs that correspond.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x, y = T.scalars("x", "y")
    >>> is_same_graph(x + 1, y + 1), is_same_graph(x + 1, y + 1, {x: y})
    (False, True)
    """
    new = clone_replace([var1, var2], givens or {})
    return equal_computations(new[:1], new[1:])


def clone_get_equiv(
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    copy_inputs: bool = True,
    copy_orphans: bool = True,
    memo: dict[Any, Any] | None = None,
) -> dict[Any, Any]:
    """The variables and nodes of a graph, each with its copy; also inputs and constants if copied.

    `memo` is extended and returned; variables and nodes already in it are not copied again.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.scalar("x")
    >>> y = 2 * x
    >>> copies = clone_get_equiv([x], [y])
    >>> copies[y], copies[y].owner.inputs[1] is copies[x], copies[x] is x
    (2.0 * x, True, False)
    """
    found = {} if memo is None else memo
    for variable in inputs:
        found.setdefault(variable, variable.clone() if copy_inputs else variable)
    for node in toposort(outputs, stop_at=list(found)):
        for variable in node.inputs:
            if variable not in found:
                found[variable] = variable.clone() if copy_orphans else variable
        again = clone_node(node, [found[v] for v in node.inputs])
        found[node] = again
        for old, new in zip(node.outputs, again.outputs, strict=True):
            found.setdefault(old, new)
    for variable in outputs:
        if variable not in found:
            found[variable] = variable.clone() if copy_orphans else variable
    return found


def clone(
    i: Sequence[Variable], o: Sequence[Variable], copy_inputs: bool = True
) -> tuple[list[Variable], list[Variable]]:
    """A copy of the graph from these inputs to these outputs: its inputs, and its outputs."""
    found = clone_get_equiv(i, o, copy_inputs, copy_inputs)
    return [found[v] for v in i], [found[v] for v in o]
