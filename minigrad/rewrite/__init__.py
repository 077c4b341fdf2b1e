"""From a graph to an equal, better graph."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..graph import Variable, clone_replace
from .arrangement import arrangement_rules
from .engine import Rewriter, Rule, with_arrays_made_once
from .identities import identities
from .layout import (
    feature_major_sources,
    layout_rules,
    read_by_columns,
    with_transposed_products,
)
from .linear import linear_rules
from .logarithms import logarithm_rules
from .products import product_rules

__all__ = [
    "Rule",
    "improve",
    "improve_for_sizes",
    "read_by_columns",
    "rules",
    "rules_for_known_sizes",
    "with_known_sizes",
]


@cache
def rules() -> tuple[Rule, ...]:
    """The rules for any sizes, in the order in which they are tried."""
    return (*arrangement_rules(), *identities(), *logarithm_rules(), *product_rules())


@cache
def rules_for_known_sizes() -> tuple[Rule, ...]:
    """All rules, with those that choose by the sizes."""
    return (*layout_rules(), *rules(), *linear_rules())


def improve(outputs: Sequence[Variable]) -> list[Variable]:
    """Variables of the same values and types that are cheaper and more accurate to compute.

    Equal nodes are merged, constants folded, and the rules applied.
    """
    return Rewriter(rules()).final(outputs)


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
