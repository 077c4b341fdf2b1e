"""The number of threads of loops: as many as cores, or one if other programs use the cores.

Threads wait for each other. If another program has the core that one of them needs, the others wait
for the operating system to give it back, for milliseconds; one thread keeps its share of the machine.
Which is faster is measured as it goes: the results have the same bits either way.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from math import inf
from threading import Event
from time import perf_counter
from typing import Any

from ..core.configuration import config

# The slower number is tried again when the last trial's loss is at most this share of the time since
# then, by the clock: what other programs do with the cores changes between calls, too. There are at
# least so many seconds, and calls, between two trials.
_SHARE_OF_TRIALS, _FEWEST_SECONDS, _FEWEST_CALLS = 0.04, 0.05, 10
# A trial is of three calls, or of two if they are long: the first finds threads asleep.
_CALLS_OF_A_TRIAL, _LONG_CALLS, _LONG = 3, 2, 0.005
# A time counts so much beside those before, and at most as so many times as long: one call that waits
# for threads that were asleep, or for another program, decides nothing.
_WEIGHT, _MOST = 0.25, 2


# Set in a process that was forked: there OpenMP's threads are the parent's, and one is left.
_FORKED = Event()
os.register_at_fork(after_in_child=_FORKED.set)


def most_threads() -> int:
    """The number of threads for loops: `config.threads`, OMP_NUM_THREADS, or that of all cores."""
    if config.threads:
        return int(config.threads)
    told = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if told.isdecimal() and int(told) > 0:
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Threads:
    """Calls a function of the number of threads with one, or with the most, whichever is faster."""

    def __init__(self, function: Callable[..., Any], most: int) -> None:
        self._function = function
        self._seconds = {most: inf, 1: inf}  # of a call; unknown numbers of threads come first
        self._next_trial = 0.0  # by the clock
        self._calls_to_trial = 0
        self._tried: list[float] = []  # the seconds of the calls of a trial that is going on
        self._last = most  # the threads of the last call: after others, threads are asleep

    def __call__(self, *arguments: Any) -> Any:
        if _FORKED.is_set():
            return self._function(1, *arguments)
        start, seconds = perf_counter(), self._seconds
        is_trial = self._calls_to_trial <= 0 and start >= self._next_trial
        threads = (max if is_trial else min)(seconds, key=seconds.__getitem__)
        result = self._function(threads, *arguments)
        end = perf_counter()
        if is_trial:
            self._try(threads, end - start, end)
        else:
            self._note(threads, end - start)
        return result

    def _note(self, threads: int, took: float) -> None:
        """Note what a call took, unless it found threads asleep."""
        if threads == self._last:
            before = self._seconds[threads]
            self._seconds[threads] += _WEIGHT * (min(took, _MOST * before) - before)
        self._last = threads
        self._calls_to_trial -= 1

    def _try(self, threads: int, took: float, now: float) -> None:
        """Note what a call of a trial took; after the last, decide when the next is."""
        self._tried.append(took)
        if len(self._tried) < (_CALLS_OF_A_TRIAL if sum(self._tried) < _LONG else _LONG_CALLS):
            return
        tried, self._tried, self._last = self._tried, [], threads
        self._seconds[threads] = min(tried, default=took)  # another thread may have ended the trial
        if inf not in self._seconds.values():
            lost = sum(tried) - len(tried) * min(self._seconds.values())
            self._next_trial = now + max(_FEWEST_SECONDS, lost / _SHARE_OF_TRIALS)
            self._calls_to_trial = _FEWEST_CALLS
