"""Measure how much longer a training step takes beside two busy loops than alone.

    python tests/benchmarks/beside_others.py [--rounds N]

prints a table: microseconds of a step alone, on average, and how many times that beside the loops.
Turns alone and beside the loops alternate, so that a machine that changes its speed changes both. First
it says how long a loop takes beside one other: 1 where the machine has two cores for itself, and 2
where both are one. Not on Windows, which cannot halt a process.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import mean

from contestants import ENGINES, IN_C, MINIGRAD, Contestant, installed
from turns import Arena, calls_in_a_turn, take_a_turn
from workloads import AUTOENCODERS, Autoencoder

CONTESTANTS = [one for one in (IN_C, MINIGRAD, *ENGINES) if installed(one.package)]
MODELS = [model for model in AUTOENCODERS if model.dtype == "float64" and model.rows < 10_000]
TURNS = 8  # times as long as those of a race: a system lends a core for milliseconds

Go = Callable[[bool], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8)
    rounds = parser.parse_args().rounds
    with busy(1) as go:
        alone, beside = compared(a_loop, go, rounds)
    print(f"A loop beside one other takes {beside / alone:.1f} times as long as alone.\n")
    print("| µs alone, × beside two loops | " + " | ".join(map(str, CONTESTANTS)) + " |")
    print("|---|" + "--:|" * len(CONTESTANTS))
    for model in MODELS:
        cells = [cell(one, model, rounds) for one in CONTESTANTS]
        print(f"| {model} | " + " | ".join(cells) + " |", flush=True)


def cell(contestant: Contestant, model: Autoencoder, rounds: int) -> str:
    """The microseconds of a step alone, and how many times that it takes beside the loops."""
    arena = Arena()  # of its own: other libraries' threads would be busy, too
    calls = TURNS * arena.ask(contestant, calls_in_a_turn, model)
    with busy(2) as go:
        alone, beside = compared(
            lambda: arena.ask(contestant, take_a_turn, model, calls), go, rounds
        )
    arena.close()
    return f"{1e6 * alone:.0f} ×{beside / alone:.1f}"


@contextmanager
def busy(count: int) -> Iterator[Go]:
    """Loops in processes of their own, which are halted until they are told to go."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]

    def go(on: bool) -> None:
        for loop in loops:
            loop.send_signal(signal.SIGCONT if on else signal.SIGSTOP)

    go(False)
    try:
        yield go
    finally:
        for loop in loops:
            loop.kill()


def compared(seconds: Callable[[], float], go: Go, rounds: int) -> tuple[float, float]:
    """The mean seconds alone, and beside the loops, of what says how long it took."""
    alone, beside = [], []
    for _ in range(rounds):
        for times, on in ((alone, False), (beside, True)):
            go(on)
            time.sleep(0.1)
            times.append(seconds())
    return mean(alone), mean(beside)


def a_loop() -> float:
    """The seconds of a loop."""
    start = time.perf_counter()
    for _ in range(10_000_000):
        pass
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
