"""``theano.sandbox.linalg``: an older path of ``tensor.nlinalg`` and ``tensor.slinalg``."""

from . import ops
from .ops import *  # noqa: F403

__all__ = [*ops.__all__, "ops"]
