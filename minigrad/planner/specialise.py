"""Rewrite a graph for the sizes of its inputs: to what is best for just these."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..core.graph import Variable, clone_replace
from ..rewrite import rules
from ..rewrite.engine import Rewriter, Rule
from ..rewrite.rules.constants import filling_rules
from .layout import feature_major_sources, layout_rules, transposition_rules
from .linear import factor_rules, linear_rules
from .picking import picking_rules


@cache
def rules_for_known_sizes() -> tuple[Rule, ...]:
    """All rules, with those that choose by the sizes."""
    return (*rules(), *layout_rules(), *linear_rules())


@cache
def last_rules() -> tuple[Rule, ...]:
    """The rules for what those have made, which would keep them from finding their forms."""
    return (*transposition_rules(), *filling_rules())


def with_known_sizes(
    inputs: Sequence[Variable], outputs: Sequence[Variable], shapes: Sequence[tuple[int, ...]]
) -> tuple[list[Variable], list[Variable]]:
    """Inputs of known shapes, and the outputs as expressions of them.

    A size that happens to be 1 stays unknown, for to know it would be to let it broadcast.
    """
    known = [_of_shape(v, shape) for v, shape in zip(inputs, shapes, strict=True)]
    return known, clone_replace(outputs, dict(zip(inputs, known, strict=True)))


def improve_for_sizes(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> list[Variable]:
    """As `improve`, for inputs of known sizes: also what is best for just these."""
    outputs = clone_replace(outputs, feature_major_sources(inputs, outputs))
    outputs = Rewriter(rules_for_known_sizes()).final(outputs)
    return Rewriter(last_rules()).final(outputs)


def improve_before_cutting(outputs: Sequence[Variable]) -> list[Variable]:
    """Improve what is stable already; factors leave sums over rows, and are there once for all."""
    return Rewriter((*rules(), *factor_rules(), *picking_rules())).final(outputs)


def _of_shape(variable: Variable, shape: tuple[int, ...]) -> Variable:
    """A variable like this one, but of known sizes."""
    sizes = [was if now == 1 else now for was, now in zip(variable.type.shape, shape, strict=True)]
    return variable.type.clone(shape=sizes)(variable.name)
