"""Functions applied to each element, as in a calculus book: the function beside its derivative.

The table below is the heart of this module. Above it is what its lines are made of.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import lru_cache, partial, reduce
from inspect import signature
from operator import index
from typing import Any

import numpy as np

from ..ops import special
from ..ops.joining import as_tensor_variable
from .axes import NumPyOp, unbroadcast
from .configuration import config
from .graph import Apply, Constant, Use, Variable
from .types import TensorType, check_dtype, constant, describe, is_python_number, smallest_dtype

# What is known of an array's sizes: see `TensorType`.
Shape = tuple[int | None, ...]

# ---- What the dtype of a result is, from that of the inputs together -------------------------


def same(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The inputs' common dtype."""
    return dtype


def number(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The inputs' common dtype, which must not be bool."""
    if dtype.kind == "b":
        raise TypeError("it takes numbers, not bool; cast it, as in x.astype('int8')")
    return dtype


def whole(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The inputs' common dtype; int8 for bool, as in NumPy."""
    return np.dtype("int8") if dtype.kind == "b" else dtype


def bits(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The inputs' common dtype, which must be bool or an integer."""
    if dtype.kind == "f":
        raise TypeError(f"it takes bool or integers, not {dtype}; compare first, as in x > 0")
    return dtype


def real(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The common dtype if that is a float, else the float that holds such integers best."""
    return dtype if dtype.kind == "f" else np.result_type(dtype, np.float32)


def truth(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Bool."""
    return np.dtype(bool)


# ---- The mechanism: types, broadcasting, derivatives -----------------------------------------


class Elementwise(NumPyOp):
    """A function of elements, applied to whole tensors that broadcast against each other.

    Parameters
    ----------
    name : str
    n_inputs : int
    function : callable
        From arrays to an array, as NumPy's ufuncs.
    vjp : callable or None
        From inputs, output, and the derivative of a cost by the output to the derivatives of the
        cost by each input, as expressions, without regard to broadcasting. None: it is zero.
    result : callable
        The output's dtype, from the inputs' common dtype.
    symbol : str, optional
        How the function is written between its operands.
    """

    def __init__(
        self,
        name: str,
        n_inputs: int,
        function: Callable[..., Any],
        vjp: Callable[..., Any] | None,
        result: Callable[[np.dtype[Any]], np.dtype[Any]],
        symbol: str | None = None,
    ) -> None:
        self.name = name
        self.n_inputs = n_inputs
        self.function = function
        self.vjp = vjp
        self.result = result
        self.symbol = symbol
        self.takes_out = self.in_place = _takes_out(function)
        self.__doc__ = f"{_document(name, vjp)}\n\nThe dtype: {self._about_dtype()}\n"

    def make_node(self, *inputs: Any) -> Apply:
        if len(inputs) != self.n_inputs:
            raise TypeError(
                f"{self.name}: the number of inputs is {self.n_inputs}, not {len(inputs)}"
            )
        try:
            variables = self._operands(inputs)
            output = _output_type(self, *[variable.type for variable in variables])
        except (TypeError, ValueError) as error:
            message = f"{self.name} of {', '.join(map(_shown, inputs))}: {error}"
            raise type(error)(message) from None
        if self.result in (real, whole) and not any(v.type.is_float for v in variables):
            variables = [cast(variable, output.dtype) for variable in variables]
        return Apply(self, variables, [output()])

    def _operands(self, inputs: Sequence[Any]) -> list[Variable]:
        return operands(*inputs)

    def _common_dtype(self, types: Sequence[TensorType]) -> np.dtype[Any]:
        return np.result_type(*[type.numpy_dtype for type in types])

    def _about_dtype(self) -> str:
        text = self.result.__doc__ or "see there."
        return text[0].lower() + text[1:]

    def compute(self, *inputs: Any) -> Any:
        return self.function(*inputs)

    def expression(self, node: Apply, inputs: Sequence[str], use: Use) -> str:
        if self.function in _ARITHMETIC and all(_is_single_float(x) for x in node.inputs):
            # With operators NumPy computes single floats in a tenth of the time. Not integers:
            # there it warns where they wrap.
            return self.formula(node, inputs)[1:-1]  # without its brackets
        return f"{use(self.name, self.function)}({', '.join(inputs)})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        if self.symbol is None:
            return f"{self.name}({', '.join(inputs)})"
        return (
            f"({self.symbol}{inputs[0]})"
            if len(inputs) == 1
            else (f"({inputs[0]} {self.symbol} {inputs[1]})")
        )

    def infer_shape(self, node: Apply, input_shapes: Any) -> Any:
        firsts = [places[0] if places else None for places in _places_by_axis(node)]
        return [tuple(1 if p is None else input_shapes[p[0]][p[1]] for p in firsts)]

    def equal_sizes(self, node: Apply) -> Sequence[tuple[int, int, int, int]]:
        return [(*places[0], *other) for places in _places_by_axis(node) for other in places[1:]]

    def L_op(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        output_grads: Sequence[Variable],
    ) -> Sequence[Variable | None]:
        if self.vjp is None:
            return [None] * len(inputs)
        derivatives = self.vjp(*inputs, *outputs, *output_grads)
        if not isinstance(derivatives, tuple):
            derivatives = (derivatives,)
        return [
            None if derivative is None or not x.type.is_float else unbroadcast(derivative, x)
            for derivative, x in zip(derivatives, inputs, strict=True)
        ]

    def __call__(self, *inputs: Any) -> Variable:
        """The function of the inputs; `add` and `mul` take any number, one after the other."""
        if inputs and len(inputs) != self.n_inputs and self.name in ("add", "mul"):
            return as_tensor_variable(reduce(self, inputs))
        node = self.make_node(*inputs)
        if node.out.type.numpy_dtype.kind in "iu" and all(map(_is_number, node.inputs)):
            return self._of_integers(node)
        return node.out

    def _of_integers(self, node: Apply) -> Variable:
        """The result for integers that are known, as a constant wide enough to hold it."""
        try:
            numbers = [v.data.astype(object) for v in node.inputs if isinstance(v, Constant)]
            result = index(self.function(*numbers))
            dtype = np.result_type(node.out.type.numpy_dtype, smallest_dtype(result))
            return constant(result, dtype=dtype)
        except (ArithmeticError, TypeError):  # it is not defined, or no dtype holds it
            return node.out

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    def __reduce__(self) -> Any:
        return (_from_table, (self.name,))


class Quotient(Elementwise):
    """A quotient, which of integers is ``config.floatX``."""

    def _about_dtype(self) -> str:
        return "the floats' common one; of integers, config.floatX."

    def __call__(self, *inputs: Any) -> Variable:
        inputs = tuple(as_tensor_variable(x) if isinstance(x, (list, tuple)) else x for x in inputs)
        if any(map(_may_be_float, inputs)):
            return super().__call__(*inputs)
        variables = list(map(as_tensor_variable, inputs))
        # Large integers are divided before floatX may round them.
        common = real(np.result_type(*[variable.type.numpy_dtype for variable in variables]))
        wide = np.result_type(common, config.floatX)
        return cast(super().__call__(*[cast(v, wide) for v in variables]), "floatX")


def _may_be_float(x: Any) -> bool:
    """Whether x is not known to be an integer or bool, or a tensor of these."""
    if isinstance(x, (Variable, np.ndarray, np.generic)):
        return np.dtype(x.dtype).kind not in "biu"
    return not isinstance(x, int)


_ARITHMETIC = (np.add, np.subtract, np.multiply, np.true_divide, np.negative)


def _is_single_float(x: Variable) -> bool:
    """Whether x is a float without dimensions."""
    return x.type.is_float and not x.type.ndim


def _is_number(x: Variable) -> bool:
    """Whether x is a constant without dimensions, and stands for itself alone."""
    return isinstance(x, Constant) and not x.type.ndim and x.written_with is None


def _shown(x: Any) -> str:
    """An operand as an error names it."""
    return str(x) if isinstance(x, Variable) or is_python_number(x) else describe(x)


def _takes_out(function: Callable[..., Any]) -> bool:
    """Whether the function writes its result into an array, or an input, passed as ``out=``."""
    return isinstance(function, np.ufunc) or function in _TAKING_OUT


_TABLE: dict[str, Elementwise] = {}


def _document(name: str, vjp: Callable[..., Any] | None) -> str:
    """What a line of the table computes, its formula first, and its derivative."""
    if name not in FORMULAS:
        return f"{name} of each element."
    formula, *derivatives = FORMULAS[name]
    *inputs, output, _ = signature(vjp).parameters if vjp else ("", "", "")
    if len(derivatives) < 2:
        rule = (derivatives or ["0 wherever there is one"])[0]
    else:
        rule = "; ".join(f"by {x}: {d}" for x, d in zip(inputs, derivatives, strict=True))
    if output and re.search(rf"\b{output}\b", rule):
        rule += f", where {output} is the result"
    return (
        f"{formula}, for each element.\n\nDerivative: {rule}.\n\n"
        "The inputs broadcast against each other."
    )


def _from_table(name: str) -> Elementwise:
    return _TABLE[name]


@lru_cache(maxsize=1000)
def _output_type(op: Elementwise, *types: TensorType) -> TensorType:
    """The type of the op's output for inputs of these types.

    Graphs have many nodes and few types: most are found in the cache.
    """
    dtype = op.result(op._common_dtype(types))
    return TensorType(dtype, _broadcast([type.shape for type in types]))


def _broadcast(shapes: Sequence[Shape]) -> list[int | None]:
    """What is known of the shape of the elementwise combination of arrays of these shapes."""
    result: list[int | None] = []
    for axis in range(-max(map(len, shapes)), 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        known = sizes - {None}
        if len(known) > 1:
            raise ValueError(f"shapes do not fit: {', '.join(map(str, shapes))}")
        result.append(known.pop() if known else None if sizes else 1)
    return result


def _places_by_axis(node: Apply) -> list[list[tuple[int, int]]]:
    """For each axis of the output, where its size comes from: pairs of an input's number and axis.

    Axes that are known to be of size 1 are left out.
    """
    return _places(*[variable.type.shape for variable in node.inputs])


@lru_cache(maxsize=1000)
def _places(*shapes: Shape) -> list[list[tuple[int, int]]]:
    """What `_places_by_axis` returns for inputs of these shapes."""
    ndim = max(map(len, shapes))
    places: list[list[tuple[int, int]]] = [[] for _ in range(ndim)]
    for i, shape in enumerate(shapes):
        for axis, size in enumerate(shape):
            if size != 1:
                places[ndim - len(shape) + axis].append((i, axis))
    return places


def operands(*values: Any) -> list[Variable]:
    """The values as variables; Python numbers take on a dtype that suits the others.

    Beside floats that is theirs, if the number is not too large for it. Else it is the smallest
    that holds both the others and the number, so an integer does not wrap. Among themselves,
    Python numbers are ``config.floatX`` if one is a float, or the smallest integers.
    """
    is_python = [is_python_number(value) for value in values]
    if True not in is_python:
        return [as_tensor_variable(value) for value in values]
    variables = [
        None if p else as_tensor_variable(v) for p, v in zip(is_python, values, strict=True)
    ]
    strong = [variable.type.numpy_dtype for variable in variables if variable is not None]
    if strong:
        common = np.result_type(*strong)
    elif float in map(type, values):
        common = check_dtype("floatX")
    else:
        common = np.dtype(bool)
    return [
        _constant_beside(common, value) if variable is None else variable
        for value, variable in zip(values, variables, strict=True)
    ]


def _constant_beside(common: np.dtype[Any], number: bool | int | float) -> Constant:
    """The Python number as a constant, in a dtype that suits others of this common dtype."""
    if common.kind != "f":
        return constant(number, dtype=np.result_type(common, smallest_dtype(number)))
    is_finite = not isinstance(number, float) or math.isfinite(number)
    if is_finite and abs(number) > float(np.finfo(common).max):
        common = np.result_type(common, smallest_dtype(number))
    return constant(float(number), dtype=common)


def _line(
    n_inputs: int,
    name: str,
    function: Callable[..., Any],
    vjp: Callable[..., Any] | None,
    result: Callable[[np.dtype[Any]], np.dtype[Any]] = real,
    symbol: str | None = None,
    kind: type[Elementwise] = Elementwise,
) -> Elementwise:
    """A line of the table: its op, which takes so many inputs."""
    _TABLE[name] = kind(name, n_inputs, function, vjp, result, symbol)
    return _TABLE[name]


unary, binary, ternary = partial(_line, 1), partial(_line, 2), partial(_line, 3)


LN2, LN10 = math.log(2), math.log(10)
ERF_SLOPE = 2 / math.sqrt(math.pi)  # at 0


# ---- Functions that NumPy lacks ----------------------------------------------------------------


class _Quiet(threading.local):
    """Calls functions without NumPy's warnings, as ``numpy.errstate`` does, in less time.

    A context in which they are off is made once for each thread, and entered for each call.
    """

    def __init__(self) -> None:
        context = copy_context()
        context.run(partial(np.seterr, all="ignore"))
        self.call = context.run


_quiet = _Quiet()
# NumPy is slower with a number than with an array of the right type.
_ONE = {np.dtype(name): np.array(1, name) for name in ("float16", "float32", "float64")}


def numpy_sigmoid(x: Any, out: Any = None) -> Any:
    """1 / (1 + exp(-x)); where exp overflows the result is 0, as it should be."""
    y = _quiet.call(np.exp, np.negative(x, out=out), out=out)
    one = _ONE[y.dtype]
    # In half the time of np.reciprocal.
    return np.true_divide(one, np.add(y, one, out=out), out=out)


def numpy_softplus(x: Any, out: Any = None) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.logaddexp(0, x, out=out)


def numpy_log1mexp(x: Any) -> Any:
    """log(1 - exp(x)) for x < 0, from the form that keeps its digits (Mächler, 2012)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > -LN2, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def numpy_relu(x: Any, out: Any = None) -> Any:
    """x where it is positive, else 0."""
    return np.maximum(x, 0, out=out)


def numpy_clip(x: Any, low: Any, high: Any, out: Any = None) -> Any:
    """low where x < low, else high where x > high, else x; also where low is above high."""
    if not np.greater(low, high).any():
        return np.clip(x, low, high, out=out)
    y = np.where(np.less(x, low), low, np.minimum(x, high))
    return y if out is None else numpy_cast(y, y.dtype, out)


_TAKING_OUT = (numpy_sigmoid, numpy_softplus, numpy_relu, numpy_clip)


def numpy_cast(x: Any, dtype: Any, out: Any = None) -> Any:
    """x in another dtype, in C order."""
    if out is None:
        return np.asarray(x).astype(dtype, order="C")
    out[...] = x  # in half the time of np.copyto
    return out


def numpy_switch(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, y elsewhere; in the type of both."""
    return np.where(condition, x, y)


def one_less(y: Variable, x: Variable) -> Variable:
    """y − 1, the exponent e in the derivative y · xᵉ of xʸ; but 0 where y · xᵉ is 0 · ∞ or 0 · NaN."""
    # A constant has no derivative to be spoilt elsewhere, and keeps its shape without x.
    is_undefined = eq(y, 0) if isinstance(y, Constant) else eq(y, 0) & (eq(x, 0) | isnan(x))
    return switch(is_undefined, 0, y - 1)


def lacking(name: str) -> Any:
    """In place of a derivative that would take a function minigrad lacks: a TypeError."""
    raise TypeError(f"minigrad lacks the derivative of {name}")


# What the docstrings of the table's lines say: the function, then its derivative by each input. As
# Python they are right: a test evaluates them. The names are those of the table.
# fmt: off
FORMULAS = {
    "neg": ("-x", "-1"),
    "abs": ("abs(x)", "sign(x), which is 0 at 0"),
    "sgn": ("sign(x): 1 where x > 0, -1 where x < 0, else x",),
    "sqr": ("x ** 2", "2 * x"),
    "sqrt": ("x ** (1 / 2)", "1 / (2 * y)"),
    "inv": ("1 / x", "-y ** 2"),
    "exp": ("e ** x", "y"),
    "exp2": ("2 ** x", "y * log(2)"),
    "expm1": ("exp(x) - 1, accurate also near 0", "y + 1"),
    "log": ("log(x), the natural logarithm", "1 / x"),
    "log2": ("log(x) / log(2)", "1 / (x * log(2))"),
    "log10": ("log(x) / log(10)", "1 / (x * log(10))"),
    "log1p": ("log(1 + x), accurate also near 0", "1 / (1 + x)"),
    "log1mexp": ("log(1 - exp(x)), of x < 0, accurate everywhere", "-exp(x - y)"),
    "sin": ("sin(x)", "cos(x)"),
    "cos": ("cos(x)", "-sin(x)"),
    "tan": ("sin(x) / cos(x)", "1 + y ** 2"),
    "arcsin": ("arcsin(x), the angle from -pi / 2 to pi / 2 whose sine is x", "1 / sqrt(1 - x ** 2)"),
    "arccos": ("arccos(x), the angle from 0 to pi whose cosine is x", "-1 / sqrt(1 - x ** 2)"),
    "arctan": ("arctan(x), the angle from -pi / 2 to pi / 2 whose tangent is x", "1 / (1 + x ** 2)"),
    "sinh": ("(exp(x) - exp(-x)) / 2", "cosh(x)"),
    "cosh": ("(exp(x) + exp(-x)) / 2", "sinh(x)"),
    "tanh": ("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "1 - y ** 2"),
    "arcsinh": ("log(x + sqrt(x ** 2 + 1))", "1 / sqrt(x ** 2 + 1)"),
    "arccosh": ("log(x + sqrt(x ** 2 - 1))", "1 / sqrt(x ** 2 - 1)"),
    "arctanh": ("log((1 + x) / (1 - x)) / 2", "1 / (1 - x ** 2)"),
    "sigmoid": ("1 / (1 + exp(-x)), without overflow", "y * (1 - y)"),
    "softplus": ("log(1 + exp(x)), without overflow", "1 / (1 + exp(-x))"),
    "relu": ("x * (x > 0)", "1 where x > 0, 0 where x < 0, 1/2 at 0"),
    "erf": ("2 / sqrt(pi) * (the integral of exp(-t ** 2) from 0 to x)", "2 / sqrt(pi) * exp(-x ** 2)"),
    "erfc": ("1 - erf(x), accurate also where that is near 0", "-2 / sqrt(pi) * exp(-x ** 2)"),
    "gammaln": ("log(abs(gamma(x)))", "psi(x)"),
    "psi": ("The derivative of log(gamma(x))", "tri_gamma(x)"),
    "tri_gamma": ("The second derivative of log(gamma(x))", "not available, a TypeError"),
    "tensor_copy": ("x, in a new array", "1"),
    "ceil": ("The least whole number >= x",),
    "floor": ("The largest whole number <= x",),
    "rint": ("The whole number nearest to x, of two the even one",),
    "trunc": ("x without its fraction",),
    "isnan": ("x != x: whether x is NaN",),
    "isinf": ("abs(x) == inf: whether x is infinite",),
    "invert": ("~x: not x; of an integer, -x - 1",),
    "add": ("x + y", "1", "1"),
    "sub": ("x - y", "1", "-1"),
    "mul": ("x * y", "y", "x"),
    "true_div": ("x / y", "1 / y", "-z / y"),
    "int_div": ("floor(x / y)",),
    "mod": ("x - y * floor(x / y)", "1", "-floor(x / y)"),
    "power": ("x ** y", "y * x ** (y - 1)", "z * log(x)"),
    "logaddexp": ("log(exp(x) + exp(y)), without overflow", "exp(x - z)", "exp(y - z)"),
    "maximum": ("The larger of x and y", "x >= y", "x < y"),
    "minimum": ("The smaller of x and y", "x <= y", "x > y"),
    "arctan2": ("The angle of the point (y, x) from the first axis", "y / (x ** 2 + y ** 2)",
                "-x / (x ** 2 + y ** 2)"),
    "eq": ("x == y",),
    "neq": ("x != y",),
    "lt": ("x < y",),
    "le": ("x <= y",),
    "gt": ("x > y",),
    "ge": ("x >= y",),
    "and_": ("x & y",),
    "or_": ("x | y",),
    "xor": ("x ^ y",),
    "clip": ("low where x < low, else high where x > high, else x", "(low <= x) & (x <= high)",
             "x < low", "(low <= x) & (x > high)"),
    "switch": ("x where the condition is not 0, else y", "0", "condition != 0", "condition == 0"),
}
# fmt: on

# ---- The table ---------------------------------------------------------------------------------
# x, y: inputs. The last but one argument is the output. The last is the derivative of the cost by
# it; the rule multiplies it by the function's own derivative, by each input.

# fmt: off
neg     = unary("neg",     np.negative,    lambda x, y, gy: -gy, number, "-")
abs_    = unary("abs",     np.abs,         lambda x, y, gy: gy * sgn(x), same)
sgn     = unary("sgn",     np.sign,        None, number)
sqr     = unary("sqr",     np.square,      lambda x, y, gy: gy * (2 * x), whole)
sqrt    = unary("sqrt",    np.sqrt,        lambda x, y, gy: gy / (2 * y))
inv     = unary("inv",     np.reciprocal,  lambda x, y, gy: -gy * sqr(y))

exp     = unary("exp",     np.exp,         lambda x, y, gy: gy * y)
exp2    = unary("exp2",    np.exp2,        lambda x, y, gy: gy * y * LN2)
expm1   = unary("expm1",   np.expm1,       lambda x, y, gy: gy * (y + 1))
log     = unary("log",     np.log,         lambda x, y, gy: gy / x)
log2    = unary("log2",    np.log2,        lambda x, y, gy: gy / (x * LN2))
log10   = unary("log10",   np.log10,       lambda x, y, gy: gy / (x * LN10))
log1p   = unary("log1p",   np.log1p,       lambda x, y, gy: gy / (1 + x))
log1mexp = unary("log1mexp", numpy_log1mexp, lambda x, y, gy: -gy * exp(x - y))

sin     = unary("sin",     np.sin,         lambda x, y, gy: gy * cos(x))
cos     = unary("cos",     np.cos,         lambda x, y, gy: -gy * sin(x))
tan     = unary("tan",     np.tan,         lambda x, y, gy: gy * (1 + sqr(y)))
arcsin  = unary("arcsin",  np.arcsin,      lambda x, y, gy: gy / sqrt((1 - x) * (1 + x)))
arccos  = unary("arccos",  np.arccos,      lambda x, y, gy: -gy / sqrt((1 - x) * (1 + x)))
arctan  = unary("arctan",  np.arctan,      lambda x, y, gy: gy / (1 + sqr(x)))
sinh    = unary("sinh",    np.sinh,        lambda x, y, gy: gy * cosh(x))
cosh    = unary("cosh",    np.cosh,        lambda x, y, gy: gy * sinh(x))
tanh    = unary("tanh",    np.tanh,        lambda x, y, gy: gy * (1 - sqr(y)))
arcsinh = unary("arcsinh", np.arcsinh,     lambda x, y, gy: gy / cosh(y))
arccosh = unary("arccosh", np.arccosh,     lambda x, y, gy: gy / (sqrt(x - 1) * sqrt(x + 1)))
arctanh = unary("arctanh", np.arctanh,     lambda x, y, gy: gy / ((1 - x) * (1 + x)))

sigmoid  = unary("sigmoid",  numpy_sigmoid,  lambda x, y, gy: gy * y * (1 - y))
softplus = unary("softplus", numpy_softplus, lambda x, y, gy: gy * sigmoid(x))
relu     = unary("relu",     numpy_relu,     lambda x, y, gy: gy * (0.5 + 0.5 * sgn(x)))

erf       = unary("erf",       special.erf,       lambda x, y, gy: gy * ERF_SLOPE * exp(-sqr(x)))
erfc      = unary("erfc",      special.erfc,      lambda x, y, gy: -gy * ERF_SLOPE * exp(-sqr(x)))
gammaln   = unary("gammaln",   special.gammaln,   lambda x, y, gy: gy * psi(x))
psi       = unary("psi",       special.psi,       lambda x, y, gy: gy * tri_gamma(x))
tri_gamma = unary("tri_gamma", special.tri_gamma, lambda x, y, gy: lacking("tri_gamma"))

tensor_copy = unary("tensor_copy", np.array, lambda x, y, gy: gy, same)

ceil    = unary("ceil",    np.ceil,        None)
floor   = unary("floor",   np.floor,       None)
rint    = unary("rint",    np.rint,        None)
trunc   = unary("trunc",   np.trunc,       None)
isnan   = unary("isnan",   np.isnan,       None, truth)
isinf   = unary("isinf",   np.isinf,       None, truth)
invert  = unary("invert",  np.invert,      None, bits, "~")

add      = binary("add",      np.add,          lambda x, y, z, gz: (gz, gz), same, "+")
sub      = binary("sub",      np.subtract,     lambda x, y, z, gz: (gz, -gz), number, "-")
mul      = binary("mul",      np.multiply,     lambda x, y, z, gz: (gz * y, gz * x), same, "*")
true_div = binary("true_div", np.true_divide,  lambda x, y, z, gz: (gz / y, -gz * z / y), real, "/",
                  kind=Quotient)
int_div  = binary("int_div",  np.floor_divide, None, whole, "//")
mod      = binary("mod",      np.remainder,    lambda x, y, z, gz: (gz, -gz * (x // y)), whole, "%")
power    = binary("power",    np.power,        lambda x, y, z, gz: (
                                                   gz * y * x ** one_less(y, x),
                                                   gz * z * log(switch(eq(x, 0), 1, x))), whole, "**")
logaddexp = binary("logaddexp", np.logaddexp, lambda x, y, z, gz: (
                                                  gz * sigmoid(x - y),
                                                  gz * sigmoid(y - x)))
maximum  = binary("maximum",  np.maximum,      lambda x, y, z, gz: (gz * ge(x, y), gz * lt(x, y)), same)
minimum  = binary("minimum",  np.minimum,      lambda x, y, z, gz: (gz * le(x, y), gz * gt(x, y)), same)
arctan2  = binary("arctan2",  np.arctan2,      lambda x, y, z, gz: (
                                                   gz * y / (sqr(x) + sqr(y)),
                                                   -gz * x / (sqr(x) + sqr(y))))

eq      = binary("eq",     np.equal,         None, truth, "==")
neq     = binary("neq",    np.not_equal,     None, truth, "!=")
lt      = binary("lt",     np.less,          None, truth, "<")
le      = binary("le",     np.less_equal,    None, truth, "<=")
gt      = binary("gt",     np.greater,       None, truth, ">")
ge      = binary("ge",     np.greater_equal, None, truth, ">=")
and_    = binary("and_",   np.bitwise_and,   None, bits, "&")
or_     = binary("or_",    np.bitwise_or,    None, bits, "|")
xor     = binary("xor",    np.bitwise_xor,   None, bits, "^")

clip    = ternary("clip",  numpy_clip,       lambda x, low, high, y, gy: (
                                                 switch((low <= x) & (x <= high), gy, 0),
                                                 switch(x < low, gy, 0),
                                                 switch((low <= x) & (x > high), gy, 0)), same)
# fmt: on


class Switch(Elementwise):
    """The second input where the first holds, else the third."""

    def _operands(self, inputs: Sequence[Any]) -> list[Variable]:
        condition = as_tensor_variable(inputs[0])
        if condition.type.dtype != "bool":
            condition = neq(condition, 0)
        return [condition, *operands(*inputs[1:])]

    def _common_dtype(self, types: Sequence[TensorType]) -> np.dtype[Any]:
        return super()._common_dtype(types[1:])


switch = where = _TABLE["switch"] = Switch(
    "switch",
    3,
    numpy_switch,
    lambda condition, x, y, z, gz: (None, switch(condition, gz, 0), switch(condition, 0, gz)),
    same,
)


class Cast(Elementwise):
    """The input in another dtype."""

    __props__ = ("dtype",)
    _vjp = staticmethod(lambda x, y, gy: gy)

    def __init__(self, dtype: str) -> None:
        convert = partial(numpy_cast, dtype=dtype)
        super().__init__(f"cast_{dtype}", 1, convert, self._vjp, lambda _: np.dtype(dtype))
        self.dtype = dtype
        self.takes_out = True

    def expression(self, node: Apply, inputs: Sequence[str], use: Use) -> str:
        dtype = use(self.dtype, node.out.type.numpy_dtype.type)
        if not node.out.type.ndim and node.out.type.is_float:
            return f"{dtype}({inputs[0]})"
        return f"{use('cast', numpy_cast)}({inputs[0]}, {dtype})"

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        return f"{inputs[0]}.astype({self.dtype})"

    def __reduce__(self) -> Any:
        return (Cast, (self.dtype,))

    def __str__(self) -> str:
        return f"Cast{{{self.dtype}}}"


# The classes of all functions of elements, for what goes by the class of an op.
FUNCTIONS_OF_ELEMENTS = (Elementwise, Quotient, Switch, Cast)


def cast(x: Any, dtype: Any) -> Variable:
    """x in another dtype, converted as NumPy does: floats are cut off to integers.

    Parameters
    ----------
    x : tensor
    dtype : str
        ``'floatX'`` is ``config.floatX``.

    Raises
    ------
    TypeError
        If there is no such dtype.

    Examples
    --------
    >>> cast([1.5, -1.5], "int64").eval()
    array([ 1, -1])
    """
    x = as_tensor_variable(x)
    wanted = check_dtype(dtype)
    return x if x.type.numpy_dtype == wanted else Cast(wanted.name)(x)
