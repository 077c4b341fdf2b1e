"""Times contestants in turn, so that a machine that slows down slows all of them down.

Each has a process of its own: in one process, two libraries' pools of threads make each other
several times slower. For the same reason there is a pause before every turn: after its last
product, NumPy's OpenBLAS keeps the cores busy waiting for the next one.
"""

from __future__ import annotations

import functools
import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Protocol

from contestants import Contestant

PAUSE = 0.1  # seconds
TURN = 0.05  # seconds that the timed calls of a turn take, at least


class Task(Protocol):
    """Work that contestants are timed at; it is sent to their processes, so it can be pickled."""

    def prepare(self, contestant: Contestant) -> Callable[[], object]:
        """The function that is called again and again in the contestant's process."""


class Arena:
    """The contestants' processes, which live until `close`."""

    def __init__(self) -> None:
        self._processes: dict[Contestant, ProcessPoolExecutor] = {}

    def times(
        self, task: Task, contestants: Sequence[Contestant], seconds: float, min_rounds: int
    ) -> dict[Contestant, list[float]]:
        """The seconds of a call for each contestant, a number for each round.

        In a round everybody has a turn, in random order. There are rounds for about that many
        seconds for each contestant, but at least `min_rounds`.
        """
        calls = {one: self.ask(one, calls_in_a_turn, task) for one in contestants}
        times: dict[Contestant, list[float]] = {one: [] for one in contestants}
        order, shuffle = list(contestants), random.Random(0).shuffle
        start, rounds = time.perf_counter(), 0
        while rounds < min_rounds or time.perf_counter() - start < seconds * len(order):
            shuffle(order)
            for one in order:
                time.sleep(PAUSE)
                times[one].append(self.ask(one, take_a_turn, task, calls[one]))
            rounds += 1
        return times

    def ask(self, contestant: Contestant, function: Callable, *args: object) -> Any:
        """The result of function(contestant, *args) in the contestant's process."""
        if contestant not in self._processes:
            spawn = multiprocessing.get_context("spawn")
            self._processes[contestant] = ProcessPoolExecutor(1, mp_context=spawn)
        return self._processes[contestant].submit(function, contestant, *args).result()

    def close(self) -> None:
        for process in self._processes.values():
            process.shutdown()


# ---- In a contestant's process -----------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def prepared(contestant: Contestant, task: Task) -> Callable[[], object]:
    """The function to call; the last one is kept from turn to turn."""
    return task.prepare(contestant)


def calls_in_a_turn(contestant: Contestant, task: Task) -> int:
    """The number of calls that fill a turn; the first of all may compile, and is not timed."""
    call = prepared(contestant, task)
    call()
    calls = 1
    while seconds_of(call, calls) < TURN:
        calls *= 2
    return calls


def take_a_turn(contestant: Contestant, task: Task, calls: int) -> float:
    """The seconds of a call, on the average of a turn; some before it wake threads and caches."""
    call = prepared(contestant, task)
    seconds_of(call, calls // 2)
    return seconds_of(call, calls) / calls


def seconds_of(call: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - start
