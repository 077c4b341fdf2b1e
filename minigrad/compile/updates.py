"""The updates of a function: new values of shared variables, of the same type as the old ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ..core.graph import Constant, Variable
from ..core.sharing import SharedVariable
from ..core.types import describe
from ..protocol.errors import quoted
from ..protocol.formula import short
from ..protocol.walks import clone_replace, mentioned

Updates = dict[SharedVariable, Variable]


class OrderedUpdates(OrderedDict[Any, Any]):
    """New values by shared variable, in the order in which they were added.

    ``a + b`` has the updates of both dicts.

    Raises
    ------
    TypeError
        If a key is not a shared variable.
    KeyError
        If two joined dicts give one variable different new values.

    Examples
    --------
    >>> import minigrad
    >>> count = minigrad.shared(0, name="count")
    >>> dict(OrderedUpdates([(count, count + 1)]))
    {count: count + 1}
    """

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(key, SharedVariable):
            raise TypeError(f"only shared variables can be updated; got {key!r}")
        super().__setitem__(key, value)

    def update(self, other: Any = (), /) -> None:  # type: ignore[override]  # takes no keywords
        """Take over the updates of a mapping or of pairs."""
        for key, value in other.items() if isinstance(other, Mapping) else other:
            if self.get(key, value) is not value:
                raise KeyError(f"{key} gets two different new values: {self[key]} and {value}")
            self[key] = value

    def __add__(self, other: Any) -> OrderedUpdates:
        result = OrderedUpdates()
        result.update(self)
        result.update(other)
        return result

    def __radd__(self, other: Any) -> OrderedUpdates:
        result = OrderedUpdates()
        result.update(other)
        result.update(self)
        return result


def as_updates(updates: Any) -> Updates:
    """The updates, given as pairs, as a mapping or not at all, by shared variable."""
    result: Updates = {}
    for target, new_value in as_pairs(() if updates is None else updates, "updates"):
        if not isinstance(target, SharedVariable):
            raise TypeError(f"only shared variables can be updated; got {describe(target)}")
        if target in result:
            raise ValueError(f"the shared variable {target} is updated twice")
        result[target] = of_same_type(new_value, target, f"the update of {target}")
    return result


def as_pairs(pairs: Any, what: str) -> list[tuple[Any, Any]]:
    """The pairs of a mapping, or of an iterable of pairs."""
    if isinstance(pairs, Mapping):
        return list(pairs.items())
    if not isinstance(pairs, Iterable) or isinstance(pairs, Variable):
        raise TypeError(f"{what}: a list of pairs or a dict; got {describe(pairs)}")
    result = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{what}: a list of pairs or a dict; got the entry {describe(pair)}")
        result.append((pair[0], pair[1]))
    return result


def of_same_type(new_value: Any, target: Variable, what: str, called: str = "update") -> Variable:
    """The new value as a variable of the target's type; a TypeError, which says what it is, if not."""
    if isinstance(new_value, Constant) and new_value.type.dtype != target.type.dtype:
        new_value = new_value.data
    if not isinstance(new_value, Variable):
        try:
            return target.type.filter_variable(new_value)
        except TypeError as error:
            raise TypeError(f"{what}: {error}") from None
    if new_value.type.dtype != target.type.dtype:
        advice = f"Cast it, as in T.cast({called}, '{target.type.dtype}'), or change its parts"
        raise TypeError(f"{_blame(new_value, target, what)}. {advice}")
    if not target.type.accepts_shape(new_value.type):
        raise TypeError(
            f"{what} has type {new_value.type}, but {target} has {target.type}; "
            "their numbers of dimensions, and their known sizes, must agree"
        )
    return new_value


def default_updates(
    expressions: Iterable[Variable],
    updated: Collection[SharedVariable] = (),
    no_default_updates: bool | list[Any] = False,
    replacements: Mapping[Variable, Variable] = MappingProxyType({}),
) -> Updates:
    """The updates that the shared variables in use bring along, with the replacements made.

    A shared variable is in use if the expressions were written with it, also if its value does not
    matter. Variables that are updated anyway, or that the user has ruled out, are left out; the user
    may rule out a random draw, which has an attribute `rng`, instead of its state.
    """
    if no_default_updates is True:
        return {}
    left_out = [] if no_default_updates is False else no_default_updates
    if isinstance(left_out, list):
        left_out = [getattr(v, "rng", v) for v in left_out]
    if not isinstance(left_out, list) or not all(isinstance(v, SharedVariable) for v in left_out):
        raise TypeError(
            "no_default_updates is True, False, or a list of shared variables; "
            f"got {describe(no_default_updates)}"
        )
    without = {*updated, *left_out}
    result: Updates = {}
    looked_at: set[Variable] = set()
    new = list(expressions)
    # A default update may itself use a shared variable that has one.
    while new:
        found = [v for v in mentioned(new, replacements) if v not in looked_at]
        looked_at.update(found)
        with_one = [
            v
            for v in found
            if isinstance(v, SharedVariable) and v not in without and v.default_update is not None
        ]
        new = [of_same_type(v.default_update, v, f"the default update of {v}") for v in with_one]
        new = clone_replace(new, replacements)
        result.update(zip(with_one, new, strict=True))
    return result


def _blame(new_value: Variable, target: Variable, what: str) -> str:
    """A message: which part of the expression brought in its dtype, and where it was written."""
    wide = new_value.type.dtype
    # Down along that dtype, but not to numbers, which take on the dtype of what they meet.
    part: Variable | None = None
    causes = [new_value]
    while same := [v for v in causes if v.type.dtype == wide and not isinstance(v, Constant)]:
        causes = same[:1]
        if causes[0].owner is None:
            break
        part, causes = causes[0], causes[0].owner.inputs
    message = f"{what} is {wide}, but {target} is {target.type.dtype}: "
    if part is not None and part.owner is not None:
        line = part.owner.made_at
        at = f" at {quoted(line)}," if line else ""
        message += f"{short(part)} became {wide}{at} because "
    return message + " and ".join(map(_with_dtype, dict.fromkeys(causes)))


def _with_dtype(variable: Variable) -> str:
    """The variable and its dtype; if it is shared, also where it was made."""
    is_shared = isinstance(variable, SharedVariable) and variable.made_at is not None
    where = f" (shared at {quoted(variable.made_at)})" if is_shared else ""
    return f"{short(variable)} is {variable.type.dtype}{where}"
