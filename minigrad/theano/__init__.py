"""Theano's names and module paths, for programs that were written for it.

Each module here has its path in Theano and only has the names that programs import from there; the
objects are defined elsewhere in minigrad. After `minigrad.install_as_theano`, ``import theano``
finds these modules.
"""

from __future__ import annotations

import sys as _sys
from importlib import import_module as _import_module

from .. import (
    Apply,
    Constant,
    Function,
    In,
    Lop,
    Op,
    OpFromGraph,
    Out,
    Param,
    Rop,
    SharedVariable,
    Variable,
    as_op,
    clone,
    config,
    debugprint,
    foldl,
    foldr,
    function,
    grad,
    map,
    pp,
    pprint,
    reduce,
    scan,
    shared,
)
from ..compile.settings import set_by_environment as _set_by_environment
from ..gradient import subgraph_grad
from ..tensor import dot, get_scalar_constant_value
from . import (
    _absent,
    _install,
    compat,
    compile,
    configparser,
    gof,
    gradient,
    ifelse,
    misc,
    printing,
    sandbox,
    scalar,
    scan_module,
    tensor,
    tests,
    updates,
    version,
)
from .compile import Mode, SymbolicInput, SymbolicOutput, function_dump, predefined_modes
from .configparser import change_flags
from .gof import FunctionGraph
from .misc.safe_asarray import _asarray  # noqa: F401  # programs have always called it
from .updates import OrderedUpdates

_set_by_environment()  # what a program has set before it imports theano

__version__ = version.version

__all__ = [
    "Apply",
    "Constant",
    "Function",
    "FunctionGraph",
    "In",
    "Lop",
    "Mode",
    "Op",
    "OpFromGraph",
    "Out",
    "Param",
    "OrderedUpdates",
    "Rop",
    "SharedVariable",
    "SymbolicInput",
    "SymbolicOutput",
    "Variable",
    "as_op",
    "change_flags",
    "clone",
    "compat",
    "compile",
    "config",
    "configparser",
    "debugprint",
    "dot",
    "foldl",
    "foldr",
    "function",
    "function_dump",
    "get_scalar_constant_value",
    "gof",
    "grad",
    "gradient",
    "ifelse",
    "map",
    "misc",
    "pp",
    "pprint",
    "predefined_modes",
    "printing",
    "sandbox",
    "reduce",
    "scalar",
    "scan",
    "scan_module",
    "shared",
    "subgraph_grad",
    "tensor",
    "tests",
    "updates",
    "version",
]

for _path in _install.old_paths():
    _absent.teach(_import_module(f"{__name__}.{_path}"))
_absent.teach(_sys.modules[__name__])
_sys.meta_path.append(_absent.Finder)
