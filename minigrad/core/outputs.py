"""Hold the outputs of a node; skip this at first.

A variable holds the node that makes it. If nodes held their outputs, too, graphs would be reference
cycles, and stay in memory until Python's garbage collector runs. So a node holds its outputs
weakly; one that has been freed is made again, with the same type and name, when it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import ref


class HoldsOutputs:
    """The part of a node that holds its outputs."""

    __slots__ = ("__weakref__", "_again", "_made_of", "_refs", "_unread")

    def _hold(self, outputs: Sequence[Any]) -> None:
        for index, output in enumerate(outputs):
            output.owner, output.index = self, index
        self._refs = [ref(output) for output in outputs]
        self._made_of = [(output.type, output.name) for output in outputs]
        self._again: dict[int, Any] = {}
        # Nobody else has them yet; so they are held until they are read for the first time.
        self._unread: list[Any] | None = list(outputs)

    @property
    def outputs(self) -> list[Any]:
        """The variables that the node makes."""
        unread = self._unread
        if unread is not None:
            self._unread = None
            return unread
        if len(self._refs) == 1:  # almost always, and this is asked very often
            output = self._refs[0]()
            return [self._made_again(0) if output is None else output]
        return [self.output(index) for index in range(len(self._refs))]

    def output(self, index: int) -> Any:
        """One of the outputs."""
        output = self._refs[index]()
        self._unread = None
        return self._made_again(index) if output is None else output

    def _made_again(self, index: int) -> Any:
        type, name = self._made_of[index]
        output = type(name)
        output.owner, output.index = self, index
        # Two threads may come here at once, and must get the same: `setdefault` takes the first's.
        output = self._again.setdefault(index, output)
        # And if another has been here and gone meanwhile, its output counts.
        output = self._refs[index]() or output
        self._refs[index] = ref(output)
        self._again.pop(index, None)
        return output

    @property
    def nout(self) -> int:
        """The number of outputs."""
        return len(self._refs)
