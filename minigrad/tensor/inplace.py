"""``T.inplace``: elementwise functions under Theano's names for those that overwrite their input.

They are the functions without ``_inplace``: the compiler decides which arrays to overwrite.
"""

from __future__ import annotations

from .. import tensor
from ..core.elementwise import TABLE

# Theano's names, where they are not those of the table.
_OTHERS = """
    abs_ deg2rad fill pow rad2deg round_half_away_from_zero round_half_to_even second transpose
"""
_FUNCTIONS = {**TABLE, **{name: getattr(tensor, name) for name in _OTHERS.split()}}
globals().update((f"{name}_inplace", function) for name, function in _FUNCTIONS.items())

__all__ = sorted(f"{name}_inplace" for name in _FUNCTIONS)  # noqa: PLE0605
