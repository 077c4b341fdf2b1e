"""``theano.printing``: graphs as text and as drawings."""

from typing import TYPE_CHECKING, Any

from .. import printing as _printing
from ..printing import Print, debugprint, min_informative_str, pp, pprint

if TYPE_CHECKING:
    from ..printing import pydotprint as pydotprint

__all__ = ["Print", "debugprint", "min_informative_str", "pp", "pprint", "pydotprint"]


def __getattr__(name: str) -> Any:
    return getattr(_printing, name)  # drawings are imported when they are asked for
