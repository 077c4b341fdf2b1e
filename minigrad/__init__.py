"""minigrad: Theano's model in pure NumPy.

Write an expression with symbolic variables, let `grad` write its derivative, let `function`
print both as a NumPy program, and call the program.

>>> import minigrad, minigrad.tensor as T
>>> x = T.dvector("x")
>>> cost = T.sqr(x).sum()
>>> f = minigrad.function([x], [cost, minigrad.grad(cost, x)])
>>> f([1.0, 2.0])
[array(5.), array([2., 4.])]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import printing, tensor
from .compile import Function, In, MissingInputError, Out, Param, UnusedInputError, function
from .compile import programs as _programs
from .compile.cloning import clone
from .compile.settings import set_by_environment as _set_by_environment
from .compile.sharing import shared
from .core.configuration import config
from .core.graph import Apply, Constant, Op, Variable
from .core.sharing import SharedVariable
from .gradient import DisconnectedInputError, Lop, Rop, grad
from .protocol.axes import Axes
from .tensor.absent import AbsentName


# Packages that are imported when a function is made: so `import minigrad` is quick. Without them
# everything is computed, only more slowly.
def _for_known_sizes() -> type[_programs.Programs]:
    try:
        from .planner import PlannedPrograms
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.planner":
            raise
        return _programs.Programs
    return PlannedPrograms


def _in_c() -> type[_programs.Programs]:
    try:
        from .native import NativePrograms
    except ModuleNotFoundError as error:
        if error.name not in (f"{__name__}.native", f"{__name__}.planner"):
            raise
        return _for_known_sizes()
    return NativePrograms


_programs.for_known_sizes, _programs.in_c = _for_known_sizes, _in_c

_set_by_environment()

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
    "OpFromGraph",
    "Out",
    "Param",
    "Rop",
    "SharedVariable",
    "UnusedInputError",
    "Variable",
    "__version__",
    "as_op",
    "clone",
    "config",
    "debugprint",
    "foldl",
    "foldr",
    "function",
    "grad",
    "install_as_theano",
    "map",
    "pp",
    "pprint",
    "printing",
    "reduce",
    "scan",
    "shared",
    "tensor",
]


def install_as_theano() -> None:
    """Make ``import theano`` and its modules find minigrad, from now on, in this process.

    `theano` is then the package `minigrad.theano`, whose modules have the same paths as in
    Theano. Calling it again changes nothing.

    Raises
    ------
    ImportError
        If Theano itself has been imported already.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.install_as_theano()
    >>> import theano.tensor as T
    >>> from theano.tensor.nnet.nnet import softmax
    >>> softmax(T.zeros((1, 2))).eval()
    array([[0.5, 0.5]])
    """
    from .theano import _install

    _install.install()


# Imported when they are first asked for: so `import minigrad` takes no longer for them.
_LATER = {
    "OpFromGraph": "ops.inner.from_graph",
    "as_op": "ops.wrapping",
    **dict.fromkeys(("debugprint", "pp", "pprint"), "printing"),
    **dict.fromkeys(("foldl", "foldr", "map", "reduce", "scan"), "tensor.loops"),
}

if TYPE_CHECKING:
    from .ops.inner.from_graph import OpFromGraph
    from .ops.wrapping import as_op
    from .printing import debugprint, pp, pprint
    from .tensor.loops import foldl, foldr, map, reduce, scan
else:  # type checkers shall find misspelled names

    def __getattr__(name: str) -> Any:
        """The name, or one of Theano's that is none of minigrad's own, such as ``minigrad.gof``."""
        if name.startswith("__"):
            raise AbsentName(__name__, name)
        if name in _LATER:
            return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        # Not `from . import`, which asks this module for the name before it imports.
        names = vars(import_module(f"{__name__}.theano"))
        if name in names:
            return names[name]
        raise AbsentName(__name__, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
