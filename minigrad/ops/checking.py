"""Operations that return their input, and check or print something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable
from ..core.graph import Apply, Gradients, Op, Variables
from ..protocol.axes import Axes
from ..protocol.op import Names, Use
from .shape import Itself


class Assert(Itself):
    """x itself, if all conditions are true; else an AssertionError when the program runs.

    Parameters
    ----------
    msg : str
        The message of the error.

    Notes
    -----
    ``Assert(msg)(x, *conditions)`` is x. The conditions are checked only if this result is used,
    so use it instead of x. They are checked even if only its shape is needed.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> positive = T.opt.Assert("x must be positive")(x, T.all(x > 0))
    >>> T.log(positive).eval({x: [1.0]})
    array([0.])
    """

    __props__ = ("msg",)

    def __init__(self, msg: str = "Theano Assert failed!") -> None:
        self.msg = msg

    def make_node(self, value: Any, *conds: Any) -> Apply:
        x = as_tensor_variable(value)
        return Apply(self, [x, *map(as_tensor_variable, conds)], [x.type()])

    def compute(self, x: Any, *conditions: Any) -> Any:
        if not all(np.all(condition) for condition in conditions):
            raise AssertionError(self.msg)
        return x

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use('checked', self.compute)}({', '.join(inputs)})"

    def axes(self, node: Apply) -> Axes:
        x, *conditions = node.inputs
        axes = range(x.type.ndim)
        return Axes([axes, *[[None] * c.type.ndim for c in conditions]], [axes], whole=axes)

    def may_refuse(self, node: Apply) -> bool:
        return True

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [output_grads[0], *[None] * len(inputs[1:])]


def print_attributes(op: Print, value: Any) -> None:
    """Print each of the op's attributes of the value, after the op's message."""
    for name in op.attrs:
        attribute = getattr(value, name)
        print(op.message, name, "=", attribute() if callable(attribute) else attribute)


class Print(Itself):
    """x itself; its value is printed each time the program computes it.

    Parameters
    ----------
    message : str
        The text printed before the value.
    attrs : sequence of str
        What to print: names of attributes of the array, or of methods without arguments, such
        as ``("shape", "min", "max")``.
    global_fn : callable, optional
        A function that is called with the op and the array, instead of printing.

    Notes
    -----
    ``Print(message)(x)`` is x: use it instead of x, or nothing is printed. An expression of
    constants is printed when the function is compiled, since it is computed then.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> f = minigrad.function([x], minigrad.printing.Print("x is", ("shape", "max"))(x) ** 2)
    >>> f([1.0, 2.0])
    x is shape = (2,)
    x is max = 2.0
    array([1., 4.])
    """

    __props__ = ("message", "attrs", "global_fn")

    def __init__(
        self,
        message: str = "",
        attrs: Sequence[str] = ("__str__",),
        global_fn: Callable[[Any, Any], Any] = print_attributes,
    ) -> None:
        self.message, self.attrs, self.global_fn = message, tuple(attrs), global_fn

    def make_node(self, x: Any) -> Apply:
        return super().make_node(as_tensor_variable(x))

    def compute(self, x: Any) -> Any:
        self.global_fn(self, x)
        return x

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use('printed', self.compute)}({inputs[0]})"

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes], [axes], whole=axes)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return output_grads


class PdbBreakpoint(Op):
    """Variables, unchanged; if the condition is true, the program stops in Python's debugger.

    Parameters
    ----------
    name : str
        The text printed when it stops.

    Notes
    -----
    ``PdbBreakpoint(name)(condition, *monitored_vars)`` returns these variables: use them instead of
    the originals, or it never stops. In the debugger, the list `monitored` has their values; if you
    change it, the program goes on with the new values.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dvector("x")
    >>> error = (x - 1) ** 2
    >>> error, seen = PdbBreakpoint("the error is large")(error.sum() > 100, error, x)
    >>> minigrad.function([x], error.sum())([1.0, 2.0])  # which is not
    array(1.)
    """

    __props__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def make_node(self, condition: Any, *monitored_vars: Any) -> Apply:
        inputs = [*map(as_tensor_variable, (condition, *monitored_vars))]
        if inputs[0].type.ndim:
            raise ValueError(f"PdbBreakpoint: the condition must be a scalar; got {inputs[0].type}")
        return Apply(self, inputs, [v.type() for v in inputs[1:]])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        condition, *monitored = inputs
        if condition:
            monitored = [np.array(value) for value in monitored]
            print(
                f"breakpoint {self.name}: the values are in the list monitored, and may be changed"
            )
            breakpoint()
        for output, cell, value in zip(node.outputs, output_storage, monitored, strict=True):
            cell[0] = output.type.filter(value)

    def infer_shape(self, node: Apply, input_shapes: Sequence[Any]) -> Sequence[Any]:
        return input_shapes[1:]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[place == i for i in range(node.nout)] for place in range(-1, node.nout)]

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return [None, *output_grads]
