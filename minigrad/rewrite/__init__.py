"""From a graph to an equal, better graph."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..graph import Variable
from .arrangement import arrangement_rules
from .engine import Rewriter, Rule
from .identities import identities
from .logarithms import logarithm_rules
from .products import product_rules


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they are tried."""
    return (*arrangement_rules(), *identities(), *logarithm_rules(), *product_rules())


def improve(outputs: Sequence[Variable]) -> list[Variable]:
    """Variables of the same values and types that are cheaper and more accurate to compute.

    Equal nodes are merged, constants folded, and the rules applied.
    """
    return Rewriter(rules()).final(outputs)
