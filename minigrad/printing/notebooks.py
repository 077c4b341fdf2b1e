"""What notebooks show of variables."""

from __future__ import annotations

from typing import Any

from ..core.graph import Variable
from ..core.operators import extend

# Nobody finds their way through a larger drawing in a notebook.
_LARGEST = 150
# Of a longer formula only the outside is shown.
_LONGEST = 500


@extend(Variable)
class _InNotebooks:
    def _repr_html_(self: Any) -> str | None:
        from .drawing import draw

        try:
            return draw(self, largest=_LARGEST).svg
        except ValueError:  # then the formula has to do
            return None

    def _repr_latex_(self: Any) -> str:
        from .typeset import in_short  # only notebooks need it

        return rf"$\displaystyle {in_short(self, _LONGEST)}$"
