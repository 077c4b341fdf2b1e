"""``theano.gradient``: derivatives, and checks of them."""

from ..gradient import *  # noqa: F403
from ..gradient import __all__ as _names
from ..testing.judge.report import GradientError
from ..testing.theano_names import numeric_grad, verify_grad

__all__ = [*_names, "GradientError", "numeric_grad", "verify_grad"]
