"""Test what computes the steps of training: NumPy, or loops in C."""

import subprocess
import sys

import numpy as np
import pytest

import autoencoder.fitting.engines as engines
from autoencoder import AutoEncoder

needs_a_compiler = pytest.mark.skipif(
    not engines.has_compiler(), reason="there is no compiler of C"
)
# Steps and rows in all epochs, features and hidden units: about 4 seconds of NumPy, 9 in few steps,
# 8 in many, and 9 seconds of too much data for a step.
SHORT, LONG = (100, 90_000_000, 4, 2), (100, 200_000_000, 4, 2)
MANY_STEPS, MUCH_DATA = (200_000, 1, 4, 2), (10, 200_000_000, 4, 2)


@pytest.fixture
def modes(monkeypatch):
    """The modes that steps are compiled in."""
    import autoencoder.training as training

    seen, function = [], training.minigrad.function

    def compiled(*arguments, mode, **options):
        seen.append(mode)
        return function(*arguments, mode=mode, **options)

    monkeypatch.setattr(training.minigrad, "function", compiled)
    return seen


@needs_a_compiler
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov", "adam"])
def test_c_trains_as_numpy_does(optimizer, dtype):
    X = np.random.RandomState(0).rand(300, 4)
    made = [
        AutoEncoder(optimizer=optimizer, dtype=dtype, epochs=20, random_state=0, engine=engine)
        for engine in ("numpy", "c")
    ]
    one, other = (model.fit(X).costs_ for model in made)
    np.testing.assert_allclose(one, other, rtol={"float64": 1e-12, "float32": 1e-4}[dtype])
    assert (one != other).any()  # or C has not computed


@pytest.mark.parametrize(
    ("size", "mode"), [(SHORT, None), (LONG, "C"), (MANY_STEPS, "C"), (MUCH_DATA, None)]
)
def test_auto_takes_c_where_training_is_long_and_a_step_is_of_little_data(monkeypatch, size, mode):
    monkeypatch.setattr(engines, "has_compiler", lambda: True)
    assert engines.mode_of("auto", *size) == mode


def test_auto_leaves_it_to_numpy_where_there_is_no_compiler(monkeypatch):
    monkeypatch.setenv("CC", "/nowhere/cc")
    assert engines.mode_of("auto", *LONG) is None


@pytest.mark.parametrize("absent", ["minigrad.native", "minigrad.planner"])
def test_auto_leaves_it_to_numpy_where_a_layer_is_left_out_that_it_needs(absent):
    program = f"""
import sys
sys.modules[{absent!r}] = None
from autoencoder.fitting.engines import mode_of
print(mode_of("auto", *{LONG}))
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert process.stdout == "None\n", process.stderr


def test_without_a_compiler_numpy_computes_what_c_was_to_and_a_warning_says_so(monkeypatch):
    monkeypatch.setenv("CC", "/nowhere/cc")
    X = np.random.RandomState(0).rand(20, 3)
    with pytest.warns(UserWarning, match="^engine='c': no C compiler was found .* NumPy"):
        model = AutoEncoder(epochs=2, random_state=0, engine="c").fit(X)
    expected = AutoEncoder(epochs=2, random_state=0, engine="numpy").fit(X)
    assert np.array_equal(model.weights_, expected.weights_)


@pytest.mark.parametrize(
    ("engine", "mode"),
    [("auto", None), ("numpy", "FAST_RUN"), pytest.param("c", "C", marks=needs_a_compiler)],
)
def test_a_model_trains_in_the_mode_of_its_engine(modes, engine, mode):
    X = np.random.RandomState(0).rand(40, 4)
    model = AutoEncoder(epochs=2, random_state=0, engine=engine).fit(X)
    assert modes == [mode]
    model.partial_fit(X)
    assert modes == [mode] * 2


def test_another_engine_takes_effect_in_the_next_partial_fit(modes):
    X = np.random.RandomState(0).rand(40, 4)
    model = AutoEncoder(random_state=0).partial_fit(X)
    model.set_params(engine="numpy").partial_fit(X).partial_fit(X)
    assert modes == [None, "FAST_RUN"]


@pytest.mark.parametrize(("batch_size", "n_steps"), [(None, 2), (16, 6), (20, 4)])
def test_what_training_takes_is_reckoned_from_all_epochs(monkeypatch, batch_size, n_steps):
    reckoned = []
    monkeypatch.setattr(engines, "_is_worth_it", lambda *size: reckoned.append(size))
    model = AutoEncoder(3, epochs=2, batch_size=batch_size, random_state=0)
    model.fit(np.random.RandomState(0).rand(40, 4))
    assert reckoned == [(n_steps, 80, 4, 3)]
