"""The command's options, as a table."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from autoencoder import load_donuts
from autoencoder.options import PICTURE_FORMATS, parse_options


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
