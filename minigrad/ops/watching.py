"""Operations that pass their input on: what they do is to check something, or to show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.axes import as_tensor_variable
from ..core.graph import Apply, Gradients, Variables
from ..protocol.axes import Axes
from ..protocol.op import Use
from .shape import Itself


class Assert(Itself):
    """x itself, if all conditions hold; else an AssertionError when the program runs.

    Parameters
    ----------
    msg : str
        The message of the error.

    Notes
    -----
    ``Assert(msg)(x, *conditions)`` is x. It checks only where its result is computed: use that in
    the place of x. Where only the shape of it is needed, the conditions are checked all the same.

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

    def expression(self, node: Apply, inputs: Sequence[str], use: Use) -> str:
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
    """Print each attribute of the value that the op names, after its message."""
    for name in op.attrs:
        attribute = getattr(value, name)
        print(op.message, name, "=", attribute() if callable(attribute) else attribute)


class Print(Itself):
    """x itself; each time that the program computes it, its value is printed.

    Parameters
    ----------
    message : str
        Printed in front of the value.
    attrs : sequence of str
        What of the array to print: names of its attributes, or of methods without arguments, as
        ``("shape", "min", "max")``.
    global_fn : callable, optional
        Called with the op and the array in place of printing.

    Notes
    -----
    ``Print(message)(x)`` is x: use that in the place of x, or nothing is printed. What the compiler
    computes beforehand, an expression of constants, is printed when the function is compiled.

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

    def expression(self, node: Apply, inputs: Sequence[str], use: Use) -> str:
        return f"{use('printed', self.compute)}({inputs[0]})"

    def axes(self, node: Apply) -> Axes:
        axes = range(node.out.type.ndim)
        return Axes([axes], [axes], whole=axes)

    def grad(self, inputs: Variables, output_grads: Variables) -> Gradients:
        return output_grads
