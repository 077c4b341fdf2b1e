"""How long things take: `python -m pytest tests/benchmarks` prints the tables.

X is passed in every call: to JAX and PyTorch as a tensor of their own, made beforehand, to the
others as a NumPy array. Every library has as many threads as it takes by default.
"""

import pytest
from contestants import CONTESTANTS
from report import Table
from workloads import AUTOENCODERS, plain

TRAINING_STEP = Table("Training step", "µs", 1e6)


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=plain)
@pytest.mark.parametrize("task", AUTOENCODERS, ids=plain)
def test_a_training_step(race, task, contestant):
    race(TRAINING_STEP)
