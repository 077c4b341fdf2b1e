"""Gradient checks for pytest and Hypothesis, and for everything else with a gradient.

What draws values needs Hypothesis, and is imported when it is first asked for.
"""

from importlib import import_module
from typing import Any

from .agreement import assert_program_agrees
from .check import check_grad
from .judge.report import Entry, GradientError, Report
from .taylor import Remainders, taylor_test
from .theano_names import numeric_grad, verify_grad

_OF_HYPOTHESIS = {
    "check_op": ".promises",
    "broadcastable": ".strategies",
    "expressions": ".strategies",
    "shapes": ".strategies",
    "tensors": ".strategies",
}

__all__ = [
    "Entry",
    "GradientError",
    "Remainders",
    "Report",
    "assert_program_agrees",
    "check_grad",
    "numeric_grad",
    "taylor_test",
    "verify_grad",
    *_OF_HYPOTHESIS,
]


def __getattr__(name: str) -> Any:
    if name not in _OF_HYPOTHESIS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(_OF_HYPOTHESIS[name], __name__)
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        message = f"{__name__}.{name} draws values with Hypothesis: pip install hypothesis"
        raise ImportError(message) from error
    return getattr(module, name)
