"""The rewriting of a whole graph, step by step, for people who want to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..core.graph import Variable
from ..protocol.walks import ancestors, clone_replace
from ..rewrite import improve
from ..rewrite.engine import Rewriter, Step


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
    same = Rewriter(()).final  # without rules it makes equal computations one variable
    instead: dict[Variable, Variable] = {}  # by what was there
    for fact, before, after in steps:
        graph = ancestors(states[-1])
        was, now = same([before, after])
        instead[was] = after
        old = [v for v, one in zip(graph, same(graph), strict=True) if one is was]
        if not old or was is now:
            continue
        if len(changes) == most:
            left_out += 1
            continue
        state = states[-1]
        places = dict.fromkeys(old, after)
        for _ in steps:
            state = clone_replace(state, places)
            # What was replaced before may have come up again.
            found = ancestors(state)
            places = {
                v: instead[w] for v, w in zip(found, same(found), strict=True) if w in instead
            }
            if not places:
                break
        old = _lost(old, ancestors(state), same) or old
        new = _lost([after], graph, same) or [after]
        states.append(state)
        changes.append(Change(fact, before, after, old, new))
    if same(states[-1]) != same(final):
        rest = f"{left_out} more" if left_out else "the rest"
        changes.append(Change(rest, states[-1][0], final[0], [], []))
        states.append(final)
    return Replay(states, changes)


def _lost(
    roots: Sequence[Variable],
    others: Iterable[Variable],
    same: Callable[[Iterable[Variable]], list[Variable]],
) -> list[Variable]:
    """The variables that the roots are made of and that have no equal among the others."""
    there, mine = {*same(others)}, ancestors(roots)
    return [v for v, one in zip(mine, same(mine), strict=True) if one not in there]
