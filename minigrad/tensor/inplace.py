"""``T.inplace``: elementwise functions under Theano's names for those that overwrite their input.

They are the functions without ``_inplace``: the compiler decides which arrays to overwrite.
"""

from __future__ import annotations

from typing import Any

from ..core.elementwise import TABLE
from ..ops import functions as _all_lines  # noqa: F401  # so that all functions are in the table
from .creation import fill
from .elementwise import deg2rad, rad2deg, round_half_away_from_zero, round_half_to_even
from .shapes import transpose

# Theano's names, where they are not those of the table.
_OTHERS: dict[str, Any] = {
    "abs_": TABLE["abs"],
    "deg2rad": deg2rad,
    "fill": fill,
    "pow": TABLE["power"],
    "rad2deg": rad2deg,
    "round_half_away_from_zero": round_half_away_from_zero,
    "round_half_to_even": round_half_to_even,
    "second": fill,
    "transpose": transpose,
}
_FUNCTIONS = {f"{name}_inplace": f for name, f in {**TABLE, **_OTHERS}.items()}
globals().update(_FUNCTIONS)

__all__ = sorted(_FUNCTIONS)  # noqa: PLE0605
