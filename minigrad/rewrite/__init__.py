"""Rewrite a graph to an equal, better graph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from ..core.graph import Variable
from ..core.table import exp, log, log1p, tanh
from ..ops.functions import log2, log10
from ..protocol.closed import all_nodes
from ..protocol.test_values import without_test_values
from ..protocol.walks import clone_replace
from .choices import with_lazy_branches
from .engine import RewriteError, Rewriter, Rule, Step, rule
from .inner import improving_inner, with_merged, without_the_unread
from .rules.arrangement import ARRANGEMENT_RULES, DTYPE_RULES
from .rules.constants import FOLDING_RULES
from .rules.identities import identities, stable_identities
from .rules.logarithms import logarithms
from .rules.loops import LOOP_RULES
from .rules.parts import PART_RULES
from .rules.products import EXPONENTIAL_RULES, PRODUCT_RULES
from .rules.quotients import NORM_RULES, QUOTIENT_RULES, is_root

__all__ = [
    "RewriteError",
    "Rewriter",
    "as_needed",
    "improve",
    "rule",
    "rules",
    "stabilized",
    "trace",
    "with_lazy_branches",
    "without_the_unread",
]


@cache
def stable_rules() -> tuple[Rule, ...]:
    """Return the rules that keep numbers finite and exact, in the order in which they are tried."""
    return (
        *DTYPE_RULES,
        *stable_identities(),
        *EXPONENTIAL_RULES,
        *QUOTIENT_RULES,
        *logarithms(),
        *NORM_RULES,
    )


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules for any sizes, in the order in which they are tried."""
    return (
        *FOLDING_RULES,
        *stable_rules(),
        *identities(),
        *PRODUCT_RULES,
        *PART_RULES,
        *ARRANGEMENT_RULES,
        *LOOP_RULES,
    )


@without_test_values
def improve(outputs: Sequence[Variable], steps: list[Step] | None = None) -> list[Variable]:
    """Return variables with the same values and types that are cheaper and more accurate to compute.

    Equal nodes are merged, constants folded, and the rules applied. Expressions of constants are
    brought into a stable form, like others, before they are folded. The steps of the rules are
    added to `steps`.
    """
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


# Where there is none of these, and no root, no rule for stability applies.
_UNSTABLE = {exp, log, log1p, log2, log10, tanh}


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
    if not any(node.op in _UNSTABLE or is_root(node) for node in all_nodes(outputs)):
        return list(outputs)
    opaque = {variable: variable.type() for variable in kept}
    stable = Rewriter((*stable_rules(), _STABLE_INSIDE), steps).final(
        clone_replace(outputs, opaque)
    )
    return clone_replace(stable, {new: old for old, new in opaque.items()})
