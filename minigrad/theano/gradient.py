"""``theano.gradient``: derivatives, and checks of them."""

from ..gradient import *  # noqa: F403
from ..gradient import __all__ as _names
from ..tensor.jacobians import hessian, hessian_vector_product, jacobian
from ..testing.judge.report import GradientError
from ..testing.theano_names import numeric_grad, verify_grad

__all__ = [
    *_names,
    "GradientError",
    "hessian",
    "hessian_vector_product",
    "jacobian",
    "numeric_grad",
    "verify_grad",
]
