"""Print graphs for people: as formulas, as mathematics, as trees, as drawings, as pages.

All are imported when they are first used, so they do not slow down `import minigrad`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..ops.checking import Print
from . import notebooks as _notebooks  # noqa: F401  # puts on variables what notebooks show

if TYPE_CHECKING:
    from .drawing import draw as draw
    from .drawing import mermaid as mermaid
    from .drawing import pydotprint as pydotprint
    from .formula import pp as pp
    from .formula import pprint as pprint
    from .pages import page as page
    from .pages import steps as steps
    from .tree import debugprint as debugprint
    from .tree import min_informative_str as min_informative_str
    from .typeset import latex as latex
    from .typeset import mathml as mathml

_NAMES = {
    ".drawing": "draw mermaid pydotprint",
    ".formula": "pp pprint",
    ".pages": "page steps",
    ".tree": "debugprint min_informative_str",
    ".typeset": "latex mathml",
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = ["Print", *_MODULES]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
