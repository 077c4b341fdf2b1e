"""The attributes of a function that programs look up: its inputs, shared variables, graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.graph import Variable
from ..core.sharing import SharedVariable
from ..core.types import describe
from ..protocol.closed import ClosedGraph
from .inputs import In


class Container:
    """The place of a shared variable's value, or of an input's default, in a function.

    Attributes
    ----------
    variable : Variable
    name : str or None
    value : array or None
        A copy of the present value; assignments are checked. None for an input without a default.
    """

    def __init__(self, holder: In | SharedVariable) -> None:
        self._holder = holder
        self.variable = holder.variable if isinstance(holder, In) else holder
        self.name = holder.name

    @property
    def value(self) -> np.ndarray | None:
        data = self._holder.data
        return None if data is None else data.copy()

    @value.setter
    def value(self, value: Any) -> None:
        holder = self._holder
        if isinstance(holder, SharedVariable):
            holder.set_value(value)
        elif holder.value is None:
            raise TypeError(
                f"the input {holder.label} has no default, so none can be set; make it with "
                "In(variable, value=…)"
            )
        else:
            holder.data = np.array(holder.check(value, "the default"))

    data = value

    def __repr__(self) -> str:
        return f"<{self.variable}: {self.value}>"


class Containers:
    """The containers of a function, by variable, by name, or by number."""

    def __init__(self, name: str, holders: Sequence[In | SharedVariable]) -> None:
        self._name = name
        self._all = [Container(holder) for holder in holders]

    def __getitem__(self, key: Any) -> Container:
        if isinstance(key, int):
            return self._all[key]
        named = isinstance(key, str)
        found = [c for c in self._all if (c.name == key if named else c.variable is key)]
        if len(found) == 1:
            return found[0]
        problem = "several values" if found else "no value"
        there = ", ".join(c.name or str(c.variable) for c in self._all)
        raise KeyError(
            f"{self._name} has {problem} of {key if named else describe(key)}; it has {there}"
        )

    def __contains__(self, key: Any) -> bool:
        return any(key is c.variable or (isinstance(key, str) and key == c.name) for c in self._all)

    def __iter__(self) -> Iterator[Container]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class Maker(NamedTuple):
    """The parts of Theano's `maker` that programs use."""

    fgraph: ClosedGraph
    inputs: Sequence[In]
    outputs: Sequence[Variable]
    mode: Any


class Lookup:
    """Methods of a function with Theano's names, by which programs look up what is in it."""

    name: str
    mode: Any
    _inputs: Sequence[In]
    _shared: list[SharedVariable]
    _targets: Sequence[SharedVariable | In]

    if TYPE_CHECKING:

        @property
        def graph(self) -> ClosedGraph: ...

        @property
        def expressions(self) -> list[Variable]: ...

    def get_shared(self) -> list[SharedVariable]:
        """The shared variables that a call reads or updates.

        Examples
        --------
        >>> import minigrad
        >>> count = minigrad.shared(0, name="count")
        >>> minigrad.function([], updates=[(count, count + 1)]).get_shared()
        [count]
        """
        updated = [t for t in self._targets if isinstance(t, SharedVariable)]
        return list(dict.fromkeys([*self._shared, *updated]))

    @property
    def container(self) -> Containers:
        """The containers of inputs with defaults, and of shared variables."""
        return Containers(self.name, [*self._inputs, *self.get_shared()])

    @property
    def input_storage(self) -> list[Container]:
        """The containers of the inputs, then of the shared variables."""
        return list(self.container)

    @property
    def maker(self) -> Maker:
        """Theano's `maker`: ``f.maker.fgraph`` is `graph`, which the program computes."""
        return Maker(self.graph, self._inputs, self.expressions, self.mode)

    def __getitem__(self, key: Any) -> np.ndarray | None:
        """``f[x]``, the present default of an input, or a shared variable's value.

        The key is a variable, a name, or the number of an input.
        """
        return self.container[key].value

    def __setitem__(self, key: Any, value: Any) -> None:
        """``f[x] = value`` sets the default of an input, or a shared variable's value."""
        self.container[key].value = value

    def __contains__(self, key: Any) -> bool:
        return key in self.container
