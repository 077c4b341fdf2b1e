"""``python -m autoencoder``: what it prints, what it writes, and how it ends.

What only a process of its own shows, as how it is interrupted, is run as a user runs it; the rest
by calling its main function, which spares it the seconds that the libraries take to load. Pictures
are left blank where it does not matter what is in them.
"""

import io
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from commands import leave_blank, run
from matplotlib import pyplot
from matplotlib.image import imread

import minigrad
from autoencoder import AutoEncoder, TiedNetwork, load_donuts, make_donuts, prepare, train
from autoencoder.command.report import describe_samples
from autoencoder.data import Samples

PNG = b"\x89PNG"
DOCS = Path(__file__).parents[2] / "docs"


def command(*options):
    return [sys.executable, "-m", "autoencoder", *map(str, options)]


def cost_in(line):
    return float(re.search(r"cost = (\S+)$", line)[1])


@pytest.fixture(scope="module")
def table():
    """A small table in a file, so that runs are short."""
    return make_donuts(200)


@pytest.fixture
def drawing_folder(tmp_path, monkeypatch, table):
    """The current folder, with nothing in it but the table."""
    np.save(tmp_path / "table.npy", table)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def folder(drawing_folder, monkeypatch):
    """The same, and pictures are blank: to draw one takes a second."""
    leave_blank(monkeypatch)
    return drawing_folder


# What a run prints and writes.


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory):
    """The command as README has it, without options."""
    folder = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, run()


def test_without_options_it_trains_on_the_donuts_to_a_small_cost(plain_run):
    _, result = plain_run
    assert result.returncode == 0
    assert result.stderr == ""
    assert cost_in(result.stdout.splitlines()[-2]) < 1.6e-4


def test_without_options_it_prints_the_cost_every_500_epochs(plain_run):
    _, result = plain_run
    epochs = [line.split(",")[0] for line in result.stdout.splitlines()[:-2]]
    assert epochs == [f"Epoch {epoch} of 10000" for epoch in range(0, 10000, 500)]


def test_without_options_it_draws_autoencoder_png_and_says_so(plain_run):
    folder, result = plain_run
    assert result.stdout.splitlines()[-1] == "Picture: autoencoder.png"
    assert os.listdir(folder) == ["autoencoder.png"]
    assert (folder / "autoencoder.png").read_bytes().startswith(PNG)


def test_the_picture_in_the_docs_is_the_one_it_draws(plain_run):
    folder, _ = plain_run
    drawn, shown = map(coarse, (folder / "autoencoder.png", DOCS / "autoencoder.png"))
    assert drawn.shape == shown.shape
    # The one in the docs has fewer colours, and other versions of matplotlib set text a bit apart.
    assert abs(drawn - shown).max() < 0.1


def coarse(path):
    """The picture's colours from 0 to 1, each the mean of a square of 24 by 24 pixels."""
    pixels = imread(path)[..., :3]
    height, width = (length // 24 for length in pixels.shape[:2])
    squares = pixels[: 24 * height, : 24 * width].reshape(height, 24, width, 24, 3)
    return squares.mean(axis=(1, 3))


def test_the_costs_are_those_of_float64_parameters_on_float32_data_scaled_to_0_to_1(plain_run):
    _, result = plain_run
    features = prepare(load_donuts()).features
    assert features.dtype == np.float32
    network = TiedNetwork.gaussian(4, 2, np.random.RandomState(0))
    costs = [cost for _, cost in train(network, features.astype(np.float64), epochs=501)]
    first, second = result.stdout.splitlines()[:2]
    assert cost_in(first) == pytest.approx(costs[0], rel=1e-9)
    assert cost_in(second) == pytest.approx(costs[500], rel=1e-9)


def test_options_reach_the_model_and_the_model_is_saved(folder, table):
    options = ["--hidden", 3, "--epochs", 20, "--lr", 0.2, "--momentum", 0.5, "--batch-size", 50]
    files = ["--data", "table.npy", "--seed", 7, "--save", "model.npz", "--figure", "p.pdf"]
    result = run(*options, *files)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-2:] == ["Model: model.npz", "Picture: p.pdf"]
    assert sorted(os.listdir(folder)) == ["model.npz", "p.pdf", "table.npy"]
    expected = AutoEncoder(
        3, epochs=20, learning_rate=0.2, momentum=0.5, batch_size=50, random_state=7
    ).fit(prepare(table).features)
    saved = AutoEncoder.load(folder / "model.npz")
    assert saved.get_params() == expected.get_params()
    np.testing.assert_array_equal(saved.weights_, expected.weights_)


def test_the_picture_is_of_the_kind_its_name_says(folder):
    run("--data", "table.npy", "--epochs", 2, "--figure", "picture.svg")
    assert (folder / "picture.svg").read_text().startswith("<?xml")


def test_without_a_picture_none_is_drawn_or_told_of(folder):
    before = os.listdir(folder)
    result = run("--data", "table.npy", "--epochs", 2, "--figure", "none")
    assert result.returncode == 0
    assert "Picture" not in result.stdout
    assert os.listdir(folder) == before


def test_quiet_prints_nothing_and_still_draws(folder):
    result = run("--data", "table.npy", "--epochs", 2, "--quiet")
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)
    assert (folder / "autoencoder.png").exists()


def test_digits_are_scikit_learns(folder):
    result = run("--data", "digits", "--epochs", 3, "--hidden", 9, "--save", "model.npz")
    assert result.returncode == 0, result.stderr
    assert AutoEncoder.load(folder / "model.npz").weights_.shape == (64, 9)


@pytest.mark.parametrize("columns", [2, 3, 8])
def test_a_table_may_have_any_number_of_features(folder, columns):
    np.save(folder / "other.npy", np.random.RandomState(0).rand(30, columns))
    result = run("--data", "other.npy", "--epochs", 2, "--save", "model.npz")
    assert result.returncode == 0, result.stderr
    assert len(AutoEncoder.load(folder / "model.npz").weights_) == columns - 1


def test_show_without_a_display_says_where_to_look_instead(folder):
    pyplot.switch_backend("agg")
    result = run("--data", "table.npy", "--epochs", 2, "--show")
    pyplot.close("all")
    assert result.returncode == 0
    assert result.stderr.count("\n") == 1
    assert "no display" in result.stderr


def test_what_the_columns_of_a_file_were_taken_for_is_told(folder):
    lines = run("--data", "table.npy", "--epochs", 2).stdout.splitlines()
    assert lines[1] == (
        "Data: table.npy: 200 samples; columns 0 to 3 taken for features, "
        "column 4, the last, for the class (2 values)"
    )


def test_a_last_column_that_hardly_is_a_class_is_told_with_what_to_do(folder):
    np.save(folder / "features.npy", np.random.RandomState(0).rand(30, 2))
    line = run("--data", "features.npy", "--epochs", 2).stdout.splitlines()[1]
    assert "column 0 taken for features, column 1, the last, for the class" in line
    assert "if it is a feature, say --label none" in line


@pytest.mark.parametrize(
    ("last", "is_class"),
    [(np.arange(30), False), ([0, 0.5] * 15, False), ([1, 2, 3] * 10, True), ([0] * 30, True)],
    ids=["all different", "halves", "three classes", "none"],
)
def test_whole_numbers_that_recur_are_classes(last, is_class):
    rows = np.arange(30.0)[:, np.newaxis]
    told = describe_samples(Samples(rows, np.asarray(last), label=1, label_guessed=True))
    assert ("if it is a feature" in told) is not is_class


def test_help_lists_the_verbs_and_says_that_a_model_file_holds_the_scaling():
    text = " ".join(run("--help").stdout.split())
    assert "apply MODEL FILE" in text and "show MODEL" in text
    assert "a saved model keeps the scaling" in text


def test_one_epoch_is_called_one_epoch(folder):
    assert "Trained for 1 epoch, cost" in run("--data", "table.npy", "--epochs", 1).stdout


@contextmanager
def piped(content):
    """The path of a pipe that gives these few bytes."""
    reading, writing = os.pipe()
    try:
        with open(writing, "wb") as file:
            file.write(content)
        yield f"/dev/fd/{reading}"
    finally:
        os.close(reading)


def test_a_table_is_read_from_a_pipe(folder):
    with piped((folder / "table.npy").read_bytes()) as pipe:
        result = run("--data", pipe, "--epochs", 2)
    assert result.returncode == 0, result.stderr
    assert (folder / "autoencoder.png").exists()


def test_what_comes_from_a_pipe_and_is_damaged_is_refused(folder):
    with piped((folder / "table.npy").read_bytes()[:-100]) as pipe:
        result = run("--data", pipe)
    assert_refused(folder, ["table.npy"], result)
    assert f"{pipe}: expected a complete .npy file" in result.stderr


def test_a_float16_table_is_read_in_silence(folder, table):
    np.save(folder / "f16.npy", table.astype("float16"))
    result = run("--data", "f16.npy", "--epochs", 2, "--quiet")
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)


def test_a_warning_is_a_line_like_an_error(folder):
    column = np.r_[-1e12, np.arange(59.0)]
    np.save(folder / "fine.npy", np.column_stack([column, np.arange(60) % 2]))
    result = run("--data", "fine.npy", "--hidden", 1, "--epochs", 2, "--quiet")
    assert result.returncode == 0
    assert re.fullmatch(r"autoencoder: column 0: 60 different numbers .*\n", result.stderr)


# Output that cannot be printed.


def saved_and_drawn(folder, figure=b"autoencoder.png"):
    AutoEncoder.load(folder / "m.npz")
    return figure in os.listdir(os.fsencode(folder))


SHORT = ["--data", "table.npy", "--epochs", 2, "--save", "m.npz"]


def test_a_name_that_the_terminal_cannot_write_is_printed_with_escapes(folder):
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii")
    result = run(*SHORT, "--figure", "ü.png", stdout=terminal)
    assert (result.returncode, result.stderr) == (0, "")
    assert b"Picture: \\xfc.png" in terminal.buffer.getvalue()
    assert saved_and_drawn(folder, "ü.png".encode())


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["printing", "quiet"])
def test_a_name_that_is_no_text_is_printed_with_escapes(folder, quiet):
    terminal = io.TextIOWrapper(io.BytesIO(), "utf-8")
    result = run(*SHORT, "--figure", os.fsdecode(b"b\xff.png"), *quiet, stdout=terminal)
    assert (result.returncode, result.stderr) == (0, "")
    assert (b"Picture: b\\udcff.png" in terminal.buffer.getvalue()) is not bool(quiet)
    assert saved_and_drawn(folder, b"b\xff.png")


needs_dev_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


@needs_dev_full
def test_a_full_disk_under_stdout_is_told_once_and_harms_nothing(folder):
    with open("/dev/full", "w") as disk:
        result = run(*SHORT, stdout=disk)
    assert result.returncode == 0
    assert result.stderr == (
        "autoencoder: stdout: No space left on device; nothing more is printed\n"
    )
    assert saved_and_drawn(folder)


# Load once, then have a child of its own for each redirection, its picture left blank. Python has
# None for what is closed.
REDIRECTED = """
import os, sys
from matplotlib.figure import Figure
import autoencoder.command.verbs
from autoencoder.__main__ import main

autoencoder.command.pictures.draw = lambda *args, **options: Figure()

def redirect(redirection):
    if redirection == "full":
        disk = os.open("/dev/full", os.O_WRONLY)
        os.dup2(disk, 1), os.dup2(disk, 2)
    else:
        os.close({"stdout": 1, "stderr": 2}[redirection])
        setattr(sys, redirection, None)

for redirection in os.listdir():
    child = os.fork()
    if child == 0:
        os.chdir(redirection)
        redirect(redirection)
        sys.exit(main(sys.argv[1:]))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        raise SystemExit(f"{redirection}: status {status}")
"""


@needs_dev_full
def test_nothing_is_harmed_where_nobody_can_be_told(tmp_path, table):
    folders = [tmp_path / redirection for redirection in ("stdout", "stderr", "full")]
    for folder in folders:
        folder.mkdir()
        np.save(folder / "table.npy", table)
    line = [sys.executable, "-c", REDIRECTED, *map(str, SHORT)]
    result = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert all(saved_and_drawn(folder) for folder in folders)


def test_the_model_is_saved_also_if_the_picture_cannot_be_drawn(folder, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no space for pictures")

    monkeypatch.setattr("autoencoder.command.pictures.draw", fail)
    result = run(*SHORT)
    assert (result.returncode, result.stderr) == (2, "autoencoder: no space for pictures\n")
    assert not saved_and_drawn(folder)


# Endings before the last epoch.


BLOWING_UP = {
    "--lr 50 --epochs 100": "the cost of epoch 3 is 2.394e+07",
    "--lr 10": "the cost of epoch 7 is 1.828e+06",
    "--lr 50 --epochs 1": "the cost after 1 epoch is 81.04",
    "--lr 50 --epochs 1 --batch-size auto": "the cost of epoch 0 is 9.231e+05",
    "--lr 5 --epochs 1 --batch-size auto": "the cost after 1 epoch is 0.6157",
}


@pytest.mark.parametrize("options", BLOWING_UP)
def test_a_training_that_blows_up_ends_with_status_1_and_the_best_model(folder, table, options):
    result = run("--data", "table.npy", "--save", "m.npz", *options.split())
    assert result.returncode == 1
    assert re.fullmatch(r".*worse than the .* of no training .* smaller --lr .*\n", result.stderr)
    assert BLOWING_UP[options] in result.stderr
    assert "Kept the best parameters, cost = 0.0872" in result.stdout
    assert not re.search("Trained|Stopped", result.stdout)
    features = prepare(table).features
    untrained = TiedNetwork.gaussian(4, 2, np.random.RandomState(0))
    at_first = float(untrained.cost(minigrad.shared(features)).eval())
    assert -AutoEncoder.load(folder / "m.npz").score(features) <= at_first * (1 + 1e-6)


def test_one_epoch_that_ends_worse_is_no_failure_for_more_of_them_can_mend_it(folder):
    def cost_after(epochs):
        result = run("--data", "table.npy", "--lr", 2.5, "--batch-size", "auto", "--epochs", epochs)
        assert result.returncode == 0
        (trained,) = [line for line in result.stdout.splitlines() if line.startswith("Trained")]
        return cost_in(trained)

    untrained = cost_in(run("--data", "table.npy", "--epochs", 1).stdout.splitlines()[0])
    assert cost_after(1) > 1.5 * untrained
    assert cost_after(10) < 0.1 * untrained


def test_a_cost_that_is_not_finite_ends_the_run_with_status_1_and_the_last_good_model(folder):
    files = ["--data", "table.npy", "--save", "model.npz"]
    result = run(*files, "--lr", 1e80)
    assert result.returncode == 1
    assert re.fullmatch(r".*the cost of epoch \d+ .*smaller --lr.*\n", result.stderr)
    assert np.isfinite(AutoEncoder.load(folder / "model.npz").weights_).all()
    assert (folder / "autoencoder.png").read_bytes().startswith(PNG)


def test_ctrl_c_ends_the_run_with_status_130_and_the_model_so_far(folder, table):
    table_options = ["--data", "table.npy", "--engine", "numpy"]
    process = subprocess.Popen(
        # So long a training would be left to C, whose last digits are others.
        command(*table_options, "--epochs", 100_000_000, "--save", "model.npz"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, the shell has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(2):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    epochs = int(re.fullmatch(r".*interrupted after (\d+) whole epochs.*\n", errors)[1])
    assert (folder / "autoencoder.png").read_bytes().startswith(PNG)
    expected = AutoEncoder(epochs=epochs, learning_rate=0.1, batch_size=None, random_state=0)
    expected.fit(prepare(table).features)
    saved = AutoEncoder.load(folder / "model.npz")
    np.testing.assert_array_equal(saved.weights_, expected.weights_)


def test_a_reader_that_leaves_ends_the_run_without_a_traceback(folder):
    process = subprocess.Popen(
        command("--data", "table.npy", "--epochs", 100_000_000),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=30) != 0


# Bad input: one line on stderr, status 2, no file written.


def save(array):
    return lambda path: np.save(path, array)


def write(content):
    return lambda path: path.write_bytes(content)


BAD_FILES = {
    "missing": (lambda path: None, "No such file"),
    "a directory": (lambda path: path.mkdir(), "directory"),
    "empty": (write(b""), "not a NumPy .npy file"),
    "text": (write(b"1,2,3\n4,5,6\n"), "not a NumPy .npy file"),
    "cut off": (write(b"\x93NUMPY\x01\x00"), "expected a complete .npy file"),
    "pickled": (save(np.array([[None, 1]], dtype=object)), "Object arrays cannot be loaded"),
    "one dimension": (save(np.ones(5)), "expected 2 dimensions"),
    "three dimensions": (save(np.ones((2, 2, 2))), "expected 2 dimensions"),
    "no rows": (save(np.ones((0, 5))), "expected at least one row"),
    "one column": (save(np.ones((5, 1))), "at least one feature column and the class column"),
    "NaN": (
        save(np.array([[0.0, 1.0], [np.nan, 1.0]])),
        "NaN in row 1, column 0; leave these rows out (--drop-missing)",
    ),
    "infinity": (save(np.array([[0.0, 1.0], [np.inf, 1.0]])), "got inf in row 1, column 0"),
    "text columns": (save(np.array([["red", "1"]])), "expected columns of numbers, got dtype <U3"),
    "beyond float32": (save(np.array([[1e39, 0.0], [0.0, 1.0]])), "training data is float32"),
}

BAD_OPTIONS = {
    "--hidden 0": "expected a whole number of at least 1",
    "--hidden -3": "expected a whole number of at least 1",
    "--hidden 2.5": "expected a whole number of at least 1",
    "--hidden 10000000000000000000": "--hidden 10000000000000000000",
    "--lr -0.1": "expected a number of at least 0",
    "--lr nan": "expected a number of at least 0",
    "--lr inf": "expected a number of at least 0",
    "--lr fast": "expected a number of at least 0",
    "--momentum 1.5": "expected a number from 0 to 1",
    "--momentum -0.5": "expected a number from 0 to 1",
    "--momentum nan": "expected a number from 0 to 1",
    "--epochs 0": "expected a whole number of at least 1",
    "--batch-size 0": "expected a whole number of at least 1",
    "--seed -1": "expected a whole number from 0 to 4294967295",
    "--figure missing/picture.png": "there is no directory 'missing'",
    "--figure .": "expected a name that ends in .png",
    "--figure picture.xyz": "expected a name that ends in .png",
    "--save missing/model.npz": "there is no directory 'missing'",
    "--save .": "not an ordinary file",
    "--save autoencoder.png": "is the file of --figure too",
    "--layers 3": "unrecognized arguments: --layers 3",
}


def assert_refused(folder, before, result):
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert os.listdir(folder) == before


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_and_what_is_wrong_with_it_is_told(folder, case):
    make, complaint = BAD_FILES[case]
    make(folder / "input.npy")
    before = os.listdir(folder)
    result = run("--data", "input.npy", "--save", "m.npz")
    assert_refused(folder, before, result)
    assert "--data" in result.stderr
    assert complaint in result.stderr


@pytest.mark.parametrize("option", BAD_OPTIONS)
def test_a_bad_option_is_refused_and_what_is_expected_is_told(folder, option):
    result = run(*option.split())
    assert_refused(folder, ["table.npy"], result)
    assert option.split()[0] in result.stderr
    assert BAD_OPTIONS[option] in result.stderr


def test_the_process_ends_with_that_status_and_that_line(folder):
    options = {"cwd": folder, "capture_output": True, "text": True, "check": False}
    result = subprocess.run(command("--hidden", 0), **options)
    assert_refused(folder, ["table.npy"], result)


def test_the_data_file_is_never_overwritten(folder):
    before = (folder / "table.npy").read_bytes()
    result = run("--data", "table.npy", "--save", "./table.npy")
    assert result.returncode == 2
    assert "is the file of --data too" in result.stderr
    assert (folder / "table.npy").read_bytes() == before
