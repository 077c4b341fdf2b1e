"""Rules that find sigmoids, softmaxes and norms, however they are written.

A quotient of exponentials overflows where the sigmoid or softmax that it is does not, and a square
where the norm does not; and sigmoids and softmaxes have logarithms of an exact form.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core.axes import DimShuffle, Sum, dimshuffle
from ...core.elementwise import Elementwise
from ...core.graph import Apply, Op, Variable
from ...core.table import add, exp, mul, neg, power, sqr, sqrt, sub
from ...ops.functions import sigmoid
from ...ops.linalg import Dot
from ...ops.reduction import ArgReduction, Reduction
from ...ops.softmax import LogSoftmax, Normalization, Softmax
from ...protocol.walks import Applied, made_by
from ..engine import Replacement, Rewriter, rule
from ..known import number_of


def argument(x: Variable, function: Elementwise) -> Variable | None:
    """Return y if x is that function of y."""
    node = made_by(x, function)
    return None if node is None else node.inputs[0]


def opposite(x: Variable) -> Variable:
    """Return -x, without a sign before a sign."""
    if difference := made_by(x, sub):
        return sub(*difference.inputs[::-1])
    inner = argument(x, neg)
    return neg(x) if inner is None else inner


# ---- Sigmoids -----------------------------------------------------------------------------------


def sigmoid_of_quotient(above: list[Variable], divisor: Variable) -> Variable | None:
    """exp(x) / (exp(x) + exp(y)) = sigmoid(x - y), where 1 is exp(0).

    Return the sigmoid, if a factor above is such a numerator, and take that factor away.
    """
    total = made_by(divisor, add)
    if total is None:
        return None
    terms = total.inputs
    exponents = [argument(term, exp) for term in terms]
    is_one = [number_of(term) == 1 for term in terms]
    if any(x is None and not one for x, one in zip(exponents, is_one, strict=True)):
        return None
    for term, x, y in zip(terms, exponents, exponents[::-1], strict=True):
        if x is not None and term in above:
            above.remove(term)
            return sigmoid(x if y is None else x - y)
    for one, y in zip(is_one, exponents[::-1], strict=True):
        if one and y is not None:
            return sigmoid(opposite(y))
    return None


# ---- Softmaxes ----------------------------------------------------------------------------------


def _spread(x: Variable, ndim: int) -> tuple[Variable, list[int | str]]:
    """Return x without permutations and new axes, and which axis of that each of its axes is.

    It is seen as it broadcasts to so many dimensions; 'x' stands for a new axis.
    """
    axes: list[int | str] = list(range(x.type.ndim))
    while permuted := made_by(x, DimShuffle):
        order = permuted.op.new_order
        axes = [axis if isinstance(axis, str) else order[axis] for axis in axes]
        (x,) = permuted.inputs
    new: list[int | str] = ["x"] * (ndim - len(axes))
    return x, new + axes


def _beside_itself(
    x: Variable, total: Variable, is_reduction: Callable[[Op], bool]
) -> tuple[Variable, tuple[int, ...], list[int | str]] | None:
    """Return x as `_spread` does, and between the axes that were lost, if the total is one of x."""
    ndim = max(x.type.ndim, total.type.ndim)
    (core, axes), (bottom, other_axes) = _spread(x, ndim), _spread(total, ndim)
    node = bottom.owner
    if node is None or not is_reduction(node.op):
        return None
    inside, inside_axes = _spread(node.inputs[0], node.inputs[0].type.ndim)
    if inside is not core or not set(inside_axes) == set(range(core.type.ndim)):
        return None
    axis = node.op.axis
    kept = [mine for i, mine in enumerate(inside_axes) if i not in axis]
    reduced = {inside_axes[i] for i in axis}
    expected = ["x" if mine in reduced else mine for mine in axes]
    found = [other if isinstance(other, str) else kept[other] for other in other_axes]
    if found != expected or not reduced <= set(axes):
        return None
    return core, tuple(sorted(map(int, reduced))), axes


def softmax_of_quotient(above: list[Variable], divisor: Variable) -> Variable | None:
    """exp(x) / sum(exp(x)) = softmax(x).

    Return the softmax, if a factor above is such a numerator, and take that factor away.
    """
    for factor in above:
        found = _beside_itself(factor, divisor, lambda op: isinstance(op, Sum))
        if found is None:
            continue
        exponential, reduced, axes = found
        x = argument(exponential, exp)
        if x is not None:
            above.remove(factor)
            return dimshuffle(Softmax(reduced)(x), axes)
    return None


@rule("x - logsumexp(x) is logsoftmax(x)", sub)
def _logsoftmax_of_difference(node: Apply, rewriter: Rewriter) -> Replacement:
    x, total = node.inputs
    found = _beside_itself(x, total, lambda op: getattr(op, "name", "") == "logsumexp")
    if found is None:
        return None
    core, reduced, axes = found
    return [dimshuffle(LogSoftmax(reduced)(core), axes)]


@rule("what is the same along the axes makes no difference to a softmax", Normalization)
def _shifted_softmax(node: Applied[Normalization], rewriter: Rewriter) -> Replacement:
    difference = made_by(node.inputs[0], sub)
    if difference is None:
        return None
    x, shift = difference.inputs
    axes = _spread(shift, x.type.ndim)[1] if shift.type.ndim <= x.type.ndim else []
    is_same = axes and all(
        axes[axis] == "x" or shift.type.shape[axis - x.type.ndim] == 1 for axis in node.op.axis
    )
    return [node.op.make_node(x).out] if is_same else None


@rule("the place of the largest softmax is that of the largest x", ArgReduction)
def _place_in_softmax(node: Applied[ArgReduction], rewriter: Rewriter) -> Replacement:
    # A softmax, or its logarithm, keeps the order along its axes, but that it may round to ties.
    kept = made_by(node.inputs[0], Normalization)
    return None if kept is None or kept.op.axis != node.op.axis else [node.op(*kept.inputs)]


# ---- Norms --------------------------------------------------------------------------------------


def is_root(node: Apply) -> bool:
    """Whether the node computes a square root."""
    return node.op is sqrt or (node.op is power and number_of(node.inputs[1]) == 0.5)


@rule("the root of a sum of squares is the norm", sqrt, power)
def _norm(node: Apply, rewriter: Rewriter) -> Replacement:
    if not is_root(node):
        return None
    (total, *_) = node.inputs
    permuted = made_by(total, DimShuffle)
    norm = _norm_of(total if permuted is None else permuted.inputs[0])
    if norm is None:
        return None
    return [norm if permuted is None else permuted.op(norm)]


def _norm_of(total: Variable) -> Variable | None:
    """Return the norm whose square is the total, if that is a sum of squares."""
    if not total.type.is_float:
        return None
    if product := made_by(total, Dot):
        x, y = product.inputs
        return Reduction("norm", (0,))(x) if x is y and x.type.ndim == 1 else None
    added = made_by(total, Sum)
    root = None if added is None else _root(added.inputs[0])
    return None if added is None or root is None else Reduction("norm", added.op.axis)(root)


def _root(square: Variable) -> Variable | None:
    """Return what it is the square of, if it is a square."""
    node = made_by(square, sqr, mul, power)
    if node is None:
        return None
    x = node.inputs[0]
    is_square = (
        node.op is sqr
        or (node.op is mul and node.inputs[1] is x)
        or (node.op is power and number_of(node.inputs[1]) == 2)
    )
    return x if is_square and x.type == square.type else None


QUOTIENT_RULES = (_logsoftmax_of_difference, _shifted_softmax, _place_in_softmax)
NORM_RULES = (_norm,)
