"""Gradient checks, also for pytest and with Hypothesis.

Each name is imported when it is first used: so `minigrad.testing.judge` needs NumPy alone, and only
functions that draw values need Hypothesis.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agreement import assert_program_agrees as assert_program_agrees
    from .check import check_grad as check_grad
    from .judge.report import Entry as Entry
    from .judge.report import GradientError as GradientError
    from .judge.report import Report as Report
    from .promises import check_op as check_op
    from .strategies import broadcastable as broadcastable
    from .strategies import expressions as expressions
    from .strategies import shapes as shapes
    from .strategies import tensors as tensors
    from .taylor import Remainders as Remainders
    from .taylor import taylor_test as taylor_test
    from .theano_names import numeric_grad as numeric_grad
    from .theano_names import verify_grad as verify_grad

_NAMES = {
    ".agreement": "assert_program_agrees",
    ".check": "check_grad",
    ".judge.report": "Entry GradientError Report",
    ".promises": "check_op",
    ".strategies": "broadcastable expressions shapes tensors",
    ".taylor": "Remainders taylor_test",
    ".theano_names": "numeric_grad verify_grad",
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(_MODULES[name], __name__)
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        message = f"{__name__}.{name} draws values with Hypothesis: pip install hypothesis"
        raise ImportError(message) from error
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
