"""``theano.compile``: from expressions to functions."""

# ruff: noqa: F403

from . import (
    debugmode,
    function_module,
    io,
    mode,
    monitormode,
    nanguardmode,
    ops,
    pfunc,
    sharedvalue,
)
from . import function as _function_module
from .builders import OpFromGraph
from .debugmode import DebugMode
from .function_module import *
from .io import *
from .mode import *
from .monitormode import MonitorMode
from .nanguardmode import NanGuardMode
from .ops import *
from .pfunc import Param
from .sharedvalue import *

function = _function_module.function  # Theano has a module of this name, too
function_dump = _function_module.function_dump

__all__ = [
    *function_module.__all__,
    *io.__all__,
    *mode.__all__,
    *ops.__all__,
    *sharedvalue.__all__,
    "DebugMode",
    "MonitorMode",
    "NanGuardMode",
    "OpFromGraph",
    "Param",
    "debugmode",
    "function",
    "function_dump",
    "function_module",
    "io",
    "mode",
    "monitormode",
    "nanguardmode",
    "ops",
    "pfunc",
    "sharedvalue",
]
