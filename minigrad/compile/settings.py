"""The settings of `minigrad.config`."""

from __future__ import annotations

from ..core.configuration import Config, config

MODES = ("FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode")

config.add("mode", *MODES)
config.add("fill_buffers", False, True)
config.add("exception_verbosity", "low", "high")
config.add("compute_test_value", "off")

Config.__doc__ = """Settings that hold from when they are set.

Attributes
----------
floatX : {'float64', 'float32', 'float16'}
    The dtype of ``T.matrix()`` and its like, of quotients of integers, and of Python floats that
    become constants; where it is float64, those that float32 holds exactly are that.
mode : {'FAST_RUN', 'FAST_COMPILE', 'DebugMode', 'NanGuardMode'}
    How `function` compiles if it is not told.
fill_buffers : bool
    Whether functions made from then on fill the arrays that they use again with NaN (integers with
    −1) before each call, so that nothing of an earlier call can pass for a result. It costs time,
    and is for tests; ``DebugMode`` does it anyway.
exception_verbosity, compute_test_value
    Theano's; ignored: messages always tell shapes, and there are no test values.

Raises
------
AttributeError, ValueError
    If there is no such setting, or it does not take the value.

Examples
--------
>>> from minigrad import config
>>> config.floatX
'float64'
"""
