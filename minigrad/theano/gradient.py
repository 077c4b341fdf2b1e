"""``theano.gradient``: derivatives, and checks of them."""

from ..gradient import DisconnectedInputError, Lop, Rop, grad
from ..testing.judge.report import GradientError
from ..testing.theano_names import numeric_grad, verify_grad

__all__ = [
    "DisconnectedInputError",
    "GradientError",
    "Lop",
    "Rop",
    "grad",
    "numeric_grad",
    "verify_grad",
]
