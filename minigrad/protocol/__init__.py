"""What compilers and printers need to know of an op, besides its value and its derivative.

Importing this package adds methods with defaults to `Op`, and overrides them in the ops of the
core.
"""

from . import core_ops, errors, formula, values

__all__ = ["core_ops", "errors", "formula", "values"]
