"""``theano.updates``: updates that are an ordered dict, which now every dict is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ..core.sharing import SharedVariable

__all__ = ["OrderedUpdates"]


class OrderedUpdates(OrderedDict[Any, Any]):
    """New values by shared variable, in the order in which they were added.

    ``a + b`` has the updates of both.

    Raises
    ------
    TypeError
        If what is to be updated is no shared variable.
    KeyError
        If two that are joined give one variable different new values.

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

    def update(self, other: Any = (), /) -> None:  # type: ignore[override]
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
