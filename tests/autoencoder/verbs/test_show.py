"""``show``: what a model file is."""

import re

import numpy as np
import pandas as pd
import pytest
from commands import NAMES, SHORT, done, run
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import autoencoder
from autoencoder import AutoEncoder, training


def test_show_tells_what_a_model_is(folder):
    lines = [line for line in done("show", "model.npz").splitlines() if ":" in line]
    told = {line.split(":")[0]: line.split(":", 1)[1].strip() for line in lines}
    assert told["Model"] == "model.npz"
    assert told["Network"] == "20 features → 3 hidden units → 20 features, float64"
    assert told["Trained"].startswith("30 epochs, cost from ")
    assert "n_hidden=3" in told["Hyperparameters"]
    assert told["Scaling"] == "each column's lowest number becomes 0, its highest 1"
    assert told["Class"] == "state, which is not a feature"


def test_show_tells_how_large_the_errors_of_training_were(folder):
    done("apply", "model.npz", "old.csv", "--scores", "scores.csv")
    scores = pd.read_csv("scores.csv")["score"]
    (line,) = [line for line in done("show", "model.npz").splitlines() if "Errors:" in line]
    assert line.split()[:5] == ["Errors:", "of", "the", "samples", "of"]
    shares = dict(re.findall(r"(\d+) % up to (\S+?)(?:,|$)", line))
    assert list(shares) == ["50", "90", "95", "99", "100"]
    assert float(shares["100"]) == pytest.approx(scores.max(), rel=1e-3)
    assert (scores <= float(shares["90"]) * 1.001).mean() >= 0.9


def test_show_says_nothing_of_errors_that_the_model_does_not_know(folder):
    with np.load("model.npz") as archive:
        entries = {name: archive[name] for name in archive.files if name != "error_percentiles"}
    np.savez("older.npz", **entries)
    assert "Errors" not in done("show", "older.npz")


@pytest.fixture
def untrained(folder, table, monkeypatch):
    """A file with a model whose training ended in its first epoch."""

    def interrupted(step, batches):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "_run_epoch", interrupted)
    model = make_pipeline(StandardScaler(), AutoEncoder(2, early_stopping=True))
    with pytest.warns(UserWarning, match="after 0 epochs"):
        autoencoder.save(model.fit(table[NAMES]), "untrained.npz")


def test_a_model_of_no_epoch_is_shown_and_applied_with_what_it_lacks(untrained):
    assert re.search(r"^Early stopping: +0 epochs$", done("show", "untrained.npz"), re.M)
    told = run("apply", "untrained.npz", "new.csv").stderr
    assert "(its training ended before an epoch was over), so the scores have no" in told


def test_show_has_a_line_for_each_feature_with_its_lowest_and_highest_number(folder, table):
    lines = done("show", "model.npz").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Columns: "))
    assert lines[start].split() == ["Columns:", "by", "their", "names", "lowest", "highest"]
    assert len(lines) == start + 1 + len(NAMES)
    for name, line in zip(NAMES, lines[start + 1 :], strict=True):
        low, high = line.strip().removeprefix(name).split()
        assert float(low) == pytest.approx(table[:80][name].min(), rel=1e-9)
        assert float(high) == pytest.approx(table[:80][name].max(), rel=1e-9)
        assert len(line) == len(lines[start])


def test_show_says_that_a_range_of_1_may_be_that_of_a_constant_column(folder, table):
    table[["sensor 0"]].assign(same=5).to_csv("x.csv", index=False)
    options = ["--hidden", 1, "--epochs", 2, "--quiet", "--figure", "none"]
    done("--data", "x.csv", *options, "--save", "m.npz")
    out = done("show", "m.npz")
    assert "its highest 1; those that are 1 apart may be one\n" in out
    assert out.splitlines()[-1].split() == ["same", "5", "6"]


def test_show_numbers_the_columns_of_a_model_without_names(folder, table):
    np.save("old.npy", table[:80][NAMES[:2]])
    options = ["--label", "none", *SHORT, "--hidden", 1, "--figure", "none", "--save", "m.npz"]
    done("--data", "old.npy", *options)
    lines = done("show", "m.npz").splitlines()
    assert [line.strip()[:8] for line in lines[-2:]] == ["column 0", "column 1"]


def test_show_lists_the_names_of_features_whose_scaling_is_not_by_their_ranges(folder, table):
    model = make_pipeline(StandardScaler(), AutoEncoder(2, epochs=1))
    autoencoder.save(model.fit(table[NAMES]), "own.npz")
    assert done("show", "own.npz").splitlines()[-1].split(maxsplit=1)[1] == ", ".join(NAMES)
