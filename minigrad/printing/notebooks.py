"""The displays of variables and functions in notebooks."""

from __future__ import annotations

from typing import Any

from ..compile import Function
from ..core.graph import Variable
from ..core.operators import extend

# Nobody finds their way through a larger drawing in a notebook.
_LARGEST = 150
# A longer formula shows its outside only.
_LONGEST = 500


@extend(Variable)
class _InNotebooks:
    def _repr_html_(self: Any) -> str | None:
        from .drawing import draw  # only notebooks need these
        from .notation import MATHML
        from .typeset import in_short

        try:
            drawing = draw(self, largest=_LARGEST).svg
        except ValueError:  # then the formula has to do
            return None
        return f'{drawing}<math display="block">{in_short(self, MATHML, 10 * _LONGEST)}</math>'

    def _repr_latex_(self: Any) -> str:
        from .notation import LATEX
        from .typeset import in_short

        return rf"$\displaystyle {in_short(self, LATEX, _LONGEST)}$"


@extend(Function)
class _FunctionInNotebooks:
    def _repr_html_(self: Any) -> str | None:
        from html import escape

        from .pages import page

        try:
            text = escape(page(self, largest=_LARGEST))
        except ValueError:
            return None
        return f'<iframe srcdoc="{text}" style="width:100%;height:36em;border:0"></iframe>'
