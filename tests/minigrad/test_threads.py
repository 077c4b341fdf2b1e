"""Several threads call one function, or functions that share variables."""

import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T


def test_threads_that_call_one_function_get_right_results():
    x = T.dmatrix("x")
    f = minigrad.function([x], [T.tanh(x).sum(axis=0), T.dot(T.exp(-x).T, x)])
    values = [np.random.RandomState(i).randn(500, 3) for i in range(8)]
    expected = [f(value) for value in values]
    wrong = []

    def call(number):
        for _ in range(100):
            for result, right in zip(f(values[number]), expected[number], strict=True):
                if not np.array_equal(result, right):
                    wrong.append(number)

    run_at_once([lambda number=number: call(number) for number in range(8)])
    assert not wrong


def test_no_update_of_a_thread_is_lost_or_torn():
    w = minigrad.shared(np.zeros(5000), name="w")
    count = minigrad.shared(0, name="count")
    add = minigrad.function([], updates=[(w, w + 1), (count, count + 1)])
    double_check = minigrad.function([], [w.min(), w.max(), count])
    torn = []

    def call():
        for _ in range(200):
            add()
            low, high, number = double_check()
            if not low == high == number:
                torn.append((low, high, number))

    run_at_once([call] * 8)
    assert count.get_value() == 1600
    assert (w.get_value() == 1600).all()
    assert not torn


def test_ten_thousand_calls_from_eight_threads_all_count():
    x = T.dvector("x")
    total = minigrad.shared(np.zeros(3), name="total")
    calls = minigrad.shared(0, name="calls")
    f = minigrad.function([x], T.exp(x).sum(), updates=[(total, total + x), (calls, calls + 1)])
    wrong = []

    def call(number):
        value = np.full(3, float(number))
        for _ in range(1250):
            if abs(f(value) / np.exp(value).sum() - 1) > 1e-15:
                wrong.append(number)

    run_at_once([lambda number=number: call(number) for number in range(8)])
    assert not wrong
    assert calls.get_value() == 10_000
    assert total.get_value().tolist() == [1250 * sum(range(8))] * 3


def test_functions_that_share_variables_lose_no_update_of_each_other():
    a, b = minigrad.shared(1000, name="a"), minigrad.shared(0, name="b")
    there = minigrad.function([], updates=[(a, a - 1), (b, b + 1)])
    back = minigrad.function([], updates=[(b, b - 1), (a, a + 1)])
    both = minigrad.function([], [a, b])
    torn = []

    def call(move):
        for _ in range(500):
            move()
            x, y = both()
            if x + y != 1000:
                torn.append((x, y))

    run_at_once([lambda move=move: call(move) for move in [there, back] * 4])
    assert not torn
    assert (a.get_value(), b.get_value()) == (1000, 0)


def test_functions_compiled_at_once_in_several_threads_are_right():
    results = {}

    def compile_and_call(number):
        x = T.dvector("x")
        y = x
        for _ in range(number + 1):
            y = T.tanh(y) + number
        results[number] = minigrad.function([x], minigrad.grad(y.sum(), x))(np.ones(3))

    run_at_once([lambda number=number: compile_and_call(number) for number in range(8)])
    for number, result in results.items():
        x = T.dvector("x")
        y = x
        for _ in range(number + 1):
            y = T.tanh(y) + number
        np.testing.assert_allclose(result, minigrad.grad(y.sum(), x).eval({x: np.ones(3)}))


def run_at_once(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


FORKING = """
import os, signal, sys, threading, time, warnings
import numpy as np, minigrad, minigrad.tensor as T
from minigrad.compile import locks

warnings.simplefilter("ignore")  # Python warns of forks beside threads

def works():
    total = minigrad.shared(0.0)
    f = minigrad.function([], total, updates=[(total, total + 1)])
    f(), f()
    y = (total * 2).owner.outputs[0]
    return total.get_value() == 2 and y.eval() == 4

def is_right_in_a_child():
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        os._exit(0 if works() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
"""

FORKS = {
    "beside a thread that trains": """
        c = minigrad.shared(np.zeros((200, 200)))
        g, stop = minigrad.function([], [], updates=[(c, T.tanh(c) + 1)]), []
        thread = threading.Thread(target=lambda: [g() for _ in iter(lambda: bool(stop), True)])
        thread.start()
        time.sleep(0.1)
        assert all([is_right_in_a_child() for _ in range(3)])
        stop.append(1)
        thread.join()
    """,
    "beside a thread that holds the lock": """
        taken, done = threading.Event(), threading.Event()
        def hold():
            with locks.UPDATING:
                taken.set()
                done.wait()
        thread = threading.Thread(target=hold)
        thread.start()
        taken.wait()
        right = is_right_in_a_child()
        done.set()
        thread.join()
        assert right
    """,
    "within an op of a function with updates": """
        class Fork(minigrad.Op):
            itypes = otypes = [T.dscalar]
            def perform(self, node, inputs, output_storage):
                results.append(is_right_in_a_child())
                self.pid = os.fork()
                if self.pid == 0:
                    signal.alarm(10)
                output_storage[0][0] = inputs[0] + 1
        results, op, w = [], Fork(), minigrad.shared(0.0)
        f = minigrad.function([], [], updates=[(w, op(w))])
        f()
        if op.pid == 0:
            os._exit(0 if works() and w.get_value() == 1 else 1)
        assert results == [True]
        assert os.waitstatus_to_exitcode(os.waitpid(op.pid, 0)[1]) == 0
    """,
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("where", FORKS)
def test_a_forked_child_can_call_functions(where):
    program = FORKING + textwrap.dedent(FORKS[where])
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
