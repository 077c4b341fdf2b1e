"""Special functions against SciPy, over all of their range."""

import numpy as np
import pytest
from draws import FLOATS
from oracles import assert_computes
from scipy import special

import minigrad.tensor as T
from minigrad.testing import check_op

TINY = np.logspace(-300, -1, 60)
RANGES = {
    "erfinv": np.concatenate(
        [np.linspace(-0.999, 0.999, 101), 1 - TINY[40:], -TINY, [1, -1, 2, 0]]
    ),
    "erfcinv": np.concatenate([np.linspace(0.01, 1.99, 101), TINY, 2 - TINY[40:], [0, 2, -1, 1]]),
    "gamma": np.concatenate([np.linspace(-9.9, 9.83, 101), [150.5, 171.0, 180.0, -1.0, 0.0]]),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_special_function_is_scipys(name):
    assert_computes(getattr(T, name), getattr(special, name), RANGES[name], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", RANGES)
def test_it_keeps_all_promises_of_ops(name, dtype):
    check_op(getattr(T, name), np.array([0.3, 0.7, 0.9], dtype), max_examples=1)
