"""From a graph to an equal, better graph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from ..core.graph import Variable, clone_replace, toposort
from ..core.table import exp, log, log1p, tanh
from ..ops.functions import log2, log10
from .engine import Rewriter, Rule
from .rules.arrangement import arrangement_rules, dtype_rules
from .rules.identities import identities, stable_identities
from .rules.logarithms import logarithms
from .rules.norms import is_root, norm_rules
from .rules.products import exponential_rules, product_rules
from .rules.quotients import quotient_rules

__all__ = [
    "Rule",
    "improve",
    "rules",
    "stabilized",
]


@cache
def stable_rules() -> tuple[Rule, ...]:
    """The rules that keep numbers finite and exact, in the order in which they are tried."""
    return (
        *dtype_rules(),
        *stable_identities(),
        *exponential_rules(),
        *quotient_rules(),
        *logarithms(),
        *norm_rules(),
    )


@cache
def rules() -> tuple[Rule, ...]:
    """The rules for any sizes, in the order in which they are tried."""
    return (*arrangement_rules(), *stable_rules(), *identities(), *product_rules())


def improve(outputs: Sequence[Variable]) -> list[Variable]:
    """Variables of the same values and types that are cheaper and more accurate to compute.

    Equal nodes are merged, constants folded, and the rules applied. Constants are no better off
    than variables: what consists of them is made stable before it is folded.
    """
    return Rewriter(rules()).final(stabilized(outputs))


# Where there is none of these, and no root, no rule for stability applies.
_UNSTABLE = {exp, log, log1p, log2, log10, tanh}


def stabilized(outputs: Sequence[Variable], kept: Collection[Variable] = ()) -> list[Variable]:
    """The outputs in forms whose values, and derivatives, are finite and exact wherever they can be.

    What is kept is left as it is, and nothing else looks into it: derivatives by it are asked for.
    """
    if not any(node.op in _UNSTABLE or is_root(node) for node in toposort(outputs)):
        return list(outputs)
    opaque = {variable: variable.type() for variable in kept}
    stable = Rewriter(stable_rules(), folds=False).final(clone_replace(outputs, opaque))
    return clone_replace(stable, {new: old for old, new in opaque.items()})
