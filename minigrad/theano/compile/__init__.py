"""``theano.compile``: from expressions to functions."""

from ...compile.sharing import shared
from ...core.sharing import SharedVariable
from . import debugmode, function_module, io, mode, nanguardmode, pfunc, sharedvalue
from . import function as _function_module
from .function_module import Function, UnusedInputError
from .io import In
from .nanguardmode import NanGuardMode

function = _function_module.function  # Theano has a module of this name, too

__all__ = [
    "Function",
    "In",
    "NanGuardMode",
    "SharedVariable",
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
