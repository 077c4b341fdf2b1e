"""Rules on logarithms of what may be 0 or infinite to rounding, though its logarithm is not."""

from __future__ import annotations

from ..graph import Apply
from ..ops.broadcasting import DimShuffle
from ..ops.elementwise import log
from ..ops.indexing import Subtensor
from ..ops.nnet import LogSoftmax, Softmax
from ..ops.reduction import Reduction
from .arrangement import Replacement
from .engine import Rewriter, Rule, rule
from .products import exponents


@rule("the logarithm of the softmax is logsoftmax", log, needs=[Softmax])
def _log_of_softmax(node: Apply, rewriter: Rewriter) -> Replacement:
    (y,) = node.inputs
    if y.owner is None or type(y.owner.op) is not Softmax:
        return None
    return [LogSoftmax(y.owner.op.axis)(*y.owner.inputs)]


@rule("the logarithm of a part is the part of the logarithm", log, needs=[Subtensor])
def _log_of_part(node: Apply, rewriter: Rewriter) -> Replacement:
    (part,) = node.inputs
    if part.owner is None or not isinstance(part.owner.op, Subtensor):
        return None
    whole, *indices = part.owner.inputs
    # Only of a softmax, where it leads on to its logarithm.
    if whole.owner is None or type(whole.owner.op) is not Softmax:
        return None
    return [part.owner.op(log(whole), *indices)]


@rule("the logarithm of a sum of exponentials is logsumexp", log)
def _log_of_sum_of_exp(node: Apply, rewriter: Rewriter) -> Replacement:
    (total,) = node.inputs
    if total.owner is not None and isinstance(total.owner.op, DimShuffle):
        if exponents(total.owner.inputs[0]) is None:
            return None
        return [total.owner.op(log(total.owner.inputs[0]))]
    x = exponents(total)
    if x is None or total.owner is None:
        return None
    return [Reduction("logsumexp", total.owner.op.axis)(x)]  # type: ignore[attr-defined]  # a Sum


def logarithm_rules() -> list[Rule]:
    """The rules above."""
    return [_log_of_softmax, _log_of_part, _log_of_sum_of_exp]
