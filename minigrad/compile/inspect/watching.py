"""Modes that watch: before a program is run, the interpreter performs each operation of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.evaluate import Watcher, evaluate
from ...core.graph import Variable


class WatchingMode:
    """A mode in which a watcher is told of each operation of the rewritten expressions."""

    def watcher(self, function_name: str) -> Watcher:
        """Return the watcher, which is told of the operations of a function."""
        raise NotImplementedError

    def check(
        self, function_name: str, outputs: Sequence[Variable], values: Mapping[Variable, Any]
    ) -> list[np.ndarray]:
        """Compute the outputs while the watcher looks, which may raise an error."""
        with np.errstate(all="ignore"):
            return evaluate(outputs, values, self.watcher(function_name))
