"""Rewriting: a graph is built anew from its inputs up, and rules are tried on every node.

So each node is looked at once, when its inputs are in their final form; equal nodes become one,
and what nothing needs is never built.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.axes import Alloc, size_of, sizes_of
from ..core.credit import credited_to
from ..core.graph import (
    Apply,
    Constant,
    Variable,
    clone_replace,
    perform,
    toposort,
)
from .shapes import infer_shapes

# What a rule makes of a node: what its outputs are instead, or None if it does not apply.
Rewrite = Callable[[Apply, "Rewriter"], "Sequence[Variable] | None"]

# Up to how many elements an array is kept between calls rather than filled in each.
_LARGEST_FILLED = 1_000_000


class Rule(NamedTuple):
    """A way to say the same better.

    Attributes
    ----------
    fact : str
        The identity that it states.
    roots : tuple of Op or class
        The ops, or classes of ops, of the nodes that it may apply to.
    rewrite : callable
    needs : frozenset
        The rule is tried only on nodes that have among their inputs a result of each of these ops
        and classes of ops, and a constant that is each of these numbers.
    """

    fact: str
    roots: tuple[Any, ...]
    rewrite: Rewrite
    needs: frozenset[Any] = frozenset()


def rule(fact: str, *roots: Any, needs: Any = ()) -> Callable[[Rewrite], Rule]:
    """Make a rule of the function below, which rewrites nodes of these ops; see `Rule`."""

    def decorate(function: Rewrite) -> Rule:
        return Rule(fact, roots, function, frozenset(needs))

    return decorate


class Rewriter:
    """Brings variables into their final form by a set of rules.

    Parameters
    ----------
    rules : iterable of Rule
        Tried in this order. Whatever they return is rewritten in turn, so each must lead towards
        a form that none applies to.
    folds : bool
        Whether what consists of constants is computed at once.
    """

    def __init__(self, rules: Iterable[Rule], folds: bool = True) -> None:
        self._folds = folds
        self._rules: dict[Any, list[Rule]] = {}
        for entry in rules:
            for root in entry.roots:
                self._rules.setdefault(root, []).append(entry)
        self._final: dict[Variable, Variable] = {}
        # By what makes nodes equal, their op and final inputs: the final outputs.
        self._nodes: dict[tuple[Any, ...], Sequence[Variable]] = {}
        # For a node that a rule applies to: its key in the above, and what its outputs are to be.
        self._replaced: dict[Apply, tuple[Any, Sequence[Variable]]] = {}
        self._constants: dict[tuple[Any, ...], Constant] = {}
        self._shapes: dict[Apply, Any] = {}

    def final(self, variables: Iterable[Variable]) -> list[Variable]:
        """The variables in their final form."""
        variables = list(variables)
        stack = variables[::-1]
        while stack:
            variable = stack[-1]
            if variable in self._final:
                stack.pop()
                continue
            node = variable.owner
            if node is None:
                self._final[variable] = self._unique(variable)
                continue
            key, needed = self._replaced.get(node, (None, node.inputs))
            missing = [v for v in needed if v not in self._final]
            if missing:
                stack.extend(reversed(missing))
            elif key is None:
                self._visit(node, [self._final[v] for v in needed])
            else:
                self._nodes[key] = [self._final[v] for v in needed]
                self._finish(node, self._nodes[key])
        return [self._final[variable] for variable in variables]

    def size(self, variable: Variable, axis: int) -> Variable:
        """The size of a variable along an axis, in final form: equal ones are the same object."""
        return self.final([size_of(variable, axis)])[0]

    def inferred_shapes(self, node: Apply) -> Sequence[tuple[Any, ...]] | None:
        """As `infer_shapes`, of the node's symbolic sizes; asked once for all of its outputs."""
        if node not in self._shapes:
            self._shapes[node] = infer_shapes(node, [tuple(sizes_of(v)) for v in node.inputs])
        return self._shapes[node]

    def _visit(self, node: Apply, inputs: Sequence[Variable]) -> None:
        """Take the node, on inputs in final form, as it is, or find what it is to be instead."""
        key = (node.op, *map(id, inputs))
        equal = self._nodes.get(key)
        if equal is not None:
            self._finish(node, equal)
            return
        current = node if node.inputs == inputs else node.clone_with_new_inputs(inputs)
        outputs = current.outputs
        instead = (self._folds and _folded(current)) or self._apply_rules(current)
        if instead is None:
            self._nodes[key] = outputs
            self._final.update(zip(outputs, outputs, strict=True))
            if current is not node:
                self._finish(node, outputs)
            return
        for old, new in zip(outputs, instead, strict=True):
            # What the rule has made takes over the name; what was there before has its own.
            if old.name and new.name is None and new.owner is not None and new not in self._final:
                new.name = old.name
        self._replaced[node] = key, instead

    def _finish(self, node: Apply, outputs: Sequence[Variable]) -> None:
        for old, new in zip(node.outputs, outputs, strict=True):
            self._final[old] = new

    def _apply_rules(self, node: Apply) -> Sequence[Variable] | None:
        has = _kinds(node.inputs)
        for entry in (*self._rules.get(node.op, ()), *self._rules.get(type(node.op), ())):
            if entry.needs <= has:
                instead = credited_to(node.made_at, entry.rewrite, node, self)
                if instead is not None and keeps_types(node.outputs, instead):
                    return instead
        return None

    def _unique(self, variable: Variable) -> Variable:
        """Equal constants are one; what they were written with is not needed any more."""
        if not isinstance(variable, Constant):
            return variable
        if variable.written_with is not None:
            variable = Constant(variable.type, variable.data, variable.name)
        if variable.data.nbytes > _LARGEST_COMPARED:
            return variable
        key = (variable.type, variable.data.tobytes())
        return self._constants.setdefault(key, variable)


# In bytes. To compare larger constants would take longer than it may save.
_LARGEST_COMPARED = 1 << 16


def _kinds(variables: Iterable[Variable]) -> set[Any]:
    """What the variables are, as far as rules can need it: see `Rule`."""
    kinds: set[Any] = set()
    for variable in variables:
        if variable.owner is not None:
            kinds.add(variable.owner.op)
            kinds.add(type(variable.owner.op))
        elif isinstance(variable, Constant):
            kinds.add(number_of(variable))
    return kinds


def number_of(variable: Variable) -> float | None:
    """The number that every element is, if the variable is such a constant."""
    if not isinstance(variable, Constant) or not variable.data.size:
        return None
    number = variable.data.item(0)
    return number if variable.data.size == 1 or (variable.data == number).all() else None


def _folded(node: Apply) -> list[Variable] | None:
    """The node's outputs as constants, if its inputs are and it does not make much of little."""
    data = []
    for variable in node.inputs:
        if not isinstance(variable, Constant):
            return None
        data.append(variable.data)
    if not data or (isinstance(node.op, Alloc) and node.out.type.ndim):
        return None
    allowed = 1000 + 10 * sum(array.size for array in data)
    if any(math.prod(size or 1 for size in v.type.shape) > allowed for v in node.outputs):
        return None
    try:
        with np.errstate(all="ignore"):
            values = perform(node, data)
    except Exception:
        return None  # it will fail when the program runs, where that can be explained
    return [
        Constant(_type_of_folded(output, value), value, output.name)
        for output, value in zip(node.outputs, values, strict=True)
    ]


def _type_of_folded(output: Variable, value: np.ndarray) -> Any:
    """The output's type with the sizes of its value; but a 1 that it did not know of stays so."""
    known = output.type.shape
    return output.type.clone(
        shape=[k if n == 1 else n for k, n in zip(known, value.shape, strict=True)]
    )


def with_arrays_made_once(outputs: Sequence[Variable]) -> list[Variable]:
    """The outputs with each array that is filled with a constant a constant itself."""
    filled = [
        node
        for node in toposort(outputs)
        if isinstance(node.op, Alloc)
        and all(isinstance(v, Constant) for v in node.inputs)
        and math.prod(size or 0 for size in node.out.type.shape) <= _LARGEST_FILLED
    ]
    return clone_replace(outputs, {node.out: _filled(node) for node in filled})


def _filled(node: Apply) -> Constant:
    (data,) = perform(node, [v.data for v in node.inputs if isinstance(v, Constant)])
    data.flags.writeable = False
    return Constant(node.out.type, data, _name_of_filled(node.inputs[0]))


def _name_of_filled(value: Variable) -> str | None:
    if value.type.ndim or not isinstance(value, Constant):
        return None
    return f"all_{value.data.item():g}".replace("_-", "_minus_")


def keeps_types(before: Sequence[Variable], after: Sequence[Variable]) -> bool:
    """Whether the variables can stand for each other: neither dtype nor broadcasting is lost."""
    return all(
        old.type.dtype == new.type.dtype
        and old.type.ndim == new.type.ndim
        and all(
            (was is None and now != 1) or was == now
            for was, now in zip(old.type.shape, new.type.shape, strict=True)
        )
        for old, new in zip(before, after, strict=True)
    )
