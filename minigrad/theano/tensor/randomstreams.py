"""``theano.tensor.randomstreams``: another name of ``shared_randomstreams``."""

from ...tensor.shared_randomstreams import *  # noqa: F403
from ...tensor.shared_randomstreams import __all__ as __all__
