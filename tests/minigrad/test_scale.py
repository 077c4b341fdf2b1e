"""Deep and wide graphs: no recursion, and time in proportion to their size."""

import sys
import time

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import debugprint, pp

DEPTH = 20_000


@pytest.fixture(scope="module")
def chain():
    x = T.dvector("x")
    y = x
    for _ in range(DEPTH // 2):
        y = T.sin(y) + x
    return x, y


@pytest.fixture
def small_stack():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    yield
    sys.setrecursionlimit(limit)


def by_hand(x, terms=DEPTH // 2):
    y, slope = x, np.ones_like(x)
    for _ in range(terms):
        y, slope = np.sin(y) + x, np.cos(y) * slope + 1
    return y, slope


def test_a_chain_of_20000_operations_differentiates_compiles_and_runs(chain, small_stack):
    x, y = chain
    f = minigrad.function([x], [y, minigrad.grad(y.sum(), x)])
    values = np.array([0.1, 0.2])
    for result, expected in zip(f(values), by_hand(values), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-9)


def test_a_chain_of_20000_operations_is_evaluated(chain, small_stack):
    x, y = chain
    np.testing.assert_allclose(y.eval({x: np.array([0.1])}), by_hand(np.array([0.1]))[0])


def test_a_chain_of_20000_operations_is_printed(chain, small_stack):
    _, y = chain
    assert debugprint(y, file="str").count("\n") > DEPTH
    assert pp(y).count("sin") > 1000


def test_a_graph_that_doubles_at_each_step_is_not_written_out(small_stack):
    x = T.dscalar("x")
    y = x
    for _ in range(200):
        y = y + y
    assert len(debugprint(y, file="str")) < 100_000
    assert len(pp(y)) < 200_000
    assert minigrad.function([x], y)(1.0) == 2.0**200


def test_a_sum_over_5000_inputs_is_differentiated(small_stack):
    inputs = [T.dscalar(f"x{i}") for i in range(5000)]
    total = T.sqr(T.stack(inputs)).sum()
    f = minigrad.function(inputs, minigrad.grad(total, inputs))
    assert f(*range(5000)) == [2.0 * i for i in range(5000)]


def seconds(depth):
    x = T.dvector("x")
    y = x
    for _ in range(depth):
        y = T.tanh(y) * 0.5
    start = time.process_time()
    minigrad.function([x], minigrad.grad(y.sum(), x))
    return time.process_time() - start


def test_compilation_time_grows_linearly_with_depth():
    # Quadratic growth would be 16-fold; noise is allowed for.
    short = min(seconds(250) for _ in range(3))
    assert min(seconds(1000) for _ in range(2)) < 9 * short
