"""Rules on logarithms of what may round to 0 or infinity, though its logarithm does not.

The logarithm goes inwards, past all that only moves elements about and past products, until it
meets the exponential, sigmoid or softmax whose logarithm has an exact form. `positivity` says where
there is one, and each line and rule here takes a step.
"""

from __future__ import annotations

from ...core.axes import Sum
from ...core.elementwise import Cast, cast
from ...core.graph import Apply, Variable
from ...core.table import exp, expm1, inv, log, log1p, neg, sqr, sqrt
from ...ops.functions import LN2, LN10, log1mexp, log2, log10, logaddexp, sigmoid, softplus
from ...ops.reduction import Reduction
from ...ops.softmax import LogSoftmax, Softmax
from ...protocol.walks import made_by
from ..engine import Replacement, Rewriter, Rule, in_shape_of, rule
from ..known import number_of
from ..moves import moved, moved_places, with_moved
from ..patterns import Identity
from ..positivity import (
    BETTER,
    EXACT,
    POSITIVE,
    as_complement,
    may_overflow,
    positivity,
)
from ..sigmoids import sigmoid_of_tanh
from .quotients import argument


def x_is_better(x: Variable) -> bool:
    """Whether the logarithm of x has a better form than that of its value."""
    return positivity(x) in (BETTER, EXACT)


def x_is_exact(x: Variable, *others: Variable) -> bool:
    """Whether x is positive and its logarithm has an exact form."""
    return positivity(x) is EXACT


def one_is_exact(x: Variable, y: Variable) -> bool:
    """Whether x or y is positive and its logarithm has an exact form."""
    return EXACT in (positivity(x), positivity(y))


def x_may_overflow(x: Variable) -> bool:
    """Whether x is a positive number made of exponentials."""
    return positivity(x) is EXACT and may_overflow(x)


def one_may_overflow(x: Variable, y: Variable) -> bool:
    """Whether x and y are positive numbers, and one is made of exponentials."""
    both_positive = min(positivity(x), positivity(y)) >= POSITIVE
    return both_positive and (may_overflow(x) or may_overflow(y))


def complement_is_better(x: Variable) -> bool:
    """Whether the logarithm of 1 − x has a better form than that of its value."""
    return positivity(x, of_complement=True) in (BETTER, EXACT)


def logarithms() -> list[Rule]:
    """The table, in the order in which its lines are tried, and the rules below it."""
    # fmt: off
    return [
        Identity(lambda x: log(exp(x)),         lambda x: x),
        Identity(lambda x: log(sigmoid(x)),     lambda x: -softplus(-x)),
        Identity(lambda x: log(1 - sigmoid(x)), lambda x: -softplus(x)),
        Identity(lambda x: log1p(expm1(x)),     lambda x: x),
        Identity(lambda x: log1p(neg(x)),       lambda x: log(1 - x),      complement_is_better),
        Identity(lambda x: log1p(x - 1),        lambda x: log(x),          x_is_better),
        Identity(lambda x: log1p(x),            lambda x: log(1 + x),      x_may_overflow),
        Identity(lambda x: log2(x),             lambda x: log(x) / LN2,    x_is_better),
        Identity(lambda x: log10(x),            lambda x: log(x) / LN10,   x_is_better),
        _log_of_softmax,
        _log_of_tanh,
        _log_of_moved,
        _log_of_complement,
        _log_of_cast,
        Identity(lambda x, y: log(x * y),       lambda x, y: log(x) + log(y), one_is_exact),
        Identity(lambda x, y: log(x / y),       lambda x, y: log(x) - log(y), one_is_exact),
        Identity(lambda x: log(inv(x)),         lambda x: -log(x),         x_is_exact),
        Identity(lambda x: log(sqr(x)),         lambda x: 2 * log(x),      x_is_exact),
        Identity(lambda x: log(sqrt(x)),        lambda x: 0.5 * log(x),    x_is_exact),
        Identity(lambda x, y: log(x ** y),      lambda x, y: y * log(x),   x_is_exact),
        _log_of_reduced,
        Identity(lambda x: log(1 + x),          lambda x: softplus(log(x)), x_may_overflow),
        Identity(lambda x, y: log(x + y),       lambda x, y: logaddexp(log(x), log(y)),
                 one_may_overflow),
        Identity(lambda x: log(neg(expm1(x))),  lambda x: log1mexp(x)),
        Identity(lambda x: log(expm1(x)),       lambda x: x + log1mexp(-x)),
        Identity(lambda x, y: log(x - y),       lambda x, y: log(x) + log1mexp(log(y) - log(x)),
                 one_may_overflow),
        Identity(lambda x: softplus(x) - x,     lambda x: softplus(-x)),
        Identity(lambda x: log(1 + x),          lambda x: log1p(x)),
        Identity(lambda x: log(1 - x),          lambda x: log1p(-x)),
    ]
    # fmt: on


@rule("the logarithm of the softmax is logsoftmax", log, needs=[Softmax])
def _log_of_softmax(node: Apply, rewriter: Rewriter) -> Replacement:
    softmax = made_by(node.inputs[0], Softmax)
    return None if softmax is None else [LogSoftmax(softmax.op.axis)(*softmax.inputs)]


@rule("1 + tanh(x) is 2 sigmoid(2 x)", log)
def _log_of_tanh(node: Apply, rewriter: Rewriter) -> Replacement:
    found = sigmoid_of_tanh(node.inputs[0])
    return None if found is None else [log(found)]


@rule("functions of elements commute with moving elements about", log, log1p)
def _log_of_moved(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    parts = moved(x)
    if not parts or not (x_is_better(x) if node.op is log else _is_better_beside_1(x)):
        return None
    return [with_moved(x, [node.op.make_node(part).out for part in parts])]


def _is_better_beside_1(x: Variable) -> bool:
    """Whether the logarithm of 1 + x has a better form than that of its value."""
    while len(moved(x)) == 1:
        (x,) = moved(x)
    opposite = argument(x, neg)
    return x_may_overflow(x) if opposite is None else complement_is_better(opposite)


@rule("the complement of moved elements is their moved complement", log)
def _log_of_complement(node: Apply, rewriter: Rewriter) -> Replacement:
    (complement,) = node.inputs
    difference = as_complement(complement)
    if difference is None or not x_is_better(complement):
        return None
    ones, x = difference.inputs
    if number_of(ones) is None:
        return [in_shape_of(node, log(1 - x), rewriter)]
    if inner := as_complement(x):
        return [log(inner.inputs[1])]
    inside = _cast_first(x)
    if inside is not None:
        return [log(1 - inside)]
    if converted := made_by(x, Cast):
        return [log(cast(1 - converted.inputs[0], x.type.dtype))]
    parts = moved(x)
    return [log(with_moved(x, [1 - part for part in parts]))] if parts else None


@rule("a function of a cast is the cast function, in the wider of the types", log)
def _log_of_cast(node: Apply, rewriter: Rewriter) -> Replacement:
    (x,) = node.inputs
    converted = made_by(x, Cast)
    if converted is None or not x_is_better(x):
        return None
    inside = _cast_first(x)
    return [cast(log(*converted.inputs), x.type.dtype) if inside is None else log(inside)]


def _cast_first(x: Variable) -> Variable | None:
    """Return x with its arguments cast, if x is a function of floats cast to a wider type."""
    converted = made_by(x, Cast)
    if converted is None:
        return None
    (function,) = converted.inputs
    sigmoid_found = sigmoid_of_tanh(function)
    function = function if sigmoid_found is None else sigmoid_found
    node = function.owner
    if node is None or x.type.numpy_dtype.itemsize < function.type.numpy_dtype.itemsize:
        return None
    places = moved_places(node) or range(len(node.inputs))
    inputs = [
        cast(v, x.type.dtype) if place in places else v for place, v in enumerate(node.inputs)
    ]
    return node.op.make_node(*inputs).outputs[function.index or 0]


@rule("the logarithm of a product is the sum of the logarithms", log)
def _log_of_reduced(node: Apply, rewriter: Rewriter) -> Replacement:
    (total,) = node.inputs
    if not x_is_better(total):
        return None
    if added := made_by(total, Sum):
        return [Reduction("logsumexp", added.op.axis)(log(*added.inputs))]
    if multiplied := made_by(total, Reduction):
        return [Sum(multiplied.op.axis)(log(*multiplied.inputs))]
    return None
