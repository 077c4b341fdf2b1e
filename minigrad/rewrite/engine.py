"""Rewriting: a graph is built anew from its inputs up, and rules are tried on every node.

So each node is looked at once, when its inputs are in their final form; equal nodes become one,
and what nothing needs is never built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..core.axes import Alloc, as_tensor_variable, size_of, sizes_of
from ..core.credit import credited_to
from ..core.graph import Apply, Constant, Op, Variable, toposort
from ..protocol.axes import infer_shapes
from ..protocol.walks import AnyOp, Applied, clone_node
from .known import keeps_types, number_of

# What the outputs of a node are to be instead; None if a rule does not apply to it.
Replacement = Sequence[Variable] | None


class RewriteError(RuntimeError):
    """Rules lead back to what they started from, so that rewriting would never end."""


class Rule:
    """A way to say the same better: what `rule` makes of a function, or an `Identity` of two sides.

    It is tried on the nodes that apply one of its roots, ops or classes of ops, and have all that it
    needs among their inputs: a result of an op, or of an op of a class; a constant that is a number;
    any constant for `Constant`.
    """

    def __init__(
        self,
        fact: str,
        roots: tuple[Any, ...],
        rewrite: Callable[[Any, Rewriter], Replacement],
        needs: Iterable[Any] = (),
    ) -> None:
        self._fact = fact
        self.roots = roots
        self.rewrite = rewrite
        self.needs = frozenset(needs)

    @property
    def fact(self) -> str:
        """The identity that it states."""
        return self._fact


def rule(
    fact: str, *roots: AnyOp | type[AnyOp], needs: Iterable[Any] = ()
) -> Callable[[Callable[[Applied[AnyOp], Rewriter], Replacement]], Rule]:
    """Make a rule of the function below, which rewrites nodes of these ops; see `Rule`.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> @rule("the product of a value with itself is its square", T.mul)
    ... def square(node, rewriter):
    ...     x, y = node.inputs
    ...     return [T.sqr(x)] if x is y else None
    >>> x = T.dvector("x")
    >>> (y,) = Rewriter([square]).final([x * x])
    >>> print(y.owner)
    sqr(x)
    """

    def decorate(function: Callable[[Applied[AnyOp], Rewriter], Replacement]) -> Rule:
        return Rule(fact, roots, function, needs)

    return decorate


class Step(NamedTuple):
    """One application of a rule: by the fact that it states, `before` equals `after`."""

    fact: str
    before: Variable
    after: Variable


class _Pending(NamedTuple):
    """A node that a rule has replaced, until its replacement is in final form."""

    key: tuple[Any, ...]
    instead: Sequence[Variable]
    rule: Rule


# How many variables may wait for others at the same time: so many, and so many for each edge of the
# graph. Rules that undo each other let ever more wait; their facts are among the last.
_MOST_WAITING, _MOST_WAITING_PER_EDGE = 1000, 20
_SHOWN = 100

# In bytes. To compare larger constants would take longer than it may save.
_LARGEST_COMPARED = 1 << 16


class Rewriter:
    """Brings variables into their final form by rules, tried in this order.

    Whatever they return is rewritten in turn, so each must lead towards a form that none applies to.
    What they do is added to the steps.
    """

    def __init__(self, rules: Iterable[Rule], steps: list[Step] | None = None) -> None:
        self._steps = steps
        self._by_root: dict[Any, list[tuple[int, Rule]]] = {}
        for position, entry in enumerate(rules):
            for root in entry.roots:
                self._by_root.setdefault(root, []).append((position, entry))
        self._rules: dict[Op, list[Rule]] = {}
        self._final: dict[Variable, Variable] = {}
        # By what makes nodes equal, their op and final inputs: the final outputs.
        self._nodes: dict[tuple[Any, ...], Sequence[Variable]] = {}
        self._pending: dict[Apply, _Pending] = {}
        self._constants: dict[tuple[Any, ...], Constant] = {}
        self._found: dict[Any, Any] = {}

    def final(self, variables: Iterable[Variable]) -> list[Variable]:
        """Return the variables in their final form; raise a `RewriteError` if rules undo each other."""
        variables = list(variables)
        stack = variables[::-1]
        most = _MOST_WAITING
        while stack:
            variable = stack[-1]
            if variable in self._final:
                stack.pop()
                continue
            node = variable.owner
            if node is None:
                self._final[variable] = self._unique(variable)
                continue
            pending = self._pending.get(node)
            needed = node.inputs if pending is None else pending.instead
            missing = [v for v in needed if v not in self._final]
            if missing:
                stack.extend(reversed(missing))
                if len(stack) > most:
                    most = self._allowed(variables, stack)
            elif pending is None:
                self._visit(node, [self._final[v] for v in needed])
            else:
                self._nodes[pending.key] = outputs = [self._final[v] for v in needed]
                self._final.update(zip(node.outputs, outputs, strict=True))
        return [self._final[variable] for variable in variables]

    def size(self, variable: Variable, axis: int) -> Variable:
        """Return the size of a variable along an axis in final form: equal ones are one object."""
        return self.final([size_of(variable, axis)])[0]

    def once(self, function: Callable[[Any, Rewriter], Any], x: Any) -> Any:
        """Return ``function(x, rewriter)`` for a node or variable x; it is called but once."""
        key = function, x
        if key not in self._found:
            self._found[key] = function(x, self)
        return self._found[key]

    def inferred_shapes(self, node: Apply) -> Sequence[tuple[Any, ...]] | None:
        """Return what `infer_shapes` makes of the node's symbolic sizes."""
        return self.once(_inferred_shapes, node)

    def _visit(self, node: Apply, inputs: Sequence[Variable]) -> None:
        """Take the node as it is, on inputs in final form, or find what it is to be instead."""
        key = (node.op, *map(id, inputs))
        equal = self._nodes.get(key)
        if equal is not None:
            self._final.update(zip(node.outputs, equal, strict=True))
            return
        current = node if node.inputs == inputs else clone_node(node, inputs)
        outputs = current.outputs
        rules = self._rules_for(node.op)
        found = rules and credited_to(node.made_at, self._first_that_applies, rules, current)
        if not found:
            self._nodes[key] = outputs
            self._final.update(zip(outputs, outputs, strict=True))
            if current is not node:
                self._final.update(zip(node.outputs, outputs, strict=True))
            return
        rule, instead = found
        for old, new in zip(outputs, instead, strict=True):
            # What the rule has made takes over the name; what was there before has its own.
            if old.name and new.name is None and new.owner is not None and new not in self._final:
                new.name = old.name
            if self._steps is not None:
                self._steps.append(Step(rule.fact, old, new))
        self._pending[node] = _Pending(key, instead, rule)

    def _rules_for(self, op: Op) -> list[Rule]:
        """Return the rules for the op and for the classes that it is of, in the given order."""
        rules = self._rules.get(op)
        if rules is None:
            keys = (op, *type(op).__mro__)
            found = dict(entry for key in keys for entry in self._by_root.get(key, ()))
            rules = self._rules[op] = [found[position] for position in sorted(found)]
        return rules

    def _first_that_applies(
        self, rules: Sequence[Rule], node: Apply
    ) -> tuple[Rule, Sequence[Variable]] | None:
        """Return the first rule that applies to the node, and its replacement."""
        has = _has(node)
        for entry in rules:
            if entry.needs <= has:
                instead = entry.rewrite(node, self)
                if instead is not None and keeps_types(node.outputs, instead):
                    return entry, instead
        return None

    def _unique(self, variable: Variable) -> Variable:
        """Return the one constant for all equal ones, and other variables as they are."""
        if not isinstance(variable, Constant):
            return variable
        if variable.written_with is not None:  # which nobody asks for any more
            variable = Constant(variable.type, variable.data, variable.name)
        if variable.data.nbytes > _LARGEST_COMPARED:
            return variable
        key = (variable.type, variable.data.tobytes())
        return self._constants.setdefault(key, variable)

    def _allowed(self, asked: Sequence[Variable], waiting: Sequence[Variable]) -> int:
        """Return how many variables may wait for others, or raise if more do."""
        edges = sum(len(node.inputs) for node in toposort(asked))
        most = _MOST_WAITING + _MOST_WAITING_PER_EDGE * edges
        if len(waiting) <= most:
            return most
        nodes = [v.owner for v in waiting if v.owner in self._pending][-_SHOWN:]
        facts = dict.fromkeys(self._pending[node].rule.fact for node in nodes)
        raise RewriteError(
            f"rewriting does not end: of {str(nodes[-1])[:200]}, "
            f"{' and '.join(map(repr, facts))} lead back to what they started from"
        )


def in_shape_of(node: Apply, value: Variable, rewriter: Rewriter) -> Variable:
    """Return the value, repeated to the shape of the node if the value alone has lost it."""
    shapes = None if keeps_types(node.outputs, [value]) else rewriter.inferred_shapes(node)
    return value if shapes is None else Alloc()(value, *map(as_tensor_variable, shapes[0]))


def _inferred_shapes(node: Apply, rewriter: Rewriter) -> Any:
    return infer_shapes(node, [rewriter.once(_sizes, v) for v in node.inputs])


def _sizes(variable: Variable, rewriter: Rewriter) -> tuple[Variable, ...]:
    return tuple(sizes_of(variable))


def _has(node: Apply) -> set[Any]:
    """Return what the node has among its inputs of all that rules can need: see `Rule`."""
    found: set[Any] = set()
    for variable in node.inputs:
        if variable.owner is not None:
            op = variable.owner.op
            found.add(op)
            found.update(type(op).__mro__)
        elif isinstance(variable, Constant):
            found.add(Constant)
            found.add(number_of(variable))
    return found
