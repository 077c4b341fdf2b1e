"""Several threads call one function, or functions that share variables."""

import threading

import numpy as np

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


def run_at_once(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
