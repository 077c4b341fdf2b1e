"""Gradient checks for pytest and Hypothesis, and for everything else with a gradient."""

from .check import check_grad
from .report import Entry, GradientError, Report

__all__ = ["Entry", "GradientError", "Report", "check_grad"]
