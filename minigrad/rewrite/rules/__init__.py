"""The rules for any sizes, one module a subject, and the order in which they are tried."""

from __future__ import annotations

from functools import cache

from ...core.graph import Apply
from ...core.table import exp, log, log1p, tanh
from ...ops.functions import log2, log10
from ..engine import Rule
from .arrangement import ARRANGEMENT_RULES, DTYPE_RULES
from .constants import FOLDING_RULES
from .identities import identities, stable_identities
from .logarithms import logarithms
from .loops import LOOP_RULES
from .parts import PART_RULES
from .products import EXPONENTIAL_RULES, PRODUCT_RULES
from .quotients import NORM_RULES, QUOTIENT_RULES, is_root


@cache
def stable_rules() -> tuple[Rule, ...]:
    """Return the rules that keep numbers finite and exact."""
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
    """Return all of them."""
    return (
        *FOLDING_RULES,
        *stable_rules(),
        *identities(),
        *PRODUCT_RULES,
        *PART_RULES,
        *ARRANGEMENT_RULES,
        *LOOP_RULES,
    )


_UNSTABLE = {exp, log, log1p, log2, log10, tanh}


def is_unstable(node: Apply) -> bool:
    """Whether a stable rule may apply to the node; in a graph without such nodes none does."""
    return node.op in _UNSTABLE or is_root(node)
