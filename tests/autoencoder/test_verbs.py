"""``train``, ``apply`` and ``show``: from a table of one's own to scores of new rows."""

import io
import os
import re
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import autoencoder
from autoencoder import AutoEncoder
from autoencoder.__main__ import main
from autoencoder.command.report import hint_at_row_numbers
from autoencoder.data import read_samples
from autoencoder.data.frames import quoted

NAMES = [f"sensor {i}" for i in range(20)]
SHORT = ["--epochs", 30, "--hidden", 3, "--quiet"]


def run(*options):
    with redirect_stdout(io.StringIO()) as stdout, redirect_stderr(io.StringIO()) as stderr:
        try:
            status = main([str(option) for option in options])
        except SystemExit as exit_:
            status = exit_.code
    return subprocess.CompletedProcess(options, status, stdout.getvalue(), stderr.getvalue())


def done(*options):
    result = run(*options)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.fixture(scope="module")
def table():
    rng = np.random.RandomState(0)
    rows = rng.randn(100, 3) @ rng.randn(3, 20) * 10.0 ** rng.randint(-3, 7, 20)
    frame = pd.DataFrame(rows, columns=NAMES)
    frame.insert(7, "state", rng.choice(["idle", "busy"], 100))
    return frame


@pytest.fixture(scope="module")
def trained(tmp_path_factory, table):
    """A folder with a table, a model trained on most of it, and the rest as new rows."""
    folder = tmp_path_factory.mktemp("trained")
    table[:80].to_csv(folder / "old.csv", index=False)
    table[80:].to_csv(folder / "new.csv", index=False)
    files = ["--data", folder / "old.csv", "--label", "state", "--figure", folder / "old.png"]
    done(*files, *SHORT, "--save", folder / "model.npz")
    return folder


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    """The current folder, with copies of what was trained."""
    for name in ("old.csv", "new.csv", "model.npz"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_three_commands_lead_from_a_table_to_the_librarys_scores_of_new_rows(folder, table):
    done("--data", "old.csv", "--label", "state", "--epochs", 30, "--save", "m.npz")
    done("show", "m.npz")
    done("apply", "m.npz", "new.csv", "--scores", "scores.csv")
    scores = pd.read_csv("scores.csv")
    assert list(scores) == ["row", "score", "above", "worst"]
    assert scores["row"].tolist() == list(range(20))
    expected = autoencoder.load("m.npz").score_samples(table[80:][NAMES])
    np.testing.assert_allclose(scores["score"], expected, rtol=1e-12)


def test_a_score_is_the_mean_squared_error_of_the_scaled_row(folder, table):
    done("apply", "model.npz", "new.csv", "--scores", "s.csv")
    old, new = table[:80][NAMES].to_numpy(), table[80:][NAMES].to_numpy()
    scaled = (new - old.min(axis=0)) / np.ptp(old, axis=0)
    rebuilt = AutoEncoder.load("model.npz").reconstruct(scaled)
    expected = np.square(scaled - rebuilt).mean(axis=1)
    np.testing.assert_allclose(pd.read_csv("s.csv")["score"], expected, rtol=1e-4)


def test_codes_and_reconstructions_are_the_librarys_and_have_names(folder, table):
    done("apply", "model.npz", "new.csv", "--codes", "c.csv", "--reconstruct", "r.csv")
    model = autoencoder.load("model.npz")
    codes, rows = pd.read_csv("c.csv"), pd.read_csv("r.csv")
    assert list(codes) == ["code0", "code1", "code2"]
    assert list(rows) == NAMES
    np.testing.assert_array_equal(codes, model.transform(table[80:][NAMES]))
    np.testing.assert_allclose(rows, model.inverse_transform(codes.to_numpy()), rtol=1e-12)


def test_the_order_of_the_columns_and_the_class_do_not_matter(folder, table):
    done("apply", "model.npz", "new.csv", "--scores", "s.csv")
    table[80:][NAMES[::-1]].to_csv("other.csv", index=False)
    done("apply", "model.npz", "other.csv", "--scores", "t.csv")
    assert (folder / "s.csv").read_bytes() == (folder / "t.csv").read_bytes()


def test_columns_that_the_model_does_not_know_are_left_out_and_said(folder, table):
    table[80:].assign(id=5).to_csv("other.csv", index=False)
    result = run("apply", "model.npz", "other.csv", "--scores", "s.csv")
    assert result.returncode == 0
    assert result.stderr == (
        "autoencoder: other.csv: column 'id' is left out, which the model was not trained on\n"
    )


def test_new_rows_come_from_standard_input_too(folder, monkeypatch):
    done("apply", "model.npz", "new.csv", "--scores", "s.csv")
    content = (folder / "new.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    done("apply", "model.npz", "-", "--scores", "t.csv")
    assert (folder / "s.csv").read_bytes() == (folder / "t.csv").read_bytes()


def test_values_outside_the_range_of_training_are_applied_to(folder, table):
    (1e6 * table[80:][NAMES]).to_csv("far.csv", index=False)
    assert run("apply", "model.npz", "far.csv", "--scores", "s.csv").returncode == 0
    assert (pd.read_csv("s.csv")["score"] > 1).all()


def test_apply_tells_the_mean_error_and_the_worst_row(folder, table):
    odd = table[80:].copy()
    odd.iloc[4, 0] *= 1000
    odd.to_csv("odd.csv", index=False)
    lines = run("apply", "model.npz", "odd.csv").stdout.splitlines()
    mean = autoencoder.load("model.npz").score_samples(odd[NAMES]).mean()
    assert lines[-3].startswith(f"Mean squared error of the scaled rows = {mean:.10g};")
    assert lines[-2].startswith("The largest, ")
    assert lines[-2].endswith("is that of row 4, counted from 0")


def test_beside_the_error_of_new_rows_stands_that_of_training(folder):
    options = ["--label", "state", "--epochs", 3, "--figure", "none", "--save", "m.npz"]
    out = done("--data", "old.csv", *options)
    cost = float(re.search(r"Trained for .*, cost = (\S+)", out)[1])
    assert f"; in training it was {cost:.4g}\n" in done("apply", "m.npz", "new.csv")
    assert f" to {cost:.4g}\n" in done("show", "m.npz")


def test_training_tells_which_share_of_the_variance_is_lost_and_by_pca(folder, table):
    options = ["--label", "state", "--epochs", 3, "--hidden", 2, "--figure", "none"]
    out = done("--data", "old.csv", *options)
    cost = float(re.search(r"Trained for .*, cost = (\S+)", out)[1])
    scaled = MinMaxScaler().fit_transform(table[:80][NAMES])
    variance = scaled.var(axis=0).mean()
    rebuilt = PCA(2).fit(scaled)
    lost = ((scaled - rebuilt.inverse_transform(rebuilt.transform(scaled))) ** 2).mean()
    told = re.search(r"Lost: (\S+) % of the variance; PCA with 2 components loses (\S+) %", out)
    shares = [100 * cost / variance, 100 * lost / variance]
    assert [float(told[1]), float(told[2])] == pytest.approx(shares, rel=0.01)


def test_columns_that_reach_far_beyond_the_range_of_training_are_named(folder, table):
    low, high = table[:80][NAMES].min(), table[:80][NAMES].max()
    new = table[80:].copy()
    new[NAMES] = new[NAMES].clip(low, high, axis=1)
    row = new.index[5]
    new.loc[row, "sensor 1"] = high["sensor 1"] + 0.9 * (high - low)["sensor 1"]
    new.loc[row, "sensor 2"] = high["sensor 2"] + 1.1 * (high - low)["sensor 2"]
    new.loc[row, "sensor 3"] = low["sensor 3"] - 1.1 * (high - low)["sensor 3"]
    new.to_csv("far.csv", index=False)
    result = run("apply", "model.npz", "far.csv")
    assert result.returncode == 0
    assert result.stderr == (
        "autoencoder: far.csv: more than a whole range of training beyond it: sensor 2, sensor 3; "
        "look for mistakes in them, such as other units\n"
    )


def test_rows_with_missing_values_are_refused_or_left_out(folder, table):
    holes = table[80:].copy()
    holes.iloc[3, 0] = np.nan
    holes.to_csv("holes.csv", index=False)
    result = run("apply", "model.npz", "holes.csv")
    assert result.returncode == 2
    assert "1 of 20 rows have missing values ('sensor 0': 1)" in result.stderr
    result = run("apply", "model.npz", "holes.csv", "--drop-missing", "--scores", "s.csv")
    assert result.returncode == 0
    assert "1 of 20 rows left out" in result.stderr
    assert len(pd.read_csv("s.csv")) == 19


def test_where_rows_were_left_out_each_is_told_by_its_number_in_the_file(folder, table):
    holes = table[80:].copy()
    holes.iloc[3, 0] = np.nan
    holes.iloc[6, 0] *= 1000
    holes.to_csv("holes.csv", index=False)
    result = run("apply", "model.npz", "holes.csv", "--drop-missing", "--scores", "s.csv")
    scores = pd.read_csv("s.csv")
    assert scores["row"].tolist() == [row for row in range(20) if row != 3]
    assert scores.loc[scores["score"].idxmax(), "row"] == 6
    assert result.stdout.count("is that of row 6, counted from 0") == 1


def test_codes_and_rebuilt_rows_have_numbers_only_where_rows_were_left_out(folder, table):
    outputs = ["--codes", "c.csv", "--reconstruct", "r.csv", "--drop-missing"]
    done("apply", "model.npz", "new.csv", *outputs)
    assert list(pd.read_csv("c.csv")) == ["code0", "code1", "code2"]
    table[80:].replace(table.iloc[83, 0], np.nan).to_csv("holes.csv", index=False)
    run("apply", "model.npz", "holes.csv", *outputs)
    assert list(pd.read_csv("c.csv"))[0] == list(pd.read_csv("r.csv"))[0] == "row"


@pytest.mark.parametrize("share", [50, 99])
def test_apply_tells_and_marks_the_rows_above_the_errors_of_training(folder, share):
    chosen = [] if share == 99 else ["--threshold", share]
    out = done("apply", "model.npz", "new.csv", "--scores", "s.csv", *chosen)
    scores = pd.read_csv("s.csv")
    limit = autoencoder.load("model.npz").error_percentiles_[share]
    assert scores["above"].tolist() == (scores["score"] > limit).tolist()
    n_above = scores["above"].sum()
    assert 0 < n_above < 20
    assert f"{n_above} of 20 rows above the {share} % error of training ({limit:.4g})\n" in out


def test_no_row_of_training_is_above_the_largest_error_of_training(folder):
    out = done("apply", "model.npz", "old.csv", "--threshold", 100)
    assert "0 of 80 rows above the 100 % error of training" in out


def test_a_model_that_does_not_know_the_errors_of_training_says_so_if_it_is_asked(folder):
    with np.load("model.npz") as archive:
        entries = {name: archive[name] for name in archive.files if name != "error_percentiles"}
    np.savez("older.npz", **entries)
    assert "above" not in done("apply", "older.npz", "new.csv", "--scores", "s.csv")
    assert list(pd.read_csv("s.csv")) == ["row", "score", "worst"]
    result = run("apply", "older.npz", "new.csv", "--threshold", 95)
    assert result.returncode == 2
    assert "older.npz does not know the errors of training; train it again" in result.stderr


def test_the_column_that_lost_most_is_told_of_each_row(folder, table):
    done("apply", "model.npz", "new.csv", "--scores", "s.csv", "--reconstruct", "r.csv")
    lost = (pd.read_csv("r.csv") - table[80:][NAMES].reset_index(drop=True)).abs()
    spans = np.ptp(table[:80][NAMES].to_numpy(), axis=0)
    assert pd.read_csv("s.csv")["worst"].tolist() == (lost / spans).idxmax(axis=1).tolist()


def test_text_in_a_cell_of_new_rows_is_told_with_its_place_and_no_option_that_apply_lacks(
    folder, table
):
    typo = table[80:].astype({"sensor 4": object})
    typo.iloc[3, 4] = "n/a?"
    typo.to_csv("typo.csv", index=False)
    result = run("apply", "model.npz", "typo.csv")
    assert result.returncode == 2
    assert "typo.csv: row 3 of 'sensor 4' is no number ('n/a?'); correct it;" in result.stderr


def test_rows_that_all_lack_a_value_are_refused_with_no_option_that_apply_lacks(folder, table):
    table[80:].assign(**{"sensor 4": np.nan}).to_csv("holes.csv", index=False)
    result = run("apply", "model.npz", "holes.csv", "--drop-missing")
    assert result.returncode == 2
    assert "got none; train with --fill median;" in result.stderr


def test_apply_draws_new_rows_if_it_is_asked_to(folder):
    before = set(os.listdir())
    done("apply", "model.npz", "new.csv")
    assert set(os.listdir()) == before
    done("apply", "model.npz", "new.csv", "--figure", "new.png")
    assert (folder / "new.png").read_bytes().startswith(b"\x89PNG")


def test_the_picture_of_new_rows_shows_their_errors_beside_those_of_training(folder, monkeypatch):
    pictures = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *args, **options: pictures.append(figure))
    done(
        "apply", "model.npz", "new.csv", "--threshold", 90, "--scores", "s.csv", "--figure", "f.png"
    )
    panels = {axes.get_title(loc="left"): axes for axes in pictures[0].axes}
    assert list(panels) == ["Incoming data", "Encoded data", "Decoded data", "Errors", "Lost"]
    scores = pd.read_csv("s.csv")
    errors, ringed, *levels = (line.get_ydata() for line in panels["Errors"].lines)
    np.testing.assert_array_equal(errors, sorted(scores["score"], reverse=True))
    np.testing.assert_array_equal(ringed, errors[: scores["above"].sum()])
    percentiles = autoencoder.load("model.npz").error_percentiles_
    assert [level[0] for level in levels] == list(percentiles.values())
    largest = scores.nlargest(3, "score")["row"]
    assert [text.get_text() for text in panels["Errors"].texts] == [str(row) for row in largest]
    rings = panels["Incoming data"].collections[1].get_offsets()
    table = pd.read_csv("new.csv")[scores["above"]]
    np.testing.assert_allclose(rings, table[NAMES[:2]], rtol=1e-4)


def test_a_picture_of_errors_needs_none_of_training(folder, monkeypatch):
    pictures = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *args, **options: pictures.append(figure))
    with np.load("model.npz") as archive:
        entries = {name: archive[name] for name in archive.files if not name.startswith("error")}
    np.savez("older.npz", **entries)
    done("apply", "older.npz", "new.csv", "--figure", "f.png")
    (errors,) = [axes for axes in pictures[0].axes if axes.get_title(loc="left") == "Errors"]
    assert errors.get_legend() is None
    assert len(errors.texts) == 3


@pytest.mark.parametrize(
    ("label", "classes"), [("state", ["busy", "idle"]), ("grade", ["grade 1", "grade 2"])]
)
def test_the_pictures_call_classes_that_are_numbers_after_their_column(
    folder, table, monkeypatch, label, classes
):
    pictures = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *args, **options: pictures.append(figure))
    rows = table[["sensor 0", "sensor 1", "state"]].assign(grade=[1, 2] * 50)
    rows = rows[["sensor 0", "sensor 1", label]]
    rows.to_csv("x.csv", index=False)
    options = ["--label", label, "--hidden", 1, "--epochs", 2, "--quiet", "--save", "m.npz"]
    done("--data", "x.csv", *options)
    done("apply", "m.npz", "x.csv", "--figure", "f.png")
    for picture in pictures:
        (legend,) = picture.legends
        assert [text.get_text() for text in legend.get_texts()] == classes
    assert len(pictures) == 2


def test_a_model_of_columns_without_names_takes_arrays(folder, table):
    np.save("old.npy", table[:80][NAMES])
    np.save("new.npy", table[80:][NAMES])
    done("--data", "old.npy", "--label", "none", *SHORT, "--save", "m.npz")
    done("apply", "m.npz", "new.npy", "--scores", "s.csv", "--reconstruct", "r.csv")
    expected = autoencoder.load("m.npz").score_samples(table[80:][NAMES].to_numpy())
    np.testing.assert_array_equal(pd.read_csv("s.csv")["score"], expected)
    assert list(pd.read_csv("r.csv"))[:2] == ["x0", "x1"]


def test_a_pipeline_of_ones_own_is_applied_like_the_commands(folder, table):
    model = make_pipeline(StandardScaler(), AutoEncoder(2, epochs=20, random_state=0))
    autoencoder.save(model.fit(table[NAMES]), "own.npz")
    result = run("apply", "own.npz", "new.csv", "--scores", "s.csv")
    assert result.returncode == 0
    assert "column 'state' is left out" in result.stderr
    expected = model.score_samples(table[80:][NAMES])
    np.testing.assert_allclose(pd.read_csv("s.csv")["score"], expected, rtol=1e-12)


def test_a_model_without_scaling_says_so(folder):
    rows = np.random.RandomState(0).rand(20, 3)
    np.save("rows.npy", rows)
    model = AutoEncoder(2, epochs=20, random_state=0).fit(rows)
    model.save("alone.npz")
    result = run("apply", "alone.npz", "rows.npy", "--scores", "s.csv")
    assert result.returncode == 0
    assert "alone.npz holds no scaling" in result.stderr
    np.testing.assert_array_equal(pd.read_csv("s.csv")["score"], model.score_samples(rows))


def test_a_model_with_names_and_no_scaling_is_applied_without_a_warning(folder):
    rows = pd.DataFrame(np.random.RandomState(0).rand(20, 3), columns=["a", "b", "c"])
    rows.to_csv("rows.csv", index=False)
    AutoEncoder(2, epochs=20, random_state=0).fit(rows).save("alone.npz")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = run("apply", "alone.npz", "rows.csv", "--scores", "s.csv", "--figure", "f.png")
    assert result.returncode == 0
    assert result.stderr.count("\n") == 1
    expected = autoencoder.load("alone.npz").score_samples(rows)
    np.testing.assert_array_equal(pd.read_csv("s.csv")["score"], expected)


def test_new_rows_are_all_scored_and_drawn_though_their_class_is_unknown(folder, table):
    table[80:].assign(state="").to_csv("unknown.csv", index=False)
    done("apply", "model.npz", "unknown.csv", "--scores", "s.csv", "--figure", "f.png")
    done("apply", "model.npz", "new.csv", "--scores", "t.csv")
    assert (folder / "s.csv").read_bytes() == (folder / "t.csv").read_bytes()


def test_show_tells_what_a_model_is(folder):
    lines = [line for line in done("show", "model.npz").splitlines() if ":" in line]
    told = {line.split(":")[0]: line.split(":", 1)[1].strip() for line in lines}
    assert told["Model"] == "model.npz"
    assert told["Network"] == "20 features → 3 hidden units → 20 features, float64"
    assert told["Trained"].startswith("30 epochs, cost from ")
    assert "n_hidden=3" in told["Hyperparameters"]
    assert told["Scaling"] == "each column's lowest number becomes 0, its highest 1"
    assert told["Class"] == "state, which is no feature"


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


def test_train_is_the_verb_that_need_not_be_said(folder):
    options = ["--data", "old.csv", "--drop", "state", "--epochs", 2]
    assert done("train", *options) == done(*options)


def test_what_is_taken_for_features_and_for_the_class_is_told(folder, table):
    table[["sensor 0", "state"]].assign(same=1).to_csv("x.csv", index=False)
    options = ["--label", "state", "--hidden", 1, "--epochs", 2]
    lines = done("--data", "x.csv", *options).splitlines()
    assert (
        "Data: x.csv: 100 samples of 2 features: sensor 0, same; class: state (2 values); "
        "always the same: same"
    ) in lines
    lines = done("--data", "x.csv", "--drop", "state", *options[2:]).splitlines()
    assert any("sensor 0, same; no class" in line for line in lines)


def test_a_folder_of_pictures_of_digits_is_learned_and_drawn(folder):
    digits = load_digits()
    for i, (image, target) in enumerate(zip(digits.images[:60], digits.target, strict=False)):
        path = folder / "digits" / str(target)
        path.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image * 255 / 16).astype(np.uint8)).save(path / f"{i}.png")
    out = done("--data", "digits/", "--hidden", 9, "--epochs", 30, "--save", "m.npz")
    assert "Data: digits/: 60 images of 8 × 8 pixels; the class has 10 values" in out
    assert (folder / "autoencoder.png").read_bytes().startswith(b"\x89PNG")
    done("apply", "m.npz", "digits/", "--codes", "c.csv", "--figure", "f.png")
    model = autoencoder.load("m.npz")
    first = np.asarray(Image.open(folder / "digits" / "0" / "0.png"), float).reshape(1, 64)
    codes = pd.read_csv("c.csv", index_col="file")
    assert codes.index[0] == "0/0.png"
    np.testing.assert_array_equal(codes.to_numpy()[:1], model.transform(first))
    assert "the pixels of images of 8 × 8" in done("show", "m.npz")


def test_the_options_of_training_are_the_estimators(folder, table):
    words = "--optimizer adam --early-stopping --validation-fraction 0.25 --n-iter-no-change 9"
    more = "--tol 0.01 --corruption gaussian --corruption-level 0.1 --epochs 40 --seed 3"
    done("--data", "old.csv", "--label", "state", *words.split(), *more.split(), "--save", "m.npz")
    scaler, network = autoencoder.load("m.npz")
    expected = AutoEncoder(
        optimizer="adam",
        early_stopping=True,
        validation_fraction=0.25,
        n_iter_no_change=9,
        tol=0.01,
        corruption="gaussian",
        corruption_level=0.1,
        epochs=40,
        random_state=3,
    )
    assert network.get_params() == expected.get_params()
    assert len(network.validation_scores_) == network.n_iter_


def test_early_stopping_is_told_with_the_best_epoch_after_training_and_by_show(folder):
    words = "--early-stopping --n-iter-no-change 2 --tol 0.9 --epochs 50 --save m.npz"
    lines = done("--data", "old.csv", "--label", "state", *words.split()).splitlines()
    network = autoencoder.load("m.npz")[1]
    best = network.validation_scores_.argmax()
    told = (
        f"the best was epoch {best}, counted from 0, "
        f"validation error {-network.validation_scores_[best]:.4g}"
    )
    assert network.n_iter_ < 50
    assert f"Stopped early after {network.n_iter_} of 50 epochs; {told}" in lines
    assert any(line.startswith(f"Trained for {network.n_iter_} epochs, cost = ") for line in lines)
    assert f"{network.n_iter_} epochs; {told}" in done("show", "m.npz")


def test_early_stopping_that_did_not_stop_says_so(folder):
    words = "--drop state --early-stopping --epochs 3 --save m.npz"
    assert "Not stopped early in 3 of 3 epochs; " in done("--data", "old.csv", *words.split())


def test_without_early_stopping_nothing_is_told_of_it(folder):
    out = done("--data", "old.csv", "--drop", "state", "--epochs", 3) + done("show", "model.npz")
    assert "best" not in out


def test_options_that_have_no_effect_are_told_of_in_one_line(folder):
    data = ["--data", "old.csv", "--drop", "state", "--epochs", 2]
    result = run(*data, "--corruption-level", 0.5)
    assert result.returncode == 0
    assert result.stderr == ("autoencoder: --corruption-level has no effect without --corruption\n")
    result = run(*data, "--tol", 0.5, "--n-iter-no-change", 7)
    assert result.stderr == (
        "autoencoder: --n-iter-no-change, --tol have no effect without --early-stopping\n"
    )


@pytest.mark.parametrize(("verb", "can_be_1"), [("train", True), ("apply", False), ("show", False)])
def test_the_help_of_a_verb_lists_its_own_exit_statuses(verb, can_be_1):
    assert ("1 training" in run(verb, "--help").stdout) == can_be_1


def test_an_image_by_itself_is_refused_in_favour_of_its_folder(folder):
    Image.new("L", (2, 2)).save("one.png")
    result = run("apply", "model.npz", "one.png")
    assert result.returncode == 2
    assert "one.png: expected a table or a folder, got an image; give its folder" in result.stderr


def test_training_that_ends_above_where_it_began_ends_with_status_1(folder):
    rows = np.random.RandomState(0).rand(40, 3)
    rows[:2] = [[-20], [21]]
    np.save("x.npy", rows)
    result = run("--data", "x.npy", "--label", "none", "--lr", 3, "--epochs", 12)
    assert result.returncode == 1
    assert "training made it worse: the cost was 0.0" in result.stderr
    assert "try a smaller --lr (it is 3)" in result.stderr


def test_a_few_epochs_in_which_momentum_overshoots_are_no_failure(folder):
    assert run("--data", "old.csv", "--drop", "state", "--epochs", 1).returncode == 0


def test_without_pandas_arrays_are_read_and_of_a_table_one_line_says_what_to_install(folder):
    np.save("x.npy", np.random.RandomState(0).rand(9, 3))
    program = """
import sys
from importlib.abc import MetaPathFinder
class WithoutPandas(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name="pandas")
sys.meta_path.insert(0, WithoutPandas())
from autoencoder.__main__ import main
assert main(["--data", "x.npy", "--hidden", "1", "--epochs", "2", "--quiet"]) == 0
sys.exit(main(["--data", "old.csv"]))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == "autoencoder: autoencoder needs pandas: pip install 'minigrad[data]'\n"


# Bad input: one line on stderr, status 2, nothing written.

BAD = {
    "--optimizer sgd": "got 'sgd', expected momentum or nesterov or adam",
    "--optimizer adam --momentum 1": "--momentum: expected less than 1 with --optimizer adam",
    "--lr fast": "got 'fast', expected a number of at least 0, or auto",
    "--batch-size none": "got 'none', expected a whole number of at least 1, or all, or auto",
    "--early-stopping 5": "unrecognized arguments: 5",
    "--validation-fraction 0": "expected more than 0 and less than 1",
    "--validation-fraction 1": "expected more than 0 and less than 1",
    "--validation-fraction nan": "expected a number from 0 to 1",
    "--n-iter-no-change 0": "expected a whole number of at least 1",
    "--tol -1": "expected a number of at least 0",
    "--corruption salt": "got 'salt', expected masking or gaussian",
    "--corruption masking --corruption-level 2": "--corruption-level: expected a share of at most 1",
    "--corruption-level -1": "expected a number of at least 0",
    "--data old.csv": "'state' holds text or dates ('",
    "--data old.csv --label sate": "--label: there is no column 'sate'",
    "--data old.csv --drop stat": "--drop: there is no column 'stat'",
    "--data old.csv --drop state --label state": "--label: state is in --drop too",
    "--data old.csv --drop-miss": "unrecognized arguments: --drop-miss",
    "apply model.npz new.csv --drop": "unrecognized arguments: --drop",
    "apply model.npz new.csv --threshold 97": "got '97', expected 50 or 90 or 95 or 99 or 100",
    "--data old.csv --drop": "expected at least one argument",
    "--data missing.csv": "missing.csv: No such file",
    "--data part-*.csv": "part-*.csv: No such file or directory; the files that a pattern matches are "
    "read as one table with --dask local",
    "--data digits --label 3": "the class of an image is the name of its folder",
    "--data donuts --label 5": "--label: there is no column '5' among columns [0, 1, 2, 3, 4]",
    "--data old.csv --label state --save old.csv": "is the file of --data too",
    "aply model.npz new.csv": "'aply' is none of train, apply, show",
    "old.csv": "data to train on is given as --data old.csv",
    "train old.csv": "unrecognized arguments: old.csv",
    "apply": "the following arguments are required: MODEL, FILE",
    "apply model.npz": "the following arguments are required: FILE",
    "apply old.csv new.csv": "MODEL: old.csv: expected a model",
    "apply missing.npz new.csv": "missing.npz: No such file",
    "apply model.npz missing.csv": "missing.csv: No such file",
    "apply model.npz part-*.csv": "part-*.csv: No such file or directory; give one file, not a pattern",
    "apply model.npz donuts": "expected the 20 columns that the model was trained on",
    "apply model.npz digits": "8 × 8 pixels, but the model was trained on no images",
    "apply model.npz new.csv --scores new.csv": "is the file of FILE too",
    "apply model.npz new.csv --codes model.npz": "is the file of MODEL too",
    "apply model.npz new.csv --codes c.csv --scores c.csv": "is the file of --codes too",
    "apply model.npz new.csv --codes missing/c.csv": "No such file or directory",
    "apply model.npz new.csv --reconstruct .": "not an ordinary file",
    "apply model.npz new.csv --figure f.xyz": "expected a name that ends in .png",
    "apply model.npz new.csv --label state": "unrecognized arguments",
    "show": "the following arguments are required: MODEL",
    "show missing.npz": "missing.npz: No such file",
    "show old.csv": "old.csv: expected a model written by AutoEncoder.save or --save, but",
    "show model.npz new.csv": "unrecognized arguments: new.csv",
}


@pytest.mark.parametrize("line", BAD)
def test_bad_input_is_refused_with_one_line(folder, line):
    before = sorted(os.listdir())
    result = run(*line.split())
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert BAD[line] in result.stderr
    assert sorted(os.listdir()) == before


def test_a_column_that_is_missing_is_named(folder, table):
    table[NAMES[2:]].to_csv("few.csv", index=False)
    result = run("apply", "model.npz", "few.csv", "--scores", "s.csv")
    assert result.returncode == 2
    assert "few.csv: columns 'sensor 0', 'sensor 1' are missing" in result.stderr
    assert not os.path.exists("s.csv")


# Columns that only name rows.


def hint(columns, n=30):
    pd.DataFrame(columns).head(n).to_csv("hint.csv", index=False)
    return hint_at_row_numbers(read_samples("hint.csv"))


def test_a_column_that_looks_like_a_number_of_rows_is_told_of_with_what_leaves_it_out(folder):
    pd.read_csv("old.csv").rename_axis("row no").to_csv("numbered.csv")
    options = ["--data", "numbered.csv", "--label", "state", "--figure", "none", *SHORT]
    told = run(*options)
    assert told.returncode == 0
    assert "row no holds whole numbers" in told.stderr
    assert '(--drop "row no")' in told.stderr
    done(*options, "--drop", "row no")


def test_numbers_of_rows_may_have_gaps_or_fall(folder):
    columns = {"up": np.arange(30) ** 2, "down": -np.arange(30), "x": np.sin(np.arange(30))}
    assert "up, down hold whole numbers" in hint(columns)


COUNTS = {
    "fractions": {"x": np.arange(30) / 4},
    "the same twice": {"x": np.arange(30) // 2},
    "up and down": {"x": np.r_[:15, 30:15:-1]},
}


@pytest.mark.parametrize("case", COUNTS)
def test_other_columns_are_not_taken_for_numbers_of_rows(folder, case):
    assert hint(COUNTS[case]) == ""


def test_whole_numbers_of_few_rows_may_be_in_order_by_chance(folder):
    assert hint({"x": np.arange(30)}, 9) == ""


# Missing values that are filled in.


@pytest.fixture
def gaps(folder, table):
    """Old and new rows with missing values, and a model that fills them with medians."""
    columns = NAMES[:5]
    rows = table[columns].copy()
    rows.iloc[::4, 0] = rows.iloc[3, :] = np.nan
    rows[:80].to_csv("gaps.csv", index=False)
    rows[80:].assign(kind=1)[["kind", *columns[::-1]]].to_csv("new gaps.csv", index=False)
    told = run(
        "--data", "gaps.csv", "--fill", "median", *SHORT, "--figure", "g.png", "--save", "g.npz"
    )
    assert told.returncode == 0
    assert told.stderr.strip().endswith(
        "gaps.csv: 25 missing values filled in, of " + quoted(columns)
    )
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
