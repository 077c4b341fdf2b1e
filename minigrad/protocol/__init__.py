"""What compilers and readers ask of an op, beyond its value and its derivative.

Importing this package gives `Op` the methods that answer, with their defaults, and the ops of the
core their own answers.
"""

from . import core_ops, errors, formula, values

__all__ = ["core_ops", "errors", "formula", "values"]
