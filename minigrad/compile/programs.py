"""The programs of a function: one for any sizes, and those that a planner makes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..protocol.closed import ClosedGraph
from ..protocol.test_values import without_test_values
from .checks import LostChecks
from .plan import make_plan
from .program import Program


class PlannerWarning(RuntimeWarning):
    """A warning: a program could not be planned, because of a bug in minigrad or in an op."""


@contextmanager
def failing_planner_is_an_error() -> Iterator[None]:
    """Raise the `PlannerWarning` that is given here; tests do so."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", PlannerWarning)
        yield


class Programs:
    """Chooses the program to run for the inputs' values: here always the general one."""

    def __init__(
        self,
        name: str,
        graph: ClosedGraph,
        lost: LostChecks,
        targets: Sequence[Any],  # the variables whose new values are the last outputs
        filled: bool,  # whether buffers are filled: see ``config.fill_buffers``
        strict: bool,  # whether to raise errors in planning, or to run the general program
    ) -> None:
        self._name = name
        self._graph = graph
        self._lost = lost
        self._targets = targets
        self._filled = filled
        self._strict = strict
        self._general: Program | None = None

    @property
    def general(self) -> Program:
        """The program for any sizes."""
        # Not a cached_property, which before Python 3.12 holds a lock that a fork does not renew.
        if self._general is None:
            make = without_test_values(make_plan)
            self._general = Program(make(self._name, self._graph, self._lost))
        return self._general

    @property
    def latest(self) -> Program:
        """The program that was planned last, if one was."""
        return self.general

    def program_for(self, values: Sequence[Any]) -> Program:
        """Return the program to run for these values of the inputs."""
        return self._general or self.general

    def free(self) -> None:
        """Give back the memory that lasts from call to call: here there is none."""


# If `planner/` and `native/` are there, `minigrad` puts functions here that import them.
def for_known_sizes() -> type[Programs]:
    """The class of the programs of functions that may be planned for known sizes: the planner's."""
    return Programs


def in_c() -> type[Programs]:
    """The class of the programs of functions of mode "C"."""
    return for_known_sizes()
