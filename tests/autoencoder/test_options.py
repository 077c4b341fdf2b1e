"""The command's options, as a table."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from autoencoder import AutoEncoder, load_donuts
from autoencoder.command.options import PICTURE_FORMATS, parse_options


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verb", "train"),
        ("label", None),
        ("drop", []),
        ("drop_missing", False),
        ("hidden", 2),
        ("epochs", 10000),
        ("lr", 0.1),
        ("momentum", 0.9),
        ("batch_size", None),
        ("seed", 0),
        ("figure", "autoencoder.png"),
        ("save", None),
        ("show", False),
        ("quiet", False),
    ],
)
def test_an_option_that_is_not_given_has_its_default(name, value):
    assert getattr(parse_options([]), name) == value


# Options of training that are the estimator's, and what they are called there.
ESTIMATORS = {
    "optimizer": "optimizer",
    "momentum": "momentum",
    "early_stopping": "early_stopping",
    "validation_fraction": "validation_fraction",
    "n_iter_no_change": "n_iter_no_change",
    "tol": "tol",
    "corruption": "corruption",
    "corruption_level": "corruption_level",
    "engine": "engine",
}


@pytest.mark.parametrize(("option", "parameter"), ESTIMATORS.items())
def test_an_option_that_is_the_estimators_has_its_default(option, parameter):
    assert getattr(parse_options([]), option) == getattr(AutoEncoder(), parameter)


@pytest.mark.parametrize(
    ("option", "parameter"),
    [("lr", "learning_rate"), ("batch_size", "batch_size"), ("epochs",) * 2],
)
def test_data_of_other_kinds_than_the_originals_is_trained_on_as_the_estimator_does(
    option, parameter
):
    assert getattr(parse_options(["--data", "digits"]), option) == getattr(AutoEncoder(), parameter)


def test_arrays_are_trained_on_as_the_original_program_does(in_an_empty_folder):
    np.save("x.npy", np.eye(3))
    options = parse_options(["--data", "x.npy"])
    assert (options.epochs, options.lr, options.batch_size) == (10000, 0.1, None)


def test_what_is_said_goes_before_what_suits_the_data():
    words = "--data digits --epochs 7 --lr 0.5 --batch-size all"
    options = parse_options(words.split())
    assert (options.epochs, options.lr, options.batch_size) == (7, 0.5, None)
    assert parse_options(["--batch-size", "auto"]).batch_size == "auto"


def test_the_rate_of_the_original_program_is_not_that_of_adam():
    assert parse_options(["--optimizer", "adam"]).lr == "auto"


def test_without_data_there_are_the_generated_donuts():
    samples = parse_options([]).data
    table = load_donuts()
    assert np.array_equal(samples.features, table[:, :4])
    assert np.array_equal(samples.labels, table[:, 4])
    assert samples.image_shape is None


def test_digits_are_images_of_8_by_8_pixels():
    samples = parse_options(["--data", "digits"]).data
    assert samples.features.shape == (1797, 64)
    assert len(set(samples.labels)) == 10
    assert samples.image_shape == (8, 8)


@pytest.mark.parametrize("option", ["--lr 0", "--momentum 0", "--momentum 1", "--seed 4294967295"])
def test_the_ends_of_a_range_belong_to_it(option):
    parse_options(option.split())


@pytest.mark.parametrize("picture_format", PICTURE_FORMATS)
def test_every_format_that_is_offered_can_be_written(picture_format):
    assert picture_format in Figure().canvas.get_supported_filetypes()


def test_the_suffix_of_a_picture_may_be_in_capitals():
    assert parse_options(["--figure", "A.PNG"]).figure == "A.PNG"
