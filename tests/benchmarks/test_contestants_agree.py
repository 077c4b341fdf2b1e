"""That the contestants compute the same: otherwise their times say nothing."""

import numpy as np
import pytest
from contestants import CONTESTANTS, MINIGRAD
from workloads import Autoencoder


def three_steps(contestant, workload):
    """The costs of three steps, and the parameters after them."""
    step = contestant.module.autoencoder(*workload.arrays())
    return [float(step.run()) for _ in range(3)], step.parameters()


@pytest.mark.parametrize("dtype, rtol", [("float64", 1e-9), ("float32", 1e-3)])
@pytest.mark.parametrize("contestant", CONTESTANTS[1:], ids=str)
def test_costs_and_parameters_are_minigrads(contestant, dtype, rtol):
    workload = Autoencoder(50, 6, 3, dtype)
    costs, parameters = three_steps(contestant, workload)
    expected_costs, expected = three_steps(MINIGRAD, workload)
    assert costs == pytest.approx(expected_costs, rel=rtol)
    for value, expected_value in zip(parameters, expected, strict=True):
        assert value.dtype == dtype
        np.testing.assert_allclose(value, expected_value, rtol=rtol)
