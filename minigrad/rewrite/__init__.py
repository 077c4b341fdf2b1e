"""Rewrite a graph to an equal, better graph."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..core.graph import Variable
from ..protocol.closed import all_nodes
from ..protocol.test_values import without_test_values
from ..protocol.walks import clone_replace
from .choices import with_lazy_branches
from .engine import RewriteError, Rewriter, Step, rule
from .inner import improving_inner, with_merged, without_the_unread

__all__ = [
    "RewriteError",
    "Rewriter",
    "as_needed",
    "improve",
    "rule",
    "stabilized",
    "trace",
    "with_lazy_branches",
    "without_the_unread",
]


@without_test_values
def improve(outputs: Sequence[Variable], steps: list[Step] | None = None) -> list[Variable]:
    """Return variables with the same values and types that are cheaper and more accurate to compute.

    Equal nodes are merged, constants folded, and the rules applied. Expressions of constants are
    brought into a stable form, like others, before they are folded. The steps of the rules are
    added to `steps`.
    """
    from .rules import rules  # not before a graph is rewritten: so `import minigrad` is quick

    if not outputs:
        return []
    outputs = with_merged(stabilized(outputs, steps=steps), steps)
    return Rewriter((*rules(), _BETTER_INSIDE), steps).final(outputs)


def as_needed(outputs: Sequence[Variable]) -> list[Variable]:
    """Return the outputs, without computations that they do not need.

    That depends on what else is computed, so it comes last.
    """
    return with_lazy_branches(without_the_unread(outputs))


# What operations hold is rewritten like all else.
_BETTER_INSIDE = improving_inner(lambda graph: as_needed(improve(graph.outputs)), "any")
_STABLE_INSIDE = improving_inner(lambda graph: stabilized(graph.outputs), "stable")


def trace(outputs: Variable | Sequence[Variable]) -> list[Step]:
    """Return the steps by which expressions are rewritten before they are compiled.

    Parameters
    ----------
    outputs : variable or sequence of variables

    Returns
    -------
    list of Step
        Each is a named tuple: the ``fact`` that was used, such as ``"log(1 + exp(x)) is
        softplus(x)"``, the variable ``before``, and the variable ``after``. The inputs of
        ``before`` have already been rewritten; later steps may rewrite ``after``.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> from minigrad import pp
    >>> x = T.dvector("x")
    >>> for step in trace(T.log(T.exp(x)) * 1):
    ...     print(f"{step.fact}: from {pp(step.before)} to {pp(step.after)}")
    log(exp(x)) is x: from log(exp(x)) to x
    x * 1 is x: from x * 1.0 to x
    """
    steps: list[Step] = []
    improve([outputs] if isinstance(outputs, Variable) else outputs, steps)
    return steps


@without_test_values
def stabilized(
    outputs: Sequence[Variable],
    kept: Collection[Variable] = (),
    steps: list[Step] | None = None,
) -> list[Variable]:
    """Return the outputs in forms whose values and derivatives are finite and exact.

    This holds wherever there is such a form. The variables in `kept` are not changed, since
    derivatives by them are wanted.
    """
    from .rules import is_unstable, stable_rules  # see `improve`

    if not any(map(is_unstable, all_nodes(outputs))):
        return list(outputs)
    opaque = {variable: variable.type() for variable in kept}
    stable = Rewriter((*stable_rules(), _STABLE_INSIDE), steps).final(
        clone_replace(outputs, opaque)
    )
    return clone_replace(stable, {new: old for old, new in opaque.items()})
