"""Operators of variables: ``x + y`` is ``add(x, y)``. Importing this adds them to `Variable`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy.lib.array_utils import normalize_axis_tuple

from . import table
from .axes import as_tensor_variable, sum_axes
from .graph import Variable


def extend(target: type) -> Callable[[type], type]:
    """Copy the members of the class below onto the target: so ``x + y`` comes to `Variable`.

    They cannot use ``super()``, which would look for another class.
    """

    def copy(members: type) -> type:
        for name, member in vars(members).items():
            if name not in _OF_EVERY_CLASS:
                setattr(target, name, member)
        return members

    return copy


_OF_EVERY_CLASS = {*vars(type("", (), {})), "__annotations__", "__qualname__", "__firstlineno__"}


@extend(Variable)
class Operators:
    """Arithmetic, comparisons, `sum`; other layers add ``x[i]`` and ``x @ y``, refuse ``if x > 0``."""

    if TYPE_CHECKING:  # for type checkers: what these layers add

        def __getattr__(self, name: str) -> Any: ...
        def __getitem__(self, key: Any) -> Variable: ...
        def __matmul__(self, y: Any) -> Variable: ...

    # NumPy is to leave operators with its arrays to the methods below, as in ``X * w``.
    __array_ufunc__: Any = None

    # fmt: off
    def __neg__(self) -> Variable:                return table.neg(self)
    def __pos__(self) -> Variable:                return as_tensor_variable(self)
    def __abs__(self) -> Variable:                return table.abs_(self)
    def __invert__(self) -> Variable:             return table.invert(self)

    def __add__(self, y: Any) -> Variable:        return table.add(self, y)
    def __radd__(self, y: Any) -> Variable:       return table.add(y, self)
    def __sub__(self, y: Any) -> Variable:        return table.sub(self, y)
    def __rsub__(self, y: Any) -> Variable:       return table.sub(y, self)
    def __mul__(self, y: Any) -> Variable:        return table.mul(self, y)
    def __rmul__(self, y: Any) -> Variable:       return table.mul(y, self)
    def __truediv__(self, y: Any) -> Variable:    return table.true_div(self, y)
    def __rtruediv__(self, y: Any) -> Variable:   return table.true_div(y, self)
    def __floordiv__(self, y: Any) -> Variable:   return table.int_div(self, y)
    def __rfloordiv__(self, y: Any) -> Variable:  return table.int_div(y, self)
    def __mod__(self, y: Any) -> Variable:        return table.mod(self, y)
    def __rmod__(self, y: Any) -> Variable:       return table.mod(y, self)
    def __pow__(self, y: Any) -> Variable:        return table.power(self, y)
    def __rpow__(self, y: Any) -> Variable:       return table.power(y, self)

    def __and__(self, y: Any) -> Variable:        return table.and_(self, y)
    def __rand__(self, y: Any) -> Variable:       return table.and_(y, self)
    def __or__(self, y: Any) -> Variable:         return table.or_(self, y)
    def __ror__(self, y: Any) -> Variable:        return table.or_(y, self)
    def __xor__(self, y: Any) -> Variable:        return table.xor(self, y)
    def __rxor__(self, y: Any) -> Variable:       return table.xor(y, self)

    # == and != stay comparisons of identity, so that variables can be keys: see eq and neq.
    def __lt__(self, y: Any) -> Variable:         return table.lt(self, y)
    def __le__(self, y: Any) -> Variable:         return table.le(self, y)
    def __gt__(self, y: Any) -> Variable:         return table.gt(self, y)
    def __ge__(self, y: Any) -> Variable:         return table.ge(self, y)
    # fmt: on

    def sum(self, axis: Any = None) -> Variable:
        """The sum over all axes, or some."""
        x = as_tensor_variable(self)
        axes = range(x.type.ndim) if axis is None else normalize_axis_tuple(axis, x.type.ndim)
        return sum_axes(x, sorted(axes))
