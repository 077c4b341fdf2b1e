"""``train``: from a table of one's own to a model, and what is told of both."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from commands import NAMES, SHORT, done, run
from matplotlib.figure import Figure
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler

import autoencoder
from autoencoder import AutoEncoder, training
from autoencoder.command.report import describe_row_numbers
from autoencoder.data import read_samples


def test_three_commands_lead_from_a_table_to_the_librarys_scores_of_new_rows(folder, table):
    done("--data", "old.csv", "--label", "state", "--epochs", 30, "--save", "m.npz")
    done("show", "m.npz")
    done("apply", "m.npz", "new.csv", "--scores", "scores.csv")
    scores = pd.read_csv("scores.csv")
    assert list(scores) == ["row", "score", "above", "worst"]
    assert scores["row"].tolist() == list(range(20))
    expected = autoencoder.load("m.npz").score_samples(table[80:][NAMES])
    np.testing.assert_allclose(scores["score"], expected, rtol=1e-12)


@pytest.mark.parametrize("more", [[], ["--early-stopping"]])
def test_ctrl_c_in_the_first_epoch_leaves_the_files_of_an_earlier_run(folder, monkeypatch, more):
    def interrupted(step, batches):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "_run_epoch", interrupted)
    before = (folder / "model.npz").read_bytes()
    result = run("--data", "old.csv", "--label", "state", "--save", "model.npz", *more)
    assert (result.returncode, result.stdout) == (130, "")
    assert result.stderr == (
        "autoencoder: interrupted before an epoch was over, so there is no model; "
        "model.npz and autoencoder.png not written\n"
    )
    assert (folder / "model.npz").read_bytes() == before
    assert not (folder / "autoencoder.png").exists()


@pytest.mark.parametrize(("n_rows", "n_hidden"), [(1, 2), (9, 2), (14, 15)])
def test_so_few_rows_that_they_say_little_of_others_are_told(folder, table, n_rows, n_hidden):
    table[NAMES][:n_rows].to_csv("few.csv", index=False)
    options = ["--epochs", 1, "--figure", "none", "--quiet"]
    told = run("--data", "few.csv", "--hidden", n_hidden, *options).stderr
    assert f"few.csv: {n_rows} row" in told
    assert f"take at least {max(10, n_hidden)} rows" in told
    assert "for 2 hidden units" not in run("--data", "old.csv", "--drop", "state", *options).stderr


def test_advice_and_warnings_speak_of_the_commands_options(folder, monkeypatch):
    monkeypatch.setenv("CC", "/nowhere/cc")
    options = ["--data", "old.csv", "--label", "state", *SHORT, "--figure", "none"]
    result = run(*options, "--lr", "1e-9", "--engine", "c")
    assert "autoencoder: --engine c: no C compiler was found" in result.stderr
    assert "Try a larger --lr (it is 1e-09), or another --optimizer." in result.stderr


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


@pytest.mark.parametrize(
    ("label", "classes"), [("state", ["busy", "idle"]), ("grade", ["grade 1", "grade 2"])]
)
def test_the_pictures_call_classes_that_are_numbers_after_their_column(
    drawing_folder, table, monkeypatch, label, classes
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


def test_a_folder_of_pictures_of_digits_is_learned_and_drawn(drawing_folder):
    digits = load_digits()
    for i, (image, target) in enumerate(zip(digits.images[:60], digits.target, strict=False)):
        path = drawing_folder / "digits" / str(target)
        path.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image * 255 / 16).astype(np.uint8)).save(path / f"{i}.png")
    out = done("--data", "digits/", "--hidden", 9, "--epochs", 30, "--save", "m.npz")
    assert "Data: digits/: 60 images of 8 × 8 pixels; the class has 10 values" in out
    assert (drawing_folder / "autoencoder.png").read_bytes().startswith(b"\x89PNG")
    done("apply", "m.npz", "digits/", "--codes", "c.csv")
    model = autoencoder.load("m.npz")
    first = np.asarray(Image.open(drawing_folder / "digits" / "0" / "0.png"), float).reshape(1, 64)
    codes = pd.read_csv("c.csv", index_col="file")
    assert codes.index[0] == "0/0.png"
    np.testing.assert_allclose(codes.to_numpy()[:1], model.transform(first), rtol=1e-12)
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
    np.save("x.npy", np.random.RandomState(0).rand(10, 3))
    program = """
import sys
from importlib.abc import MetaPathFinder
class WithoutPandas(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name="pandas")
sys.meta_path.insert(0, WithoutPandas())
from autoencoder.__main__ import main
assert main(["--data", "x.npy", "--hidden", "1", "--epochs", "2", "--figure", "none", "--quiet"]) == 0
sys.exit(main(["--data", "old.csv"]))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == "autoencoder: pandas is not installed: pip install 'minigrad[data]'\n"


# Columns that only name rows.


def hint(columns, n=30):
    pd.DataFrame(columns).head(n).to_csv("hint.csv", index=False)
    return describe_row_numbers(read_samples("hint.csv"))


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


def test_numbers_of_rows_may_be_shuffled_and_some_be_left_out(folder):
    ids = np.random.RandomState(0).permutation(60)[:40]
    assert "id holds whole numbers" in hint({"id": ids, "x": np.sin(ids)}, 40)


def test_whole_numbers_that_chance_makes_all_different_are_measurements(folder):
    x = np.random.RandomState(0).permutation(10_000)[:40]
    assert hint({"x": x}, 40) == ""


def test_all_that_is_wrong_with_a_table_is_told_at_once_a_line_for_each_kind(folder):
    n = 30
    columns = {"key": [f"k{i}" for i in range(n)], "kind": ["a", "b"] * 15}
    table = pd.DataFrame({**columns, "x": [np.nan, *range(n - 1)], "no": range(n)})
    table.to_csv("all.csv")
    result = run("--data", "all.csv")
    assert result.returncode == 2
    unnamed, text, missing, numbers = result.stderr.rstrip("\n").split("\n  ")
    assert "all.csv: column 'Unnamed: 0' has no name" in unnamed
    assert "'key', 'kind' hold text or dates" in text
    assert "'key' never the same twice" in text
    assert missing.startswith("1 of 30 rows have missing values ('x': 1)")
    assert numbers.startswith("no holds whole numbers")


COUNTS = {
    "fractions": {"x": np.arange(30) / 4},
    "the same twice": {"x": np.arange(30) // 2},
    "up and down": {"x": np.r_[:15, 15:0:-1]},
}


@pytest.mark.parametrize("case", COUNTS)
def test_other_columns_are_not_taken_for_numbers_of_rows(folder, case):
    assert hint(COUNTS[case]) == ""


def test_whole_numbers_of_few_rows_may_be_in_order_by_chance(folder):
    assert hint({"x": np.arange(30)}, 9) == ""
