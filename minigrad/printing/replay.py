"""The rewriting of a whole graph, step by step, for people who want to see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..core.graph import Variable
from ..protocol.closed import key_of_leaf
from ..protocol.walks import ancestors, clone_replace
from ..rewrite import improve
from ..rewrite.engine import Step


class Change(NamedTuple):
    """A fact that was used on a graph, what it took out, and what it put in."""

    fact: str
    before: Variable
    after: Variable
    old: Sequence[Variable]
    new: Sequence[Variable]


class Replay(NamedTuple):
    """The outputs as they were written, and after each change."""

    states: Sequence[Sequence[Variable]]
    changes: Sequence[Change]


def replay(outputs: Sequence[Variable], most: int) -> Replay:
    """Return what rewriting does to the graph of the outputs, in so many changes at most, and the rest.

    The rewriter builds a graph anew from its inputs up, so that there is none that is whole until the
    end. Here each fact is used on all equal parts of a whole graph; steps beside it are left out, and
    what they lead to comes last, as the rest.
    """
    steps: list[Step] = []
    final = improve(outputs, steps)
    states, left_out = [list(outputs)], 0
    changes: list[Change] = []
    equal = _Equality()
    instead: dict[int, Variable] = {}  # by the number of what was there
    for fact, before, after in steps:
        graph = ancestors(states[-1])
        numbers = equal.numbers([*graph, before, after])
        instead[numbers[before]] = after
        old = [v for v in graph if numbers[v] == numbers[before]]
        if not old or numbers[before] == numbers[after]:
            continue
        if len(changes) == most:
            left_out += 1
            continue
        state = states[-1]
        places = dict.fromkeys(old, after)
        for _ in steps:
            state = clone_replace(state, places)
            numbers = equal.numbers(state)
            # What was replaced before may have come up again.
            places = {v: instead[numbers[v]] for v in ancestors(state) if numbers[v] in instead}
            if not places:
                break
        old = _lost(old, ancestors(state), numbers) or old
        new = _lost([after], graph, numbers) or [after]
        states.append(state)
        changes.append(Change(fact, before, after, old, new))
    numbers = equal.numbers([*states[-1], *final])
    if any(numbers[v] != numbers[w] for v, w in zip(states[-1], final, strict=True)):
        rest = f"{left_out} more" if left_out else "the rest"
        changes.append(Change(rest, states[-1][0], final[0], [], []))
        states.append(final)
    return Replay(states, changes)


def _lost(
    roots: Sequence[Variable], others: Iterable[Variable], numbers: Mapping[Variable, int]
) -> list[Variable]:
    """The variables that the roots are made of and that have no equal among the others."""
    there = {numbers[v] for v in others}
    return [v for v in ancestors(roots) if numbers[v] not in there]


class _Equality:
    """Numbers variables so that equal computations of equal values have one number."""

    def __init__(self) -> None:
        self._numbers: dict[Variable, int] = {}
        self._known: dict[Any, int] = {}

    def numbers(self, variables: Iterable[Variable]) -> Mapping[Variable, int]:
        """Return the numbers of the variables, and of all that they are made of, among others."""
        for v in ancestors(variables, stop_at=self._numbers):
            if v not in self._numbers:
                self._numbers[v] = self._known.setdefault(self._key(v), len(self._known))
        return self._numbers

    def _key(self, v: Variable) -> Any:
        if v.owner is not None:
            return (v.owner.op, v.index, *[self._numbers[x] for x in v.owner.inputs])
        return key_of_leaf(v)
