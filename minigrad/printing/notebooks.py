"""What notebooks show of variables."""

from __future__ import annotations

from typing import Any

from ..core.graph import Variable
from ..core.operators import extend

# Of a longer formula only the outside is shown.
_LONGEST = 500


@extend(Variable)
class _InNotebooks:
    def _repr_latex_(self: Any) -> str:
        from .typeset import in_short  # only notebooks need it

        return rf"$\displaystyle {in_short(self, _LONGEST)}$"
