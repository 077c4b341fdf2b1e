"""Dask arrays and dataframes: each partition computes its sums where it is."""

import os
import signal

import dask
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from autoencoder import AutoEncoder

da = pytest.importorskip("dask.array")


@pytest.fixture
def X():
    return np.random.RandomState(0).rand(1003, 5)


@pytest.fixture
def model():
    return AutoEncoder(3, epochs=5, batch_size=None, random_state=0)


def assert_close(left, right):
    np.testing.assert_allclose(left, right, rtol=1e-10, atol=0)


def frame(X):
    return pd.DataFrame(X, columns=list("abcde"))


def dask_frame(table, npartitions=4):
    return pytest.importorskip("dask.dataframe").from_pandas(table, npartitions=npartitions)


@pytest.mark.parametrize(
    "chunks", [(100, 5), (100, 2), (1003, 5), ((1, 0, 1000, 2), (5,))], ids=str
)
@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_a_fit_on_a_dask_array_is_that_in_memory(X, model, chunks, scheduler):
    in_memory = model.fit(X).costs_
    with dask.config.set(scheduler=scheduler):
        assert_close(model.fit(da.from_array(X, chunks)).costs_, in_memory)


def test_a_fit_on_a_dataframe_is_that_on_one_in_memory_names_included(X, model):
    in_memory = model.fit(frame(X)).costs_
    model.fit(dask_frame(frame(X)))
    assert_close(model.costs_, in_memory)
    assert list(model.feature_names_in_) == list("abcde")


def test_the_same_data_gives_the_same_bits_each_time(X, model):
    runs = [model.fit(da.from_array(X, (100, 5))).costs_ for _ in range(2)]
    np.testing.assert_array_equal(runs[0], runs[1])


@pytest.mark.parametrize("method", ["transform", "reconstruct", "score_samples"])
def test_what_a_model_makes_of_an_array_is_computed_when_asked_for(X, model, method):
    in_memory = getattr(model.fit(X), method)(X)
    lazy = getattr(model, method)(da.from_array(X, (300, 2)))
    assert isinstance(lazy, da.Array)
    assert lazy.shape == in_memory.shape
    assert_close(lazy.compute(), in_memory)


@pytest.mark.parametrize("method", ["transform", "reconstruct", "score_samples"])
def test_what_a_model_makes_of_a_dataframe_is_computed_when_asked_for(X, model, method):
    in_memory = getattr(model.fit(frame(X)), method)(frame(X))
    assert_close(getattr(model, method)(dask_frame(frame(X))).compute(), in_memory)


def test_a_score_is_a_number(X, model):
    model.fit(X)
    assert_close(model.score(da.from_array(X, (300, 5))), model.score(X))


@pytest.mark.parametrize("batch_size", [300, 1002, 1003, 5000])
def test_batches_are_those_of_an_array_in_memory(X, model, batch_size):
    model.set_params(batch_size=batch_size)
    in_memory = model.fit(X).costs_
    assert_close(model.fit(da.from_array(X, ((1, 0, 600, 402), (5,)))).costs_, in_memory)


def test_a_partial_fit_goes_through_the_rows_in_their_order(X, model):
    model.set_params(batch_size=400)
    in_memory = model.partial_fit(X).costs_
    assert_close(clone(model).partial_fit(da.from_array(X, (300, 5))).costs_, in_memory)


def with_wrong(value):
    X = np.random.RandomState(0).rand(50, 5)
    X[30, 3] = value
    return X


BAD = {
    "one dimension": (lambda: da.ones(10), ValueError, "Expected 2D array, got 1D array"),
    "text": (lambda: da.from_array(np.array([["a"]])), ValueError, "must hold numbers; got dtype"),
    "no rows": (lambda: da.ones((0, 3)), ValueError, "0 sample"),
    "NaN": (lambda: da.from_array(with_wrong(np.nan), (20, 5)), ValueError, "NaN.* in column 3;"),
    "infinity": (lambda: da.from_array(with_wrong(np.inf), (20, 5)), ValueError, "in column 3;"),
    "a missing value": (lambda: dask_frame(frame(with_wrong(np.nan))), ValueError, "column 'd';"),
    "a column of text": (
        lambda: dask_frame(frame(with_wrong(0)).assign(name="x")),
        ValueError,
        "must hold numbers, but these columns do not: name; drop them",
    ),
    "a series": (lambda: dask_frame(frame(with_wrong(0))).a, ValueError, "Expected 2D array"),
    "a delayed value": (
        lambda: dask.delayed(1),
        TypeError,
        "Dask array or dataframe; got a Delayed",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_a_matrix_of_finite_numbers_is_refused(model, case):
    make, error, message = BAD[case]
    with pytest.raises(error, match=message):
        model.fit(make())
    assert not hasattr(model, "costs_")


def test_another_width_is_refused(X, model):
    with pytest.raises(ValueError, match="X has 4 features, but AutoEncoder is expecting 5"):
        model.fit(X).transform(da.ones((10, 4)))


# Two processes.


@pytest.fixture
def client(tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=50,
            local_directory=tmp_path,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_two_processes_train_the_model_of_one_though_one_is_killed(X, model, client):
    samples = da.from_array(X, (300, 5))
    pids = client.run(os.getpid)
    for epoch, _ in model.fit_epochs(samples):
        if epoch == 2:
            assert all(client.has_what().values())
            os.kill(next(iter(pids.values())), signal.SIGKILL)
    assert_close(model.costs_, model.fit(X).costs_)
