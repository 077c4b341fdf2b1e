"""The same program gives the same bits: from call to call, and from process to process."""

import os
import subprocess
import sys

import numpy as np
import pytest
from draws import at_least
from hypothesis import given

import minigrad
from minigrad.testing import expressions

PROGRAM = """
import hashlib
import numpy as np, minigrad, minigrad.tensor as T
from autoencoder import TiedNetwork, momentum_updates
rng = np.random.RandomState(0)
X = rng.randn({rows}, 6)
network = TiedNetwork(rng.randn(6, 3), np.zeros(3), np.zeros(6))
x = T.dmatrix("x")
cost = network.cost(x)
step = minigrad.function([x], cost, updates=momentum_updates(cost, network.parameters, 0.1, 0.9))
costs = [step(X) for _ in range(5)]
data = b"".join(p.get_value().tobytes() for p in network.parameters) + np.array(costs).tobytes()
print(hashlib.sha256(data + step.source.encode()).hexdigest())
"""


def printed(rows, seed):
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", PROGRAM.format(rows=rows)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.mark.parametrize("rows", [40, 20_000])
def test_processes_print_the_same_program_and_compute_the_same_bits(rows):
    assert len({printed(rows, seed) for seed in ("1", "4711")}) == 1


@at_least(15)
@given(expressions())
def test_calls_and_functions_compute_the_same_bits(drawn):
    cost = drawn.result.sum()
    outputs = [cost, *minigrad.grad(cost, drawn.inputs, disconnected_inputs="ignore")]
    results = []
    for _ in range(2):
        f = minigrad.function(drawn.inputs, outputs, on_unused_input="ignore")
        results += [f(*drawn.values) for _ in range(3)]
    for result in results:
        for array, first in zip(result, results[0], strict=True):
            assert array.tobytes() == first.tobytes()


def test_the_order_in_memory_of_an_argument_changes_no_bit():
    x = minigrad.tensor.dmatrix("x")
    f = minigrad.function([x], (minigrad.tensor.tanh(x) ** 2).sum())
    value = np.random.RandomState(0).randn(500, 4)
    # The sum goes along memory, so only the same order is promised the same bits.
    assert f(value) == f(value.copy())
    np.testing.assert_allclose(f(value), f(np.asfortranarray(value)), rtol=1e-14)
