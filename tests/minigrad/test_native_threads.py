"""Threads share rows, each share once, and as many are used as are fast."""

import ctypes

import numpy as np
import pytest

from minigrad.native import c, compiler, threads
from minigrad.native.compiler import CompilerError, loaded
from minigrad.native.threads import Threads

try:
    compiler.compiler()
    has_compiler = True
except CompilerError:
    has_compiler = False

# ---- Shares ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not has_compiler, reason="there is no compiler of C")
@pytest.mark.parametrize("n_shares", [1, 2, 16])
@pytest.mark.parametrize("n_threads", [1, 2, 5, 40])
def test_each_share_is_computed_by_one_thread(n_shares, n_threads):
    count = "__atomic_fetch_add(counts + share, 1, __ATOMIC_RELAXED);"
    lines = ["int status = 0;", *c.shared("share", n_shares, [count, "status |= 1;"])]
    head = "int count(int threads, int64_t *counts)"
    source = "\n".join(
        ["#include <stdint.h>", c.THREADS, *c.braced([*lines, "return status;"], head)]
    )
    counts = np.zeros(n_shares, "int64")
    for _ in range(50):
        assert loaded(source).count(n_threads, counts.ctypes.data_as(ctypes.c_void_p)) == 1
    assert (counts == 50).all()


# ---- Their number ----------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still unless it is moved."""
    now = [0.0]
    monkeypatch.setattr(threads, "perf_counter", lambda: now[0])
    return now


def calls_that_take(clock, seconds):
    """A function that takes so long with each number of threads, and by how many it was called."""
    used = []

    def function(count):
        used.append(count)
        clock[0] += seconds[count]

    return function, used


@pytest.mark.parametrize(
    ("alone", "together", "best"), [(1.0, 0.6, 2), (1.0, 1.1, 1), (1.0, 40.0, 1)]
)
def test_loops_take_as_many_threads_as_are_fast(clock, alone, together, best):
    function, used = calls_that_take(clock, {1: alone, 2: together})
    run = Threads(function, 2)
    for _ in range(4000):
        run()
    assert used[:4] == [2, 2, 1, 1] and used.count(best) > 0.5 * len(used)
    assert clock[0] < 1.05 * 4000 * min(alone, together) + 4 * together


@pytest.mark.parametrize("slow", [0, 200])
def test_one_call_that_waits_does_not_make_threads_be_given_up(clock, slow):
    used = []

    def function(count):
        used.append(count)
        clock[0] += {1: 1.0, 2: 5.0 if len(used) == slow + 1 else 0.6}[count]

    run = Threads(function, 2)
    for _ in range(230):
        run()
    assert used[slow + 3 : slow + 30].count(1) <= 3


def test_time_between_calls_counts_until_threads_are_tried_again(clock):
    used = []

    def function(count):
        used.append(count)
        clock[0] += {1: 0.2, 2: 0.3 if len(used) < 9 else 0.1}[count]

    run = Threads(function, 2)
    for _ in range(30):
        run()
        clock[0] += 1
    assert used[:10].count(1) and used[-10:].count(1) <= 3


def test_trials_are_rare_among_calls_however_long_the_pauses_between_these_are(clock):
    function, used = calls_that_take(clock, {1: 0.2, 2: 0.1})
    run = Threads(function, 2)
    for _ in range(40):
        run()
        clock[0] += 100
    assert used[4:].count(1) <= 6


def test_threads_that_were_asleep_are_tried_until_they_are_awake(clock):
    used = []

    def function(count):
        awake = used[-1:] == [2]
        used.append(count)
        clock[0] += {1: 1.0, 2: 0.6 if awake else 3.0}[count]

    run = Threads(function, 2)
    for _ in range(400):
        run()
    assert used[-200:].count(1) < 20


def test_a_trial_that_another_thread_has_just_ended_is_no_error(clock):
    class Taken(list):
        """The shares that three calls took, and those that another thread has taken meanwhile."""

        def append(self, seconds):
            pass

        def __len__(self):
            return 3

    function, _ = calls_that_take(clock, {1: 1.0, 2: 0.6})
    run = Threads(function, 2)
    for _ in range(200):
        run._tried = Taken()
        run()


def test_threads_that_others_take_the_cores_from_are_given_up_and_tried_again(clock):
    seconds = {1: 1.0, 2: 0.6}
    function, used = calls_that_take(clock, seconds)
    run = Threads(function, 2)
    for together, calls in [(0.6, 2000), (30.0, 2000), (0.6, 1700)]:
        seconds[2] = together
        for _ in range(calls):
            run()
        assert used[-1] == (2 if together < 1 else 1)
