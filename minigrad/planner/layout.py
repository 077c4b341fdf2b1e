"""Rules that store tall, thin matrices transposed: feature by feature instead of row by row.

NumPy works along the axis that is contiguous in memory. Along rows of two or four elements it is
many times as slow as along columns of thousands, for instance when a bias is added to them. So a
tall matrix is computed as the transpose of a wide one. The transpose itself is only a view of the
same memory, and the linear algebra library accepts both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..core.axes import DimShuffle, Sum, dimshuffle
from ..core.credit import credited_to
from ..core.elementwise import Cast, Elementwise, Switch
from ..core.graph import Apply, Op, Variable, toposort
from ..ops.linalg import Dot
from ..ops.planned import Contiguous
from ..ops.shape import is_transposed, transposed
from ..protocol.axes import axes_of
from ..protocol.closed import ClosedGraph
from ..protocol.walks import Applied, made_by
from ..rewrite.engine import Replacement, Rewriter, Rule, rule

# Rows of so many elements are long. A matrix of shorter rows is tall if it has so many rows for each
# column.
# Both numbers were measured: see docs/performance.md.
LONG_ROW = 16
_TALL = 8


def is_tall(x: Variable) -> bool:
    """Whether x is known to be a matrix of many short rows."""
    if x.type.ndim != 2 or None in x.type.shape:
        return False
    rows, columns = x.type.shape
    return 1 < columns < LONG_ROW and rows >= _TALL * columns


@rule("a tall product is the transpose of a wide one", Dot)
def _tall_product(node: Apply, rewriter: Rewriter) -> Replacement:
    x, y = node.inputs
    if not is_tall(node.out):
        return None
    return [transposed(Dot()(transposed(y), transposed(x)))]


@rule("a function of transposed matrices is the transposed function", Op, needs=[DimShuffle])
def _function_of_transposed(node: Apply, rewriter: Rewriter) -> Replacement:
    if node.nout > 1 or not is_tall(node.out) or not any(map(is_transposed, node.inputs)):
        return None
    if isinstance(node.op, Contiguous) or not _goes_by_elements(node):
        return None
    return [transposed(node.op(*map(_transposed_to_broadcast, node.inputs)))]


def _goes_by_elements(node: Apply) -> bool:
    """Whether each element of the output is a function of elements at its own index, broadcast."""
    told = axes_of(node)
    if told is None or told.whole or told.sizes:
        return False
    (output,) = told.outputs
    return None not in output and all(
        label in (None, mine)
        for labels in told.inputs
        for label, mine in zip(labels, output[len(output) - len(labels) :], strict=True)
    )


def _transposed_to_broadcast(x: Variable) -> Variable:
    """Return x as it takes part in a function of transposed matrices."""
    if x.type.ndim == 1:
        return dimshuffle(x, [0, "x"])
    return transposed(x) if x.type.ndim == 2 else x


@rule("the sums of a permuted tensor are sums of it along other axes", Sum)
def _sum_of_permuted(node: Applied[Sum], rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    if not is_transposed(x):
        return None
    return [Sum(tuple(sorted(1 - axis for axis in node.op.axis)))(transposed(x))]


LAYOUT_RULES = (
    _tall_product,
    _function_of_transposed,
    _sum_of_permuted,
)


def transposes_of_products(outputs: Sequence[Variable]) -> Rule:
    """Return the rule (x · y)ᵀ = yᵀ · xᵀ for the products that nothing else in this graph uses."""
    uses = Counter([*outputs, *[v for node in toposort(outputs) for v in node.inputs]])

    @rule("the transpose of a product is a product", DimShuffle, needs=[Dot])
    def transposed_product(node: Apply, rewriter: Rewriter) -> Replacement:
        product = made_by(node.inputs[0], Dot) if is_transposed(node.out) else None
        if product is None or uses[product.out] != 1:
            return None
        x, y = map(transposed, product.inputs)
        return [credited_to(product.made_at, Dot(), y, x)]

    return transposed_product


def feature_major_sources(graph: ClosedGraph) -> dict[Variable, Variable]:
    """Return {tall input: copy of it, stored by columns}, for the inputs that are worth a copy.

    A copy pays where both products and functions of elements use the input, directly or cast. This
    is no rule, because an input has no node, and because all users of a variable must be known.
    """
    given = dict.fromkeys(graph.inputs)
    if not any(map(is_tall, given)):
        return {}
    order = graph.nodes
    users: dict[Variable, list[Apply]] = {}
    for node in order:
        for variable in node.inputs:
            users.setdefault(variable, []).append(node)
    casts = [node.out for node in order if isinstance(node.op, Cast) and node.inputs[0] in given]
    return {
        x: credited_to(users[x][0].made_at, _feature_major, x)
        for x in (*given, *casts)
        if is_tall(x) and _is_multiplied_and_more(users.get(x, ()))
    }


def _is_multiplied_and_more(users: Sequence[Apply]) -> bool:
    """Whether both a product and a function of elements are among these."""
    ops = [node.op for node in users]
    return any(isinstance(op, Dot) for op in ops) and any(
        isinstance(op, Elementwise) and not isinstance(op, (Cast, Switch)) for op in ops
    )


def _feature_major(x: Variable) -> Variable:
    if converted := made_by(x, Cast):
        return transposed(converted.op(transposed(converted.inputs[0])))
    return transposed(Contiguous()(transposed(x)))
