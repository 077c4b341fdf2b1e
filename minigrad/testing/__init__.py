"""Gradient checks for pytest and Hypothesis, and for everything else with a gradient."""

from .check import check_grad
from .report import Entry, GradientError, Report
from .taylor import Remainders, taylor_test
from .theano_names import numeric_grad, verify_grad

__all__ = [
    "Entry",
    "GradientError",
    "Remainders",
    "Report",
    "check_grad",
    "numeric_grad",
    "taylor_test",
    "verify_grad",
]
