"""``apply``: scores, codes and reconstructions of new rows."""

import io
import os
import re
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from commands import NAMES, SHORT, done, run
from matplotlib.figure import Figure
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import autoencoder
from autoencoder import AutoEncoder


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
    two, three = (f"{low[name]:.6g} to {high[name]:.6g}" for name in ("sensor 2", "sensor 3"))
    assert result.stderr == (
        "autoencoder: far.csv: some columns exceed the range of training by more than its width: "
        f"sensor 2 ({two} in training), sensor 3 ({three} in training); look for mistakes in them, "
        "such as other units\n"
    )


def test_a_column_that_was_always_the_same_and_now_is_not_is_told_so(folder, table):
    table[["sensor 0", "sensor 1"]].assign(same=5).to_csv("same.csv", index=False)
    table[["sensor 0", "sensor 1"]].assign(same=[90] * 100).to_csv("other.csv", index=False)
    options = ["--hidden", 1, "--epochs", 2, "--quiet", "--figure", "none"]
    done("--data", "same.csv", *options, "--save", "m.npz")
    told = run("apply", "m.npz", "other.csv").stderr
    assert "than its width: same (always 5, or 5 to 6 in training); look" in told


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
    result = run("apply", "older.npz", "new.csv", "--scores", "s.csv")
    assert (result.returncode, "above" in result.stdout) == (0, False)
    assert "older.npz does not know the errors of training (" in result.stderr
    assert "so the scores have no column 'above'" in result.stderr
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
    assert "typo.csv: row 3 of 'sensor 4' is not a number ('n/a?'); correct it;" in result.stderr


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


def test_the_picture_of_new_rows_shows_their_errors_beside_those_of_training(
    drawing_folder, monkeypatch
):
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


def test_a_picture_of_errors_needs_none_of_training(drawing_folder, monkeypatch):
    pictures = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *args, **options: pictures.append(figure))
    with np.load("model.npz") as archive:
        entries = {name: archive[name] for name in archive.files if not name.startswith("error")}
    np.savez("older.npz", **entries)
    assert run("apply", "older.npz", "new.csv", "--figure", "f.png").returncode == 0
    (errors,) = [axes for axes in pictures[0].axes if axes.get_title(loc="left") == "Errors"]
    assert errors.get_legend() is None
    assert len(errors.texts) == 3


def test_a_model_of_columns_without_names_takes_arrays(folder, table):
    np.save("old.npy", table[:80][NAMES])
    np.save("new.npy", table[80:][NAMES])
    done("--data", "old.npy", "--label", "none", *SHORT, "--save", "m.npz")
    done("apply", "m.npz", "new.npy", "--scores", "s.csv", "--reconstruct", "r.csv")
    expected = autoencoder.load("m.npz").score_samples(table[80:][NAMES].to_numpy())
    np.testing.assert_allclose(pd.read_csv("s.csv")["score"], expected, rtol=1e-12)
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
    assert "alone.npz has no scaling" in result.stderr
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


def test_a_column_that_is_missing_is_named(folder, table):
    table[NAMES[2:]].to_csv("few.csv", index=False)
    result = run("apply", "model.npz", "few.csv", "--scores", "s.csv")
    assert result.returncode == 2
    assert "few.csv: columns 'sensor 0', 'sensor 1' are missing" in result.stderr
    assert not os.path.exists("s.csv")
