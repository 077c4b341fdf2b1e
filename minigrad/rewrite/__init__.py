"""From a graph to an equal, better graph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from ..core.graph import Variable, clone_replace, toposort
from ..core.table import exp, log, log1p, log2, log10, tanh
from ..planner.layout import (
    feature_major_sources,
    layout_rules,
    read_by_columns,
    with_transposed_products,
)
from ..planner.linear import factor_rules, linear_rules
from .engine import Rewriter, Rule, with_arrays_made_once
from .rules.arrangement import arrangement_rules, dtype_rules
from .rules.identities import identities, stable_identities
from .rules.logarithms import logarithms
from .rules.norms import is_root, norm_rules
from .rules.products import exponential_rules, product_rules
from .rules.quotients import quotient_rules

__all__ = [
    "Rule",
    "improve",
    "improve_before_cutting",
    "improve_for_sizes",
    "read_by_columns",
    "rules",
    "rules_for_known_sizes",
    "stabilized",
    "with_known_sizes",
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


@cache
def rules_for_known_sizes() -> tuple[Rule, ...]:
    """All rules, with those that choose by the sizes."""
    return (*layout_rules(), *rules(), *linear_rules())


def improve(outputs: Sequence[Variable]) -> list[Variable]:
    """Variables of the same values and types that are cheaper and more accurate to compute.

    Equal nodes are merged, constants folded, and the rules applied. Constants are no better off
    than variables: what consists of them is made stable before it is folded.
    """
    return Rewriter(rules()).final(stabilized(outputs))


def improve_before_cutting(outputs: Sequence[Variable]) -> list[Variable]:
    """Improve what is stable already; factors leave sums over rows, and are there once for all."""
    return Rewriter((*rules(), *factor_rules())).final(outputs)


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


def with_known_sizes(
    inputs: Sequence[Variable], outputs: Sequence[Variable], shapes: Sequence[tuple[int, ...]]
) -> tuple[list[Variable], list[Variable]]:
    """Inputs of known shapes, and the outputs of them.

    A size that happens to be 1 stays unknown, for to know it would be to let it broadcast.
    """
    known = [_of_shape(v, shape) for v, shape in zip(inputs, shapes, strict=True)]
    return known, clone_replace(outputs, dict(zip(inputs, known, strict=True)))


def improve_for_sizes(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> list[Variable]:
    """As `improve`, for inputs of known sizes: also what is best for just these."""
    outputs = clone_replace(outputs, feature_major_sources(inputs, outputs))
    outputs = Rewriter(rules_for_known_sizes()).final(outputs)
    return with_arrays_made_once(with_transposed_products(outputs))


def _of_shape(variable: Variable, shape: tuple[int, ...]) -> Variable:
    """A variable like this one, but of known sizes."""
    sizes = [was if now == 1 else now for was, now in zip(variable.type.shape, shape, strict=True)]
    return variable.type.clone(shape=sizes)(variable.name)
