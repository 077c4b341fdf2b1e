"""The places of a region's arrays: its inputs and outputs, and the arrays that outlive a pass."""

from __future__ import annotations

from ..core.graph import Variable
from . import c, products
from .passes import Schedule
from .products import is_tiled


class Arrays:
    """The arrays of a region, by variable, and the memory that some of them share."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.room = c.Room()
        self._names: dict[Variable, str] = {}
        graph = schedule.graph
        self.given = {
            **{f"a{i}": v for i, v in enumerate(graph.inputs)},
            **{f"o{i}": v for i, v in enumerate(graph.outputs)},
        }
        self.whole = {v: _whole(v, array) for array, v in self.given.items()}
        # Variables whose arrays must not be written over, or already are.
        self._taken = {*self.given.values()}
        for v in schedule.outliving:
            if v not in self.whole:
                self.whole[v] = self._new(v)

    def _new(self, v: Variable) -> c.Place:
        """A place for all of v: the array of a variable that is no longer needed, or a new array."""
        old = self.schedule.overwritten(v)
        is_product = v.owner is not None and is_tiled(v.owner)
        if old in self.whole and old not in self._taken and not is_product:
            self._taken.add(old)
            return self.whole[old]
        array = f"w_{self.name_of(v)}"
        size = products.size(v) if is_product else v.type.size or 1
        self.room.array(array, v.type.numpy_dtype, size)
        return (products.place if is_product else _whole)(v, array)

    def name_of(self, v: Variable) -> str:
        """The name of a variable, unlike all others."""
        return self._names.setdefault(v, f"v{len(self._names)}")


def _whole(v: Variable, array: str) -> c.Place:
    return c.Place(array, c.row_major(c.sizes(v)), v.type.numpy_dtype)
