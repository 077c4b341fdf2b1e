"""``theano.compat.python2x``: what Python 2 lacked at first."""

from builtins import all, any
from collections import OrderedDict, defaultdict
from functools import partial
from itertools import product

__all__ = ["OrderedDict", "all", "any", "defaultdict", "partial", "product"]
