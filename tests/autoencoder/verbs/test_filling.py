"""Missing values that are filled in: by ``--fill``, and again in new rows."""

import re

import numpy as np
import pandas as pd
import pytest
from commands import NAMES, SHORT, done, run

import autoencoder


@pytest.fixture(scope="module")
def filled(tmp_path_factory, table):
    """A folder with old and new rows with missing values, and a model that fills them in."""
    folder = tmp_path_factory.mktemp("filled")
    columns = NAMES[:5]
    rows = table[columns].copy()
    rows.iloc[::4, 0] = rows.iloc[3, :] = np.nan
    rows[:80].to_csv(folder / "gaps.csv", index=False)
    rows[80:].assign(kind=1)[["kind", *columns[::-1]]].to_csv(folder / "new gaps.csv", index=False)
    options = ["--fill", "median", *SHORT, "--figure", "none", "--save", folder / "g.npz"]
    told = run("--data", folder / "gaps.csv", *options)
    assert told.returncode == 0
    assert "gaps.csv: 25 missing values filled in: sensor 0 in 21, sensor 1 in 1" in told.stderr
    assert told.stderr.endswith("sensor 4 in 1 of 80 rows\n")
    return folder, rows


@pytest.fixture
def gaps(folder, filled):
    """The rows, with copies of those files in the current folder."""
    trained, rows = filled
    for name in ("gaps.csv", "new gaps.csv", "g.npz"):
        (folder / name).write_bytes((trained / name).read_bytes())
    return rows


def test_what_is_missing_is_filled_with_the_medians_of_training(gaps):
    filling = autoencoder.load("g.npz")[0]
    np.testing.assert_allclose(filling.statistics_, gaps[:80].median())
    assert list(filling.feature_names_in_) == list(gaps.columns)


def test_new_rows_are_filled_with_what_training_was(gaps):
    run("apply", "g.npz", "new gaps.csv", "--scores", "s.csv", "--reconstruct", "r.csv")
    model = autoencoder.load("g.npz")
    filled = gaps[80:].fillna(gaps[:80].median())
    np.testing.assert_allclose(
        pd.read_csv("s.csv")["score"], model.score_samples(filled), rtol=1e-6
    )
    np.testing.assert_allclose(pd.read_csv("r.csv"), model.reconstruct(filled), rtol=1e-6)


def test_what_is_filled_in_of_new_rows_is_told_with_the_option_that_leaves_them_out(gaps):
    gaps[81:84].assign(**{NAMES[3]: [np.nan, 1, 2]}).to_csv("lacking.csv", index=False)
    assert run("apply", "g.npz", "lacking.csv").stderr.startswith(
        "autoencoder: lacking.csv: 1 missing value filled in: sensor 3 in 1 of 3 rows; "
        "--drop-missing leaves such rows out\n"
    )


def test_new_rows_may_lack_a_column_that_training_had_if_it_is_filled(gaps):
    gaps[80:].assign(**{NAMES[1]: np.nan}).to_csv("lacking.csv", index=False)
    assert run("apply", "g.npz", "lacking.csv", "--figure", "lacking.png").returncode == 0


def test_new_rows_with_missing_values_can_be_left_out_all_the_same(gaps):
    run("apply", "g.npz", "new gaps.csv", "--drop-missing", "--scores", "s.csv")
    assert len(pd.read_csv("s.csv")) == 15


def test_show_says_whether_missing_values_are_filled(gaps):
    assert re.search(r"Missing values: +filled with each column's median\n", done("show", "g.npz"))
    assert re.search(r"Missing values: +refused\n", done("show", "model.npz"))


def test_a_matrix_without_names_can_be_filled_too(gaps):
    np.save("gaps.npy", gaps[:80])
    options = ["--fill", "mean", "--label", "none", *SHORT, "--figure", "none", "--save", "m.npz"]
    assert run("--data", "gaps.npy", *options).returncode == 0
    np.testing.assert_allclose(autoencoder.load("m.npz")[0].statistics_, gaps[:80].mean())


FILLED_BADLY = {
    "another filling": (["--fill", "zero"], "expected mean or median"),
    "with rows left out": (["--fill", "mean", "--drop-missing"], "say one of them"),
    "on a cluster": (["--fill", "mean", "--dask", "local"], "needs the data in memory"),
    "nothing to fill with": (
        ["--fill", "mean", "--data", "empty.csv"],
        "column 'b' is without any value.*--drop",
    ),
}


@pytest.mark.parametrize("case", FILLED_BADLY)
def test_a_filling_that_cannot_be_is_refused(folder, case):
    pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, np.nan]}).to_csv("empty.csv", index=False)
    options, complaint = FILLED_BADLY[case]
    result = run("--data", "old.csv", *options)
    assert result.returncode == 2
    assert re.search(complaint, result.stderr)


def test_whoever_refuses_missing_values_says_how_they_are_filled(gaps):
    assert "--fill median" in run("--data", "gaps.csv").stderr
