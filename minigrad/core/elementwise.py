"""Functions applied to each element: their types, broadcasting and derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial, reduce
from operator import index
from typing import Any

import numpy as np

from . import graph
from .axes import as_tensor_variable, check_filling, undo_broadcasting
from .configuration import config
from .graph import Apply, Constant, Gradients, NumPyOp, Variable, Variables
from .types import TensorType, check_dtype, constant, describe, is_python_number, smallest_dtype

Shape = tuple[int | None, ...]  # what is known of an array's sizes: see `TensorType`

# The dtype rules of `table`: a line's result, from the inputs' common dtype. `real` is the usual one.


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
    """The common dtype if it is a float, else the float that holds such integers best."""
    return dtype if dtype.kind == "f" else np.result_type(dtype, np.float32)


def truth(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Bool."""
    return np.dtype(bool)


class Elementwise(NumPyOp):
    """An elementwise function, applied to whole tensors that broadcast against each other.

    `vjp` takes the inputs, the output, and the derivative of a cost by the output. It returns the
    derivatives by each input, as expressions, without regard to broadcasting; None is zero. A `vjp`
    that is None itself is that of a step, or a comparison: zero everywhere.
    """

    def __init__(
        self,
        name: str,
        n_inputs: int,
        function: Callable[..., Any],  # from arrays to an array, as NumPy's ufuncs
        vjp: Callable[..., Any] | None,
        result: Callable[[np.dtype[Any]], np.dtype[Any]] = real,  # from the inputs' common dtype
        symbol: str | None = None,  # how the function is written between its operands
    ) -> None:
        self.name = name
        self.n_inputs = n_inputs
        self.function = function
        self.vjp = vjp
        self.result = result
        self.symbol = symbol

    def make_node(self, *inputs: Any) -> Apply:
        if len(inputs) != self.n_inputs:
            raise TypeError(f"{self.name} takes {self.n_inputs} inputs, not {len(inputs)}")
        try:
            variables = self._operands(inputs)
            output = _output_type(self, *[variable.type for variable in variables])
        except (TypeError, ValueError) as error:
            message = f"{self.name} of {', '.join(map(_shown, inputs))}: {error}"
            raise type(error)(message) from None
        # Else NumPy would choose another dtype than was promised, float16 for the root of int8.
        if self.result in (real, whole) and not any(v.type.is_float for v in variables):
            variables = [cast(variable, output.dtype) for variable in variables]
        return Apply(self, variables, [output()])

    def _operands(self, inputs: Sequence[Any]) -> list[Variable]:
        return operands(*inputs)

    def _common_dtype(self, types: Sequence[TensorType]) -> np.dtype[Any]:
        return np.result_type(*[type.numpy_dtype for type in types])

    def compute(self, *inputs: Any) -> Any:
        return self.function(*inputs)

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        output_storage[0][0] = y = self.compute(*inputs)
        for x, variable in zip(inputs, node.inputs, strict=True):
            check_filling(x, y.shape, variable.type.shape)

    def formula(self, node: Apply, inputs: Sequence[str]) -> str:
        if self.symbol is None:
            return f"{self.name}({', '.join(inputs)})"
        if len(inputs) == 1:
            return f"{self.symbol}{inputs[0]}"
        return f"{inputs[0]} {self.symbol} {inputs[1]}"

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        if self.vjp is None:
            return [None] * len(inputs)
        derivatives = self.vjp(*inputs, *outputs, *output_grads)
        terms = derivatives if isinstance(derivatives, tuple) else (derivatives,)
        ndim = outputs[0].type.ndim
        are_terms = [t is None or (isinstance(t, Variable) and t.type.ndim == ndim) for t in terms]
        if len(terms) != len(inputs) or not all(are_terms):
            raise TypeError(
                f"the derivative of {self} is {describe(derivatives)}, but must be an expression "
                f"of {ndim} dimensions, or None for zero; in a tuple one for each of {len(inputs)}"
            )
        return [
            None if term is None or not x.type.is_float else undo_broadcasting(term, x)
            for term, x in zip(terms, inputs, strict=True)
        ]

    def __call__(self, *inputs: Any) -> Variable:
        """The function of the inputs; `add` and `mul` also take more than two.

        If all are known integers, not arrays, so is the result, in a dtype that holds it.
        """
        if inputs and len(inputs) != self.n_inputs and self.name in ("add", "mul"):
            return as_tensor_variable(reduce(self, inputs))
        node = graph.made(self.make_node(*inputs))
        known = [v.data for v in node.inputs if isinstance(v, Constant) and v.written_with is None]
        y = node.out
        if len(known) == len(node.inputs) and y.type.numpy_dtype.kind in "iu" and not y.type.ndim:
            with suppress(ArithmeticError, TypeError):  # it is not defined, or no dtype holds it
                result = index(self.function(*[value.astype(object) for value in known]))
                return constant(result, dtype=np.result_type(y.type.dtype, smallest_dtype(result)))
        return y

    def __str__(self) -> str:
        return self.name


class Quotient(Elementwise):
    """A quotient; integers give one of dtype ``config.floatX``."""

    def __call__(self, *inputs: Any) -> Variable:
        inputs = tuple(as_tensor_variable(x) if isinstance(x, (list, tuple)) else x for x in inputs)
        dtypes = [
            x.type.numpy_dtype if isinstance(x, Variable) else np.asarray(x).dtype for x in inputs
        ]
        if any(dtype.kind not in "biu" for dtype in dtypes):
            return super().__call__(*inputs)
        variables = list(map(as_tensor_variable, inputs))
        # Large integers are divided before floatX may round them.
        common = real(np.result_type(*[variable.type.numpy_dtype for variable in variables]))
        wide = np.result_type(common, config.floatX)
        return cast(super().__call__(*[cast(v, wide) for v in variables]), "floatX")


class Switch(Elementwise):
    """The second input where the first is true, else the third."""

    def _operands(self, inputs: Sequence[Any]) -> list[Variable]:
        condition = as_tensor_variable(inputs[0])
        if condition.type.dtype != "bool":
            condition = TABLE["neq"](condition, 0)
        return [condition, *operands(*inputs[1:])]

    def _common_dtype(self, types: Sequence[TensorType]) -> np.dtype[Any]:
        return super()._common_dtype(types[1:])


class Cast(Elementwise):
    """The input in another dtype."""

    __props__ = ("dtype",)
    _vjp = staticmethod(lambda x, y, gy: gy)

    def __init__(self, dtype: str) -> None:
        convert = partial(np.array, dtype=dtype, order="C")
        vjp = self._vjp if np.dtype(dtype).kind == "f" else None  # a step has slope 0
        super().__init__(f"cast_{dtype}", 1, convert, vjp, lambda _: np.dtype(dtype))
        self.dtype = dtype

    def __str__(self) -> str:
        return f"Cast{{{self.dtype}}}"


def _shown(x: Any) -> str:
    """The operand, as an error message names it."""
    return str(x) if isinstance(x, Variable) or is_python_number(x) else describe(x)


# All functions of elements by their names: the lines of `table`, and of `ops.functions`.
TABLE: dict[str, Elementwise] = {}


@lru_cache(maxsize=1000)
def _output_type(op: Elementwise, *types: TensorType) -> TensorType:
    """The type of the op's output for inputs of these types; most are found in the cache."""
    dtype = op.result(op._common_dtype(types))
    return TensorType(dtype, broadcast_shape([type.shape for type in types]))


def broadcast_shape(shapes: Sequence[Shape]) -> list[int | None]:
    """The shape to which arrays of these shapes broadcast, as far as it is known."""
    result: list[int | None] = []
    for axis in range(-max(map(len, shapes)), 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        known = sizes - {None}
        if len(known) > 1:
            raise ValueError(f"shapes do not fit: {', '.join(map(str, shapes))}")
        result.append(known.pop() if known else None if sizes else 1)
    return result


def operands(*values: Any) -> list[Variable]:
    """The values as variables; Python numbers get a dtype that suits the others.

    You may skip these rules at first. With floats, a number gets their dtype, if that holds it: 3
    and 0.1 with float32 are float32. Otherwise it gets the smallest dtype that holds the others
    and it: 3 with int8 is int8, 300 is int16, 0.1 is float64. Python numbers alone are
    ``config.floatX`` if one is a float, or else the smallest integers.
    """
    if not any(map(is_python_number, values)):
        return list(map(as_tensor_variable, values))
    variables = [None if is_python_number(x) else as_tensor_variable(x) for x in values]
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


def _constant_beside(common: np.dtype[Any], value: bool | int | float) -> Constant:
    """The Python number as a constant, in a dtype that suits others of this common dtype."""
    if common.kind != "f":
        return constant(value, dtype=np.result_type(common, smallest_dtype(value)))
    is_finite = not isinstance(value, float) or math.isfinite(value)
    if is_finite and abs(value) > float(np.finfo(common).max):
        common = np.result_type(common, smallest_dtype(value))
    return constant(float(value), dtype=common)


def cast(x: Any, dtype: Any) -> Variable:
    """x in another dtype, converted as NumPy does: floats are truncated to integers."""
    x = as_tensor_variable(x)
    wanted = check_dtype(dtype)
    return x if x.type.numpy_dtype == wanted else Cast(wanted.name)(x)


def _line(
    n_inputs: int, name: str, *definition: Any, kind: type[Elementwise] = Elementwise
) -> Elementwise:
    """The op of a line of the table, with this name and number of inputs; see `Elementwise`."""
    if name in TABLE:
        raise ValueError(f"the table has a {name!r}; choose another name, or del TABLE[{name!r}]")
    TABLE[name] = kind(name, n_inputs, *definition)
    return TABLE[name]


unary, binary, ternary = partial(_line, 1), partial(_line, 2), partial(_line, 3)
