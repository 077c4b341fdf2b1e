"""``theano.compile``: from expressions to functions."""

from ...compile.sharing import shared
from ...core.sharing import SharedVariable
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
from .function_module import Function, UnusedInputError
from .io import In, Out, SymbolicInput, SymbolicOutput
from .mode import FAST_COMPILE, FAST_RUN, Mode, get_default_mode, get_mode, predefined_modes
from .monitormode import MonitorMode
from .nanguardmode import NanGuardMode
from .ops import (
    FromFunctionOp,
    Rebroadcast,
    Shape,
    Shape_i,
    SpecifyShape,
    ViewOp,
    as_op,
    specify_shape,
    view_op,
    wrap_py,
)
from .pfunc import Param

function = _function_module.function  # Theano has a module of this name, too
function_dump = _function_module.function_dump

__all__ = [
    "DebugMode",
    "FAST_COMPILE",
    "FAST_RUN",
    "FromFunctionOp",
    "Function",
    "In",
    "Mode",
    "MonitorMode",
    "NanGuardMode",
    "OpFromGraph",
    "Out",
    "Param",
    "Rebroadcast",
    "Shape",
    "Shape_i",
    "SharedVariable",
    "SpecifyShape",
    "SymbolicInput",
    "SymbolicOutput",
    "UnusedInputError",
    "ViewOp",
    "as_op",
    "debugmode",
    "function",
    "function_dump",
    "function_module",
    "get_default_mode",
    "get_mode",
    "io",
    "mode",
    "monitormode",
    "nanguardmode",
    "ops",
    "pfunc",
    "predefined_modes",
    "shared",
    "sharedvalue",
    "specify_shape",
    "view_op",
    "wrap_py",
]
