"""Rewrite a graph for the known sizes of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..core.graph import Variable
from ..protocol.closed import ClosedGraph
from ..protocol.walks import clone_replace
from ..rewrite import without_the_unread
from ..rewrite.engine import Rewriter, Rule
from ..rewrite.inner import improving_inner
from ..rewrite.rules import rules
from ..rewrite.rules.constants import FILLING_RULES
from .layout import LAYOUT_RULES, feature_major_sources, transposes_of_products
from .picking import PICKING_RULES
from .sums import SUM_RULES


@cache
def rules_for_known_sizes() -> tuple[Rule, ...]:
    """Return all rules, with those that choose by the sizes."""
    return (*rules(), *LAYOUT_RULES, *SUM_RULES, _BETTER_INSIDE)


def with_known_sizes(graph: ClosedGraph, shapes: Sequence[tuple[int, ...]]) -> ClosedGraph:
    """Return the graph with inputs of these shapes.

    A size that happens to be 1 stays unknown, since a known 1 would broadcast.
    """
    inputs = []
    for v, shape in zip(graph.inputs, shapes, strict=True):
        sizes = [was if now == 1 else now for was, now in zip(v.type.shape, shape, strict=True)]
        inputs.append(v.type.clone(shape=sizes)(v.name))
    return ClosedGraph(inputs, graph.on(inputs))


def improve_for_sizes(graph: ClosedGraph) -> ClosedGraph:
    """Improve a graph whose inputs have known sizes, also by what is best for just these."""
    outputs = clone_replace(graph.outputs, feature_major_sources(graph))
    outputs = Rewriter(rules_for_known_sizes()).final(without_the_unread(outputs))
    outputs = without_the_unread(outputs)
    # These would keep the others from finding their forms.
    last = Rewriter([transposes_of_products(outputs), *FILLING_RULES])
    result = ClosedGraph(graph.inputs, last.final(outputs))
    result.improved.add("sizes")  # also for when it is part of an operation
    return result


_BETTER_INSIDE = improving_inner(lambda graph: improve_for_sizes(graph).outputs, "sizes")


def improve_before_cutting(outputs: Sequence[Variable]) -> list[Variable]:
    """Improve outputs that are to be cut into blocks: what labels pick goes by rows."""
    return Rewriter((*rules(), *PICKING_RULES)).final(outputs)
