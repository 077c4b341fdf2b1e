"""``theano.gradient``: derivatives, and checks of them."""

from ..gradient import *  # noqa: F403
from ..gradient import __all__ as _names
from ..ops.passing import Disconnected as DisconnectedGrad
from ..ops.passing import GradClip, GradScale, ZeroGrad
from ..tensor.jacobians import hessian, hessian_vector_product, jacobian
from ..testing.judge.report import GradientError
from ..testing.theano_names import numeric_grad, verify_grad

ConsiderConstant = ZeroGrad  # as of the functions, Theano has both names

__all__ = [
    *_names,
    "ConsiderConstant",
    "DisconnectedGrad",
    "GradClip",
    "GradScale",
    "ZeroGrad",
    "GradientError",
    "hessian",
    "hessian_vector_product",
    "jacobian",
    "numeric_grad",
    "verify_grad",
]
