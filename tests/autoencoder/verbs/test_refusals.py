"""Bad input of any verb: one line on stderr, status 2, nothing written."""

import os

import pytest
from commands import run
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

import autoencoder
from autoencoder import AutoEncoder, Preparation

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
    "--data old.csv --label sate": "; did you mean state?",
    "--data old.csv --drop STATE": "; did you mean state?",
    "--data two.csv --drop flow,rpm": "'flow,rpm' among 'rpm', 'flow', 'rest'; write names with spaces "
    "between them: flow rpm",
    "--data same.csv": "got 'rpm' more than once; rename or remove the others",
    "--data blanks.csv": "got 'rpm' more than once",
    "--data book.xlsx": "got an Excel file, or another archive; save it as CSV",
    "--data book.csv": "got an Excel file",
    "--data typo.csv": "row 9 of 'rpm' is not a number ('n/a?'), nor is 1 other; correct it, or leave "
    "the cell empty and see to missing values (--fill, --drop-missing)",
    "--hiden 4": "unrecognized arguments: --hiden 4; did you mean --hidden?",
    "--Hidden=4": "did you mean --hidden?",
    "--data old.csv --label state --save nope/m.npz": "nope/m.npz: there is no directory 'nope'",
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
    "aply model.npz new.csv": "'aply' is not one of train, apply, show",
    "old.csv": "to train on this data, use --data old.csv",
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
    "apply model.npz new.csv --codes missing/c.csv": "there is no directory 'missing'",
    "apply model.npz new.csv --reconstruct .": "not an ordinary file",
    "apply model.npz new.csv --figure f.xyz": "expected a name that ends in .png",
    "apply model.npz new.csv --label state": "unrecognized arguments",
    "show": "the following arguments are required: MODEL",
    "show missing.npz": "missing.npz: No such file",
    "show old.csv": "old.csv: expected a model written by AutoEncoder.save or --save, but",
    "show model.npz new.csv": "unrecognized arguments: new.csv",
}


FILES = {
    "two.csv": b"rpm,flow,rest\n1,2,3\n",
    "same.csv": b"rpm,rpm,rest\n1,2,3\n",
    "blanks.csv": b"rpm;rest; rpm\n1;2;3\n",
    "book.xlsx": b"PK\x03\x04[Content_Types].xml\x80",
    "book.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "typo.csv": b"rpm,rest\n" + b"1,2\n" * 9 + b"n/a?,2\n?,2\n",
}


@pytest.fixture
def folder(folder):
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("line", BAD)
def test_bad_input_is_refused_with_one_line(folder, line):
    before = sorted(os.listdir())
    result = run(*line.split())
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert BAD[line] in result.stderr
    assert sorted(os.listdir()) == before


def test_an_image_by_itself_is_refused_in_favour_of_its_folder(folder):
    Image.new("L", (2, 2)).save("one.png")
    result = run("apply", "model.npz", "one.png")
    assert result.returncode == 2
    assert "one.png: expected a table or a folder, got an image; give its folder" in result.stderr


def test_a_model_of_images_asks_for_such_images(folder):
    model = make_pipeline(Preparation(largest=16.0, image_shape=(8, 8)), AutoEncoder(2, epochs=1))
    autoencoder.save(model.fit(load_digits().data[:20]), "digits.npz")
    result = run("apply", "digits.npz", "two.csv")
    assert "expected images of 8 × 8 pixels, or the 64 columns" in result.stderr


@pytest.mark.parametrize(("verb", "can_be_1"), [("train", True), ("apply", False), ("show", False)])
def test_the_help_of_a_verb_lists_its_own_exit_statuses(verb, can_be_1):
    assert ("1 if training" in run(verb, "--help").stdout) == can_be_1
