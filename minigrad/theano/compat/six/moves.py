"""``theano.compat.six.moves``: what has another name or place in Python 3."""

import builtins
import configparser
import pickle as cPickle
from builtins import filter, input, map, range, zip  # noqa: UP029  # programs import them here
from functools import reduce
from io import StringIO
from itertools import zip_longest

xrange = range

__all__ = [
    "StringIO",
    "builtins",
    "cPickle",
    "configparser",
    "filter",
    "input",
    "map",
    "range",
    "reduce",
    "xrange",
    "zip",
    "zip_longest",
]
