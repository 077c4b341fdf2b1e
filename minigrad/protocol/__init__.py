"""Methods of ops that compilers and printers need, besides the value and the derivative.

Importing this package adds methods with defaults to `Op`, and overrides them in the ops of the
core.
"""

from . import core_ops, errors, formula, values

__all__ = ["core_ops", "errors", "formula", "values"]
