"""Samples in a file larger than memory: the same model, with a block in memory at a time."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autoencoder import (
    AutoEncoder,
    TiedNetwork,
    adam_updates,
    momentum_updates,
    nesterov_updates,
    train,
)
from autoencoder.rows import blocks
from autoencoder.rows.blocks import MappedRows


@pytest.fixture
def X():
    return np.random.RandomState(0).rand(1003, 5)


@pytest.fixture
def mapped(X, tmp_path, monkeypatch):
    """The same in a file of more than a few blocks."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 100 * X[0].nbytes)
    return in_file(X, tmp_path)


def in_file(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


def assert_close(left, right):
    np.testing.assert_allclose(left, right, rtol=1e-10, atol=0)


def test_a_fit_on_a_file_is_that_in_memory(X, mapped):
    model = AutoEncoder(3, epochs=50, batch_size=None, random_state=0)
    assert_close(model.fit(mapped).costs_, model.fit(X).costs_)


def test_a_callback_with_rows_held_out_stops_a_fit_on_a_file(X, mapped):
    scores = [-np.inf]

    def no_better(model, epoch, cost):
        scores.append(model.score(X[900:]))
        return scores[-1] <= scores[-2]

    options = {"batch_size": None, "learning_rate": 0, "random_state": 0}
    model = AutoEncoder(3, epochs=50, callback=no_better, **options).fit(mapped)
    assert model.n_iter_ == 2
    with pytest.raises(ValueError, match=r"in memory; .* a callback that returns True"):
        AutoEncoder(early_stopping=True).fit(mapped)


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", ["float32", "int16", ">f8"])
def test_files_of_any_numbers_and_order_are_converted_block_by_block(
    X, monkeypatch, tmp_path, dtype, order
):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4000)
    X = np.asarray(10 * X, dtype, order)
    model = AutoEncoder(3, epochs=10, batch_size=None, learning_rate=1e-4, random_state=0)
    assert_close(model.fit(in_file(X, tmp_path)).costs_, model.fit(X).costs_)


@pytest.mark.parametrize("optimizer", [momentum_updates, nesterov_updates, adam_updates])
def test_every_optimizer_moves_by_gradients_of_blocks(X, mapped, optimizer):
    costs = [
        [
            cost
            for _, cost in train(
                TiedNetwork.gaussian(5, 2, np.random.RandomState(0)),
                samples,
                optimizer=optimizer,
                learning_rate=0.01,
                epochs=20,
            )
        ]
        for samples in (X, MappedRows(mapped, "float64"))
    ]
    assert_close(*costs)


def test_a_file_of_one_block_is_read_as_an_array(X, tmp_path):
    model = AutoEncoder(3, epochs=5, batch_size=100, random_state=0)
    in_memory = model.fit(X).costs_
    np.testing.assert_array_equal(model.fit(in_file(X, tmp_path)).costs_, in_memory)


def test_batches_take_each_row_once_in_another_order_each_epoch(X, mapped):
    samples, rng = MappedRows(mapped, "float64"), np.random.RandomState(0)
    first, second = (list(samples.batches(30, rng)) for _ in range(2))
    assert {len(batch) for batch in first} == {30, 1003 % 30}
    for rows in np.concatenate(first), np.concatenate(second):
        assert not np.array_equal(rows, X)
        np.testing.assert_array_equal(rows[np.lexsort(rows.T)], X[np.lexsort(X.T)])
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))


def test_without_a_generator_batches_keep_the_order_of_the_rows(X, mapped):
    batches = MappedRows(mapped, "float64").batches(30, None)
    np.testing.assert_array_equal(np.concatenate(list(batches)), X)


def test_a_fit_in_batches_lowers_the_cost_as_in_memory(X, mapped):
    model = AutoEncoder(3, epochs=10, batch_size=30, random_state=0)
    assert model.fit(mapped).costs_[-1] == pytest.approx(model.fit(X).costs_[-1], rel=0.02)


@pytest.mark.parametrize("method", ["transform", "reconstruct", "score", "score_samples"])
def test_a_fitted_model_uses_a_file_block_by_block(X, mapped, method):
    model = AutoEncoder(3, epochs=5, random_state=0).fit(X)
    assert_close(getattr(model, method)(mapped), getattr(model, method)(X))


def test_partial_fits_go_through_the_file(X, mapped):
    model = AutoEncoder(3, epochs=2, batch_size=None, random_state=0)
    resumed = AutoEncoder(3, batch_size=None, random_state=0)
    resumed.partial_fit(mapped).partial_fit(mapped)
    assert_close(resumed.costs_, model.fit(X).costs_)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("method", ["fit", "fit_epochs", "partial_fit", "transform", "score"])
def test_a_number_that_is_not_finite_is_refused_with_its_column(
    X, monkeypatch, tmp_path, method, wrong
):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4000)
    model = AutoEncoder(dtype="float32", epochs=1)
    if method in ("transform", "score"):
        model.fit(X)
    X[700, 3] = wrong
    with pytest.raises(ValueError, match="NaN, infinity or a value too large .* in column 3;"):
        getattr(model, method)(in_file(X, tmp_path))


def test_a_file_of_another_width_is_refused(X, mapped):
    model = AutoEncoder(epochs=1).fit(X[:, :4])
    with pytest.raises(ValueError, match="X has 5 features, but AutoEncoder is expecting 4"):
        model.transform(mapped)


def test_changes_to_a_copy_on_write_mapping_are_not_lost(X, mapped, tmp_path):
    changed = np.load(tmp_path / "X.npy", mmap_mode="c")
    changed[:] = 0.5
    AutoEncoder(epochs=1).fit(changed)
    assert (changed == 0.5).all()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak from Linux")
def test_memory_stays_flat_while_a_large_file_is_trained_on_and_used(tmp_path):
    megabytes, at_most = 128, 48
    rows = np.random.RandomState(0).rand(2**14, 64)
    large = np.lib.format.open_memmap(
        tmp_path / "large.npy", "w+", "float64", (megabytes * 2**11, 64)
    )
    for start in range(0, len(large), len(rows)):
        large[start : start + len(rows)] = rows
    program = f"""
import re
import numpy as np
from autoencoder import AutoEncoder

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024

model = AutoEncoder(1, epochs=1, batch_size=None, random_state=0)
model.fit(np.random.RandomState(0).rand(100, 64))  # loads all that is needed
before = peak()
X = np.load({str(tmp_path / "large.npy")!r}, mmap_mode="r")
model.fit(X).score(X)
model.set_params(batch_size=10_000).partial_fit(X)
model.transform(X)
print(peak() - before)
"""
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert float(result.stdout) < at_most
