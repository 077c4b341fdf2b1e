"""The times that things take: `python -m pytest tests/benchmarks` prints the tables.

A step gets X in every call: JAX and PyTorch as a tensor of their own, made beforehand, the others
as a NumPy array. Every library uses as many threads as it does by default: NumPy's BLAS, JAX and
PyTorch one for each core. PyTensor finds compiled code in its cache on disk when its compilation
is timed; the very first time takes it seconds more.
"""

import pytest
from contestants import (
    AUTOGRAD,
    ENGINES,
    FEATURE_MAJOR,
    IN_C,
    JAX,
    MINIGRAD,
    NUMPY,
    PYTENSOR,
    PYTHON,
    PYTORCH,
    ROW_MAJOR,
    TRAINERS,
)
from report import Table
from workloads import (
    AUTOENCODERS,
    CHAINS,
    CLASSIFIERS,
    DIGITS,
    DONUTS,
    LENETS,
    LSTM,
    PERCEPTRON,
    REGRESSIONS,
    RNN,
    AddOne,
    Chain,
    FirstStep,
    Import,
    plain,
)

TRAINING_STEP = Table("Training step", "µs", 1e6)
FIRST_STEP = Table("Compilation and first step", "ms", 1e3)
ELEMENTS = Table("Functions of elements", "µs", 1e6)
CHAIN = Table("Compilation of a chain and first call", "ms", 1e3)
CALL = Table("Call, beyond NumPy's own time", "µs", 1e6, beyond=NUMPY)
IMPORT = Table("Import, beyond the start of Python", "ms", 1e3, beyond=PYTHON)


def race_of(tasks, contestants):
    """Make a test one of each contestant at each task."""

    def decorate(test):
        test = pytest.mark.parametrize("task", tasks, ids=plain)(test)
        return pytest.mark.parametrize("contestant", contestants, ids=plain)(test)

    return decorate


@race_of(AUTOENCODERS, [*TRAINERS, FEATURE_MAJOR])
def test_training_step_of_the_autoencoder(race, task, contestant):
    race(TRAINING_STEP)


@race_of(CLASSIFIERS, TRAINERS)
def test_training_step_of_a_classifier(race, task, contestant):
    race(TRAINING_STEP)


@race_of(REGRESSIONS, TRAINERS)
def test_training_step_of_a_softmax_regression(race, task, contestant):
    race(TRAINING_STEP)


@race_of([RNN, LSTM], [MINIGRAD, *ENGINES, ROW_MAJOR])
def test_training_step_of_a_recurrent_network(race, task, contestant):
    race(TRAINING_STEP)


@race_of(LENETS, [MINIGRAD, JAX, PYTORCH])
def test_training_step_of_a_convolutional_network(race, task, contestant):
    race(TRAINING_STEP)


@race_of(map(FirstStep, [DONUTS, DIGITS, PERCEPTRON, RNN]), [MINIGRAD, PYTENSOR, JAX])
def test_compilation(race, task, contestant):
    race(FIRST_STEP)


@race_of(map(Chain, [300, 3_000, 30_000]), [MINIGRAD])
def test_compilation_of_a_chain(race, task, contestant):
    race(CHAIN)


@race_of(CHAINS, [MINIGRAD, IN_C, *ENGINES, ROW_MAJOR])
def test_functions_of_elements(race, task, contestant):
    race(ELEMENTS)


@race_of([AddOne()], [MINIGRAD, IN_C, *ENGINES, NUMPY])
def test_call(race, task, contestant):
    race(CALL)


@race_of([Import()], [MINIGRAD, *ENGINES, AUTOGRAD, NUMPY, PYTHON])
def test_import(race, task, contestant):
    race(IMPORT)
