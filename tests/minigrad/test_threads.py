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


def test_ten_thousand_calls_from_eight_threads_all_count():
    x = T.dvector("x")
    total = minigrad.shared(np.zeros(3), name="total")
    calls = minigrad.shared(0, name="calls")
    f = minigrad.function([x], T.exp(x).sum(), updates=[(total, total + x), (calls, calls + 1)])
    wrong = []

    def call(number):
        value = np.full(3, float(number))
        for _ in range(1250):
            if f(value) != np.exp(value).sum():
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
