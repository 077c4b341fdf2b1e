"""The memory that a training step takes: printed at the end, like the times."""

import memory
import pytest
from contestants import TRAINERS
from report import Table
from turns import Arena
from workloads import LARGE, plain

MEMORY = Table("Memory of a training step", "MB", 1e-6)


@pytest.fixture
def arena():
    """New processes, with the memory of nothing else."""
    arena = Arena()
    yield arena
    arena.close()


@pytest.mark.skipif(not memory.measurable, reason="reads the peak from Linux's /proc")
@pytest.mark.parametrize("contestant", TRAINERS, ids=plain)
def test_memory_of_a_training_step(report, arena, contestant):
    grown = arena.ask(contestant, memory.memory_of_a_step, LARGE)
    report.add(MEMORY, str(LARGE), {contestant: [grown]})
