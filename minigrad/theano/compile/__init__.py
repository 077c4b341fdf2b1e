"""``theano.compile``: from expressions to functions."""

from ...compile.sharing import shared
from ...core.sharing import SharedVariable
from . import debugmode, function_module, io, mode, nanguardmode, pfunc, sharedvalue
from . import function as _function_module
from .function_module import Function, UnusedInputError
from .io import In, Out, SymbolicInput, SymbolicOutput
from .nanguardmode import NanGuardMode
from .pfunc import Param

function = _function_module.function  # Theano has a module of this name, too

__all__ = [
    "Function",
    "In",
    "NanGuardMode",
    "Out",
    "Param",
    "SharedVariable",
    "SymbolicInput",
    "SymbolicOutput",
    "UnusedInputError",
    "debugmode",
    "function",
    "function_module",
    "io",
    "mode",
    "nanguardmode",
    "pfunc",
    "shared",
    "sharedvalue",
]
