"""The inputs of a function: which variables they are, and how values are bound to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any

import numpy as np

from ..core.graph import Constant, Variable
from ..core.sharing import SharedVariable
from ..core.types import checked_name, describe


class UnusedInputError(ValueError):
    """Raised if a function has an input that no output or update uses."""


class In:
    """An input of a function, with options.

    Parameters
    ----------
    variable : Variable
    name : str, optional
        The name by which to pass it; by default the variable's name.
    value : array or what makes one, optional
        The default value, which makes the input optional.
    update : variable, optional
        The new value of the default after each call; it needs a `value`.
    mutable, borrow : bool
        Theano's; ignored: arguments are neither copied nor changed.
    strict : bool
        Whether to accept only arrays of exactly the variable's dtype.
    allow_downcast : bool, optional
        Whether values may lose precision when they are converted; None: only Python floats may.
    autoname : bool
        Whether to use the variable's name if there is no `name`. If not, it is
        passed only by position.
    implicit : bool, optional
        Theano's; ignored: an input with a value may be passed or left out.

    Raises
    ------
    TypeError
        If `variable` cannot be an input, or the value or update does not have its type.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x, rate = T.dscalar("x"), T.dscalar("rate")
    >>> f = minigrad.function([x, minigrad.In(rate, value=0.5)], x * rate)
    >>> f(3.0), f(3.0, rate=2.0)
    (array(1.5), array(6.))
    """

    def __init__(
        self,
        variable: Variable,
        name: str | None = None,
        value: Any = None,
        update: Variable | None = None,
        mutable: bool = False,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool | None = None,
        borrow: bool = False,
    ) -> None:
        if not isinstance(variable, Variable) or isinstance(variable, (Constant, SharedVariable)):
            raise TypeError(
                f"an input of a function must be a variable without a value; got {variable!r}"
                + (
                    ", which is shared: functions use shared variables without their being inputs"
                    if isinstance(variable, SharedVariable)
                    else ""
                )
            )
        self.variable = variable
        given = variable.name if autoname else None
        self.name = given if name is None else checked_name(name, "an input")
        self.update = update
        self.strict = strict
        self.allow_downcast = allow_downcast
        # An array is copied, so that the default stays what it is.
        self.value = None if value is None else np.array(self.check(value, "the default of In"))
        self.data = self.value  # the default as it is now, of one function
        if update is not None and value is None:
            raise TypeError(f"In({self.label}): an update needs a value to start from")

    @property
    def label(self) -> str:
        """The name of the input in messages."""
        return self.name or str(self.variable)

    def check(self, value: Any, caller: str) -> np.ndarray:
        """The value as an array of the variable's type; the TypeError names the `caller`."""
        try:
            return self.variable.type.filter(value, self.strict, self.allow_downcast)
        except TypeError as error:
            raise TypeError(f"{caller}: input {self.label}: {error}") from None


class Out:
    """An output of a function, with Theano's option.

    Parameters
    ----------
    variable : Variable
    borrow : bool
        Theano's; ignored: the arrays that a call returns always belong to the caller.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x = T.dscalar("x")
    >>> minigrad.function([x], minigrad.Out(x**2, borrow=True))(3.0)
    array(9.)
    """

    def __init__(self, variable: Any, borrow: bool = False) -> None:
        self.variable = variable
        self.borrow = borrow


def Param(
    variable: Variable,
    default: Any = None,
    name: str | None = None,
    mutable: bool = False,
    update: Variable | None = None,
    allow_downcast: bool | None = None,
    implicit: bool | None = None,
    borrow: bool | None = None,
    strict: bool = False,
) -> In:
    """An input of a function: an older name of `In`, whose value is called `default`.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> x, y = T.dscalars("x", "y")
    >>> minigrad.function([x, Param(y, default=1.0)], x + y)(3.0)
    array(4.)
    """
    return In(variable, name, default, update, strict=strict, allow_downcast=allow_downcast)


def as_inputs(inputs: Any, allow_input_downcast: bool | None) -> list[In]:
    """The inputs of a function, from a list of variables or `In` without duplicates."""
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"inputs must be a list of variables; got {describe(inputs)}")
    result: dict[Variable, In] = {}
    for given in inputs:
        entry = copy(given) if isinstance(given, In) else In(given)
        if entry.variable in result:
            raise ValueError(f"the input {entry.label} occurs twice")
        if entry.allow_downcast is None:
            entry.allow_downcast = allow_input_downcast
        result[entry.variable] = entry
    return list(result.values())


def binder(
    function_name: str, inputs: Sequence[In]
) -> Callable[[Sequence[Any], Mapping[str, Any]], list[np.ndarray]]:
    """A function from the arguments of a call to an array for each input.

    Its source is written for these inputs, because it runs in each call. An array of the right type
    needs no more checks, unless a size is fixed.
    """
    places: dict[str | None, int | None] = {}
    for place, entry in enumerate(inputs):
        # Two inputs of one name can be passed by position only.
        places[entry.name] = None if entry.name in places else place
    names = [f"value_{place}" for place in range(len(inputs))]
    lines = [
        "def bind(args, kwargs):",
        f"    if kwargs or len(args) != {len(names)}:",
        "        args = complete(args, kwargs)",
        f"    [{', '.join(names)}] = args",
    ]
    complete = partial(_completed, function_name, inputs, places)
    namespace: dict[str, Any] = {"ndarray": np.ndarray, "complete": complete}
    for place, (name, entry) in enumerate(zip(names, inputs, strict=True)):
        type = entry.variable.type
        namespace[f"check_{place}"] = partial(entry.check, caller=function_name)
        namespace[f"dtype_{place}"] = type.numpy_dtype
        condition = f"{name}.__class__ is not ndarray or {name}.dtype is not dtype_{place}"
        if set(type.shape) <= {None}:
            lines.append(f"    if {condition} or {name}.ndim != {type.ndim}:")
            lines.append(f"        {name} = check_{place}({name})")
        else:
            lines.append(f"    {name} = check_{place}({name})")
    lines.append(f"    return [{', '.join(names)}]")
    exec("\n".join(lines), namespace)
    return namespace.pop("bind")


def _completed(
    function_name: str,
    inputs: Sequence[In],
    places: Mapping[str | None, int | None],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> list[Any]:
    """A value for each input: from its position, its name, or its default."""
    if len(args) > len(inputs):
        raise TypeError(f"{function_name} takes {_described(inputs)}; got {len(args)} values")
    values = [*args, *[None] * (len(inputs) - len(args))]
    for name, value in kwargs.items():
        place = places.get(name)
        if place is None:
            problem = "two inputs" if name in places else "no input"
            raise TypeError(
                f"{function_name} has {problem} of the name {name!r}; it takes {_described(inputs)}"
            )
        if place < len(args):
            raise TypeError(f"{function_name}: input {name} is given twice")
        values[place] = value
    missing = []
    for place, entry in enumerate(inputs):
        if values[place] is None:
            values[place] = entry.data
        if values[place] is None:
            missing.append(entry.label)
    if missing:
        raise TypeError(
            f"{function_name}: no value for {', '.join(missing)}; it takes {_described(inputs)}"
        )
    return values


def _described(inputs: Sequence[In]) -> str:
    labels = [entry.label if entry.value is None else f"{entry.label}=…" for entry in inputs]
    return f"{len(labels)} inputs ({', '.join(labels)})" if labels else "no inputs"
