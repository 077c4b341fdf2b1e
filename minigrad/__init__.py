"""minigrad: Theano's model in pure NumPy.

Write an expression of symbolic variables, let `grad` write its derivative, let `function` print
both as a NumPy program, and call the program.

>>> import minigrad, minigrad.tensor as T
>>> x = T.dvector("x")
>>> cost = T.sqr(x).sum()
>>> f = minigrad.function([x], [cost, minigrad.grad(cost, x)])
>>> f([1.0, 2.0])
[array(5.), array([2., 4.])]
"""

from __future__ import annotations

from . import printing, tensor
from .compile import Function, In, MissingInputError, UnusedInputError, function
from .compile import programs as _programs
from .compile.sharing import shared
from .core.configuration import config
from .core.graph import Apply, Constant, Op, Variable
from .core.sharing import SharedVariable
from .gradient import DisconnectedInputError, Lop, Rop, grad
from .printing import debugprint, pp, pprint
from .protocol.axes import Axes

try:
    from .planner import PlannedPrograms as _PlannedPrograms
except ModuleNotFoundError as error:  # everything is computed without it, only more slowly
    if error.name != f"{__name__}.planner":
        raise
else:
    _programs.planned = _PlannedPrograms

__version__ = "0.1.0"

__all__ = [
    "Apply",
    "Axes",
    "Constant",
    "DisconnectedInputError",
    "Function",
    "In",
    "Lop",
    "MissingInputError",
    "Op",
    "Rop",
    "SharedVariable",
    "UnusedInputError",
    "Variable",
    "__version__",
    "config",
    "debugprint",
    "function",
    "grad",
    "pp",
    "pprint",
    "printing",
    "shared",
    "tensor",
]
