"""Print graphs for people: as a formula (`pp`), as mathematics (`latex`), as a tree (`debugprint`).

Mathematics is imported when it is first asked for: so `import minigrad` takes no longer for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import notebooks as _notebooks  # noqa: F401  # puts on variables what notebooks show
from .formula import pp, pprint
from .tree import debugprint

if TYPE_CHECKING:
    from .typeset import latex as latex
    from .typeset import mathml as mathml

_MODULES = {"latex": ".typeset", "mathml": ".typeset"}

__all__ = ["debugprint", "latex", "mathml", "pp", "pprint"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return value
