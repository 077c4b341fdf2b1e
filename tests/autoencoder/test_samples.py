"""Test what `read_samples` reads: tables of many kinds, and folders of images."""

import io
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from autoencoder import make_donuts
from autoencoder.data import read_like, read_samples

TEXT = "height,width,kind\n1.5,2,a\n3.25,4,b\n0.1,6,a\n"
FEATURES = [[1.5, 2.0], [3.25, 4.0], [0.1, 6.0]]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name, text, **how):
    with open(name, "w", **({"encoding": "utf-8"} | how)) as file:
        file.write(text)
    return name


def table():
    return pd.DataFrame({"height": [1.5, 3.25, 0.1], "width": [2, 4, 6], "kind": ["a", "b", "a"]})


# Tables with names.

WRITTEN = {
    "x.csv": lambda: write("x.csv", TEXT),
    "x.CSV": lambda: write("x.CSV", TEXT),
    "x.tsv": lambda: write("x.tsv", TEXT.replace(",", "\t")),
    "x.txt": lambda: write("x.txt", TEXT.replace(",", "|")),
    "x.data": lambda: write("x.data", TEXT.replace(",", ";")),
    "semicolons": lambda: write("x.csv", TEXT.replace(",", ";")),
    "spaces": lambda: write("x.csv", TEXT.replace(",", " , ")),
    "carriage returns": lambda: write("x.csv", TEXT, newline="\r\n"),
    "a byte order mark": lambda: write("x.csv", TEXT, encoding="utf-8-sig"),
    "no last line end": lambda: write("x.csv", TEXT.rstrip()),
    "x.parquet": lambda: table().to_parquet("x.parquet") or "x.parquet",
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_table_with_names_is_read_and_one_column_can_be_the_class(case):
    samples = read_samples(WRITTEN[case](), label="kind")
    assert samples.names == ["height", "width"]
    assert samples.features.tolist() == FEATURES
    assert samples.features.dtype == np.float64
    assert [str(label).strip() for label in samples.labels] == ["a", "b", "a"]
    assert samples.label == "kind"


def test_commas_within_quotes_separate_nothing():
    samples = read_samples(write("x.csv", '"a, b, c";"d"\n1;2\n'))
    assert samples.names == ["a, b, c", "d"]


def test_a_table_with_names_has_no_class_unless_one_is_named():
    samples = read_samples(write("x.csv", "a,b\n1,2\n3,4\n"))
    assert (samples.labels, samples.label) == (None, None)
    assert samples.features.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(("label", "name"), [("1", "b"), (1, "b"), ("-1", "c"), ("c", "c")])
def test_the_class_can_be_told_by_its_number_too(label, name):
    assert read_samples(write("x.csv", "a,b,c\n1,2,3\n"), label=label).label == name


def test_a_name_goes_before_a_number():
    assert read_samples(write("x.csv", "a,0\n1,2\n"), label="0").names == ["a"]


def test_columns_can_be_left_out():
    samples = read_samples(write("x.csv", TEXT), drop=["kind", "height"])
    assert samples.names == ["width"]


def test_a_number_has_all_its_digits():
    values = np.random.RandomState(0).rand(200, 2) * 1e-7
    pd.DataFrame(values, columns=["a", "b"]).to_csv("x.csv", index=False)
    np.testing.assert_array_equal(read_samples("x.csv").features, values)


def test_true_and_false_are_one_and_zero():
    assert read_samples(write("x.csv", "a,b\nTrue,1\nFalse,2\n")).features[:, 0].tolist() == [1, 0]


OBJECTS = {
    "truth values": ("a,b\nTrue,5\n,5\nFalse,4\n", [[1, 5], [0, 4]]),
    "beyond 64 bits": ('a\n99999999999999999999999\n2\n""\n', [[1e23], [2]]),
}


@pytest.mark.parametrize("case", OBJECTS)
def test_numbers_that_pandas_keeps_as_objects_are_numbers(case):
    text, features = OBJECTS[case]
    path = write("x.csv", text)
    assert read_samples(path, drop_missing=True).features.tolist() == features
    with pytest.raises(ValueError, match=r"1 of 3 rows have missing values \('a': 1\)"):
        read_samples(path)


LONG = {
    "beside negative ones": ("a\n9223372036854775808\n-1\n", [2.0**63, -1]),
    "beside fractions": ("a\n9223372036854775808\n-1.5\n", [2.0**63, -1.5]),
    "beside missing ones": ("a,b\n,1\n9223372036854775808,1\nNA,1\n", [2.0**63]),
}


@pytest.mark.parametrize("case", LONG)
def test_integers_beyond_64_bits_are_numbers_whatever_is_beside_them(case):
    text, numbers = LONG[case]
    samples = read_samples(write("x.csv", text), drop_missing=True)
    assert samples.features[:, 0].tolist() == numbers


def test_a_long_integer_makes_no_number_of_text():
    path = write("x.csv", "a,b\n9223372036854775808,1\nx,2\n")
    with pytest.raises(ValueError, match=r"'a' holds text or dates \('x' in row 1\)"):
        read_samples(path)


CATEGORIES = {
    "whole": ([3, 1, 3], [[3], [1], [3]]),
    "broken": ([0.5, 1.5, 0.5], [[0.5], [1.5], [0.5]]),
    "with one missing": ([3, None, 1], [[3], [1]]),
    "truth values": ([True, False, True], [[1], [0], [1]]),
}


@pytest.mark.parametrize("case", CATEGORIES)
def test_categories_that_are_numbers_are_numbers(case):
    values, features = CATEGORIES[case]
    pd.DataFrame({"a": pd.Categorical(values)}).to_parquet("x.parquet")
    assert read_samples("x.parquet", drop_missing=True).features.tolist() == features


def test_categories_that_are_text_are_refused_as_text():
    pd.DataFrame({"a": pd.Categorical(["x", "y"])}).to_parquet("x.parquet")
    with pytest.raises(ValueError, match=r"'a' holds text or dates \('x' in row 0\)"):
        read_samples("x.parquet")


def test_decimals_are_numbers():
    pd.DataFrame({"a": [Decimal("1.5"), None, Decimal("2.25")]}).to_parquet("x.parquet")
    assert read_samples("x.parquet", drop_missing=True).features.tolist() == [[1.5], [2.25]]


def test_a_column_of_objects_that_are_all_missing_is_missing():
    pd.DataFrame({"a": [1, 2], "b": [None, None]}).to_parquet("x.parquet")
    with pytest.raises(ValueError, match=r"2 of 2 rows have missing values \('b': 2\)"):
        read_samples("x.parquet")


def test_numbers_of_classes_stay_numbers():
    labels = read_samples(write("x.csv", "a,b\n1,7\n2,9\n"), label="b").labels
    assert labels.tolist() == [7, 9]


def test_columns_of_pandas_own_nullable_kinds_are_read():
    table().convert_dtypes().to_parquet("x.parquet")
    assert read_samples("x.parquet", label="kind").features.tolist() == FEATURES


def test_standard_input_is_csv(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert read_samples("-", label="kind").features.tolist() == FEATURES


def test_rows_with_missing_values_can_be_left_out():
    path = write("x.csv", "a,b,c\n1,,x\n2,3,y\n,5,z\n")
    samples = read_samples(path, label="c", drop_missing=True)
    assert (samples.features.tolist(), samples.labels.tolist()) == ([[2, 3]], ["y"])
    assert samples.note == "x.csv: 2 of 3 rows left out: they have missing values"


def test_an_infinite_value_is_told_of_by_its_row_in_the_file_though_rows_before_it_are_left_out():
    rows = [[1.0, np.nan], [2.0, 3.0], [np.nan, 4.0], [np.inf, 5.0]]
    np.save("x.npy", rows)
    pd.DataFrame(rows, columns=["0", "1"]).to_csv("x.csv", index=False)
    for path in ("x.npy", "x.csv"):
        with pytest.raises(ValueError, match="got inf in row 3, column"):
            read_samples(path, label="none", drop_missing=True)


@pytest.mark.parametrize("drop_missing", [False, True])
def test_a_missing_class_costs_no_row_because_nothing_is_computed_from_it(drop_missing):
    path = write("x.csv", "a,b,c\n1,2,x\n3,4,\n")
    for samples in (
        read_samples(path, label="c", drop_missing=drop_missing),
        read_like(path, 2, ["a", "b"], "c", drop_missing=drop_missing),
    ):
        assert samples.features.tolist() == [[1, 2], [3, 4]]
        assert samples.labels.tolist() == ["x", "missing"]
        assert samples.note == ""


@pytest.mark.parametrize("drop_missing", [False, True])
def test_a_missing_class_costs_no_row_of_an_array(drop_missing):
    np.save("x.npy", [[1, 2, np.nan], [3, 4, 0]])
    samples = read_samples("x.npy", drop_missing=drop_missing)
    assert samples.features.tolist() == [[1, 2], [3, 4]]
    assert samples.note == ""


def test_decimal_commas_are_told_of_with_what_makes_points_of_them():
    path = write("x.csv", "a;b\n1,5;2\n2,5;3\n")
    with pytest.raises(ValueError, match=r"'a' has decimal commas \('1,5' in row 0\)") as caught:
        read_samples(path)
    exec(str(caught.value).partition("anew: ")[2], {"pandas": pd, "path": path})
    assert read_samples("points.csv").features.tolist() == [[1.5, 2], [2.5, 3]]


def test_what_is_missing_in_a_column_that_is_left_out_does_not_matter():
    assert len(read_samples(write("x.csv", "a,b\n1,\n2,3\n"), drop=["b"]).features) == 2


def test_integers_that_become_one_in_float64_are_told_of_by_the_columns_name():
    times = 1_700_000_000_000_000_000 + np.arange(60)
    pd.DataFrame({"index": np.arange(60), "time": times}).to_csv("x.csv", index=False)
    with pytest.warns(UserWarning, match="column 'time': 60 different numbers become 1 in float64"):
        read_samples("x.csv")


BAD_TEXTS = {
    "nothing": ("", "but it is empty"),
    "names alone": ("a,b\n", "at least one row below"),
    "text": ("a,b,c\n1,2,3\n4,five,x\n", r"'b', 'c' hold text or dates \('five' in row 1\)"),
    "dates": ("a,day\n1,2020-01-31\n", r"'day' holds .* \(--drop day\), one-hot .*get_dummies"),
    "a column of text with a space": ("a,b c\n1,x\n", r'\(--drop "b c"\)'),
    "a question mark": ("a\n1\n2\n?\n", r"'a' holds text or dates \('\?' in row 2\)"),
    "missing values": ("a,b\n1,\n2,3\n,\n", r"2 of 3 rows .* \('a': 1, 'b': 2\); .*--drop-missing"),
    "infinity": ("a,b\n1,2\n3,inf\n", "got inf in row 1, column 'b'"),
    "beyond float32": ("a,b\n1,2\n3,1e39\n", r"one of size 1e\+39 in column 'b'; divide"),
    "a number beyond float64": (f"a\n1\n{'9' * 400}\n", "got inf in row 1, column 'a'"),
    "numbers as names": ("1.5,2\n3,4\n", "column names, got numbers in it: 1.5, 2; write"),
    "years alone as names": ("2019,2020\n3,4\n", "got numbers in it: 2019, 2020; write"),
    "numbers and a class as names": (
        "5.1,3,setosa\n4.9,3,setosa\n",
        "numbers in it: 5.1, 3; write",
    ),
    "row numbers": (",a\n0,1\n1,2\n", r"'Unnamed: 0' has no name .*--drop .Unnamed: 0."),
    "more fields than names": ("a,b\n1,2,3\n4,5,6\n", "rows have more fields than .* names"),
    "more fields in one line": (
        "a,b\n1,2\n4,5,6\n",
        "Expected 2 fields in line 3, saw 3|more fields",
    ),
    "a quote that does not end": ('a,b\n"1,2\n', "expected a table|holds text|missing"),
}


@pytest.mark.parametrize("case", BAD_TEXTS)
def test_a_text_that_is_no_table_of_numbers_is_refused_with_what_to_do(case):
    text, complaint = BAD_TEXTS[case]
    with pytest.raises(ValueError, match=complaint) as caught:
        read_samples(write("x.csv", text))
    assert str(caught.value).startswith("x.csv: ")


@pytest.mark.parametrize("content", [b"a,b\n1,\xff\n", TEXT.encode("utf-16"), bytes(range(256))])
def test_what_is_not_utf8_is_refused(folder, content):
    (folder / "x.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"x.csv: expected a table in UTF-8"):
        read_samples("x.csv")


def test_a_parquet_file_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="x.parquet: expected a Parquet file, but"):
        read_samples(write("x.parquet", TEXT))


def test_times_in_a_parquet_file_are_named():
    pd.DataFrame({"a": [1], "day": pd.to_datetime(["2020-01-31"])}).to_parquet("x.parquet")
    with pytest.raises(ValueError, match="'day' holds text or dates .'2020-01-31"):
        read_samples("x.parquet")


@pytest.mark.parametrize("names", ["0,1", "2019,country", "2019,2020,nan"])
def test_whole_numbers_can_be_names_beside_others_or_if_they_count(names):
    path = write("x.csv", f"{names}\n{','.join('5' for _ in names.split(','))}\n")
    assert read_samples(path).names == names.split(",")


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ({"label": "kin"}, r"--label: there is no column 'kin' among 'height', 'width', 'kind'"),
        ({"label": "3"}, "--label: there is no column '3'"),
        ({"label": -4}, "--label: there is no column '-4'"),
        ({"label": ""}, "--label: there is no column ''"),
        ({"drop": ["depth"]}, "--drop: there is no column 'depth'"),
        ({"drop": ["kind", "kind"]}, "--drop: there is no column 'kind' among 'height', 'width'"),
        ({"drop": ["kind"], "label": "kind"}, "--label: there is no column 'kind'"),
        ({"drop": ["height", "width"], "label": "kind"}, "at least one column for the features"),
        ({"drop": ["0", "1", "2"]}, "at least one column for the features"),
    ],
)
def test_a_column_that_is_not_there_is_named(how, complaint):
    with pytest.raises(ValueError, match=complaint):
        read_samples(write("x.csv", TEXT), **how)


def test_if_every_row_lacks_something_there_is_nothing_to_learn_from():
    with pytest.raises(ValueError, match="at least one row without missing values"):
        read_samples(write("x.csv", "a,b\n1,\n2,\n"), drop_missing=True)


# Tables without names.


def test_the_last_column_of_an_array_is_the_class_as_in_the_original():
    np.save("x.npy", np.arange(12.0).reshape(4, 3))
    samples = read_samples("x.npy")
    assert samples.features.tolist() == [[0, 1], [3, 4], [6, 7], [9, 10]]
    assert (samples.labels.tolist(), samples.label, samples.label_guessed) == (
        [2, 5, 8, 11],
        2,
        True,
    )


def test_an_archive_of_one_array_is_read_as_the_array():
    np.savez("x.npz", anything=make_donuts(10))
    assert np.array_equal(read_samples("x.npz").features, make_donuts(10)[:, :4])


@pytest.mark.parametrize(
    ("label", "left"), [("none", [0, 1, 2]), ("0", [1, 2]), (1, [0, 2]), ("-1", [0, 1])]
)
def test_another_column_of_an_array_can_be_the_class_or_none(label, left):
    table = np.arange(12.0).reshape(4, 3)
    np.save("x.npy", table)
    samples = read_samples("x.npy", label=label)
    assert np.array_equal(samples.features, table[:, left])
    assert not samples.label_guessed


def test_columns_of_an_array_can_be_left_out_by_number():
    np.save("x.npy", np.arange(12.0).reshape(4, 3))
    assert read_samples("x.npy", drop=["0"]).features.tolist() == [[1], [4], [7], [10]]


def test_a_missing_value_of_an_array_is_refused_with_the_options_that_help():
    np.save("x.npy", [[1, 2, 3], [4, np.nan, 6]])
    with pytest.raises(ValueError, match=r"1 of 2 .* row 1, column 1; .*--drop-missing.*--fill"):
        read_samples("x.npy", drop=["0"])


def test_rows_of_an_array_with_missing_values_can_be_left_out():
    np.save("x.npy", [[0.0, np.nan, 1.0], [1.0, 2.0, 3.0]])
    assert read_samples("x.npy", drop_missing=True).features.tolist() == [[1, 2]]


def test_two_arrays_in_an_archive_are_refused_by_name():
    np.savez("x.npz", train=np.eye(3), test=np.eye(3))
    with pytest.raises(ValueError, match=r"x.npz: .* it holds 2 arrays \(train, test\)"):
        read_samples("x.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello"])
def test_a_damaged_archive_is_refused_by_name(folder, content):
    (folder / "x.npz").write_bytes(content)
    with pytest.raises(ValueError, match="x.npz: expected a complete .npz file of one table"):
        read_samples("x.npz")


def test_a_single_column_without_a_class_is_enough():
    np.save("x.npy", np.ones((3, 1)))
    assert read_samples("x.npy", label="none").features.shape == (3, 1)
    with pytest.raises(ValueError, match="--label none"):
        read_samples("x.npy")


def test_a_file_without_a_suffix_is_known_by_its_beginning(folder):
    np.save("x.npy", make_donuts(10))
    (folder / "x.npy").rename("array")
    write("text", TEXT)
    assert read_samples("array").features.shape == (10, 4)
    assert read_samples("text", label="kind").names == ["height", "width"]


def test_donuts_have_a_name():
    assert np.array_equal(read_samples("donuts").features, make_donuts()[:, :4])


# Images.


def draw(path, pixels):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.asarray(pixels)).save(path)


def test_a_folder_of_images_has_a_column_for_each_pixel(folder):
    pixels = np.arange(18, dtype=np.uint8).reshape(3, 2, 3)
    for i, image in enumerate(pixels):
        draw(folder / "images" / f"{i}.png", image)
    (folder / "images" / "notes.txt").write_text("not an image")
    samples = read_samples("images")
    assert np.array_equal(samples.features, pixels.reshape(3, 6))
    assert (samples.image_shape, samples.largest, samples.labels) == ((2, 3), 255, None)


def test_subfolders_of_images_are_classes(folder):
    for name in ("cat", "dog"):
        (folder / "images").mkdir(exist_ok=True)
        draw(folder / "images" / name / "1.png", np.zeros((2, 2), np.uint8))
    assert read_samples("images").labels.tolist() == ["cat", "dog"]
    assert read_samples("images", label="none").labels is None


@pytest.mark.parametrize(
    ("pixels", "grey"),
    [
        (np.full((2, 2, 3), [255, 255, 255], np.uint8), 255),
        (np.full((2, 2, 4), [0, 0, 0, 255], np.uint8), 0),
        (np.full((2, 2, 4), [0, 0, 0, 0], np.uint8), 255),
        (np.full((2, 2, 4), [0, 0, 0, 51], np.uint8), 204),
        (np.full((2, 2, 2), [0, 0], np.uint8), 255),
        (np.full((2, 2), 65535, np.uint16), 255),
        (np.full((2, 2), True), 255),
    ],
    ids=[
        "colour",
        "opaque",
        "transparent",
        "a shadow",
        "grey with alpha",
        "16 bits",
        "black and white",
    ],
)
def test_images_are_read_in_grey_from_0_to_255(folder, pixels, grey):
    draw(folder / "images" / "1.png", pixels)
    assert read_samples("images").features.tolist() == [[grey] * 4]


def test_a_colour_that_is_transparent_is_white(folder):
    draw(folder / "images" / "1.png", np.zeros((2, 2), np.uint8))
    Image.open(folder / "images" / "1.png").save(folder / "images" / "1.png", transparency=0)
    assert read_samples("images").features.tolist() == [[255] * 4]


def test_a_pgm_of_16_bits_is_read_in_grey_from_0_to_255(folder):
    (folder / "images").mkdir()
    (folder / "images" / "1.pgm").write_bytes(b"P5 2 1 65535\n\xff\xff\x01\x01")
    assert read_samples("images").features.tolist() == [[255, 1]]


@pytest.mark.parametrize(("dtype", "mode"), [(np.float32, "F"), (np.int32, "I")])
def test_images_that_do_not_say_what_white_is_are_refused(folder, dtype, mode):
    draw(folder / "images" / "1.tif", np.array([[0, 0.5], [0.7, 1]], dtype))
    with pytest.raises(ValueError, match=rf"1.tif: .* mode {mode}, .* scale them to 8 or 16 bits"):
        read_samples("images")


def test_digits_are_images_from_0_to_16():
    samples = read_samples("digits")
    assert np.array_equal(samples.features, load_digits().data)
    assert (samples.image_shape, samples.largest) == ((8, 8), 16)


def test_images_of_several_sizes_are_refused_with_names_and_sizes(folder):
    for i in range(3):
        draw(folder / "images" / f"{i}.png", np.zeros((2, 3 if i < 2 else 4), np.uint8))
    expected = r"3 × 2 pixels: 2 \(such as 0.png\), 4 × 2 pixels: 1 \(such as 2.png\)"
    with pytest.raises(ValueError, match=expected):
        read_samples("images")


def test_a_damaged_image_is_named(folder):
    draw(folder / "images" / "1.png", np.zeros((50, 50), np.uint8))
    content = (folder / "images" / "1.png").read_bytes()
    (folder / "images" / "2.png").write_bytes(content[:60])
    with pytest.raises(ValueError, match=r"2.png: expected an image, but"):
        read_samples("images")


def test_images_beside_subfolders_of_images_are_refused(folder):
    draw(folder / "images" / "1.png", np.zeros((2, 2), np.uint8))
    draw(folder / "images" / "cat" / "2.png", np.zeros((2, 2), np.uint8))
    with pytest.raises(ValueError, match=r"either in it or in subfolders.* 1.png and cat"):
        read_samples("images")


@pytest.mark.parametrize("how", [{"label": "1"}, {"drop": ["1"]}], ids=str)
def test_images_have_no_columns_to_choose(how):
    with pytest.raises(ValueError, match="the class of an image is the name of its folder"):
        read_samples("digits", **how)


# What a model takes.


def test_pixels_are_brought_to_the_range_that_the_model_knows(folder):
    draw(folder / "images" / "1.png", np.full((8, 8), 255, np.uint8))
    samples = read_like("images", 64, image_shape=(8, 8), largest=16)
    assert samples.features.tolist() == [[16] * 64]


def test_columns_are_found_by_their_names_in_any_order():
    path = write("x.csv", "kind,id,width,height\na,1,2,1.5\n")
    samples = read_like(path, 2, ["height", "width"], "kind")
    assert samples.features.tolist() == [[1.5, 2]]
    assert samples.names == ["height", "width"]
    assert samples.labels.tolist() == ["a"]
    assert samples.note == "x.csv: column 'id' is left out, which the model was not trained on"


def test_the_class_need_not_be_there():
    samples = read_like(write("x.csv", "a,b\n1,2\n"), 2, ["a", "b"], "kind")
    assert (samples.labels, samples.note) == (None, "")


def test_a_column_that_is_missing_is_named():
    with pytest.raises(ValueError, match=r"column 'b' is missing, .*; it has 'a', 'c'"):
        read_like(write("x.csv", "a,c\n1,2\n"), 2, ["a", "b"])


@pytest.mark.parametrize(("label", "expected"), [(None, [0, 1]), (2, [0, 1]), (0, [1, 2])])
def test_an_array_may_have_a_column_more_for_the_class(label, expected):
    table = np.arange(6.0).reshape(2, 3)
    np.save("x.npy", table)
    assert np.array_equal(read_like("x.npy", 2, None, label).features, table[:, expected])
    np.save("x.npy", table[:, :2])
    assert np.array_equal(read_like("x.npy", 2, None, label).features, table[:, :2])


@pytest.mark.parametrize("label", ["kind", None])
def test_an_array_with_a_class_is_refused_if_the_model_knows_columns_by_name_alone(label):
    np.save("x.npy", np.arange(6.0).reshape(2, 3))
    with pytest.raises(ValueError, match="not where the class stood: leave it out"):
        read_like("x.npy", 2, ["a", "b"], label)
    np.save("x.npy", np.arange(4.0).reshape(2, 2))
    assert read_like("x.npy", 2, ["a", "b"], label).features.tolist() == [[0, 1], [2, 3]]


def test_it_is_told_that_the_last_column_is_taken_for_the_class_unless_the_model_knows_it():
    np.save("x.npy", np.arange(6.0).reshape(2, 3))
    assert read_like("x.npy", 2).note.startswith(
        "x.npy: column 2, the last, is taken for the class"
    )
    assert read_like("x.npy", 2, None, 2).note == ""
    assert read_like(write("x.csv", "a,b,c\n1,2,3\n"), 2).note.startswith(
        "x.csv: column 2, the last"
    )


def test_the_place_of_the_class_is_that_among_the_columns_that_are_not_left_out():
    table = np.arange(8.0).reshape(2, 4)
    np.save("x.npy", table)
    samples = read_samples("x.npy", label=1, drop=[0])
    assert samples.label == 0
    np.save("x.npy", table[:, 1:])
    assert np.array_equal(read_like("x.npy", 2, None, samples.label).features, samples.features)


@pytest.mark.parametrize("n_columns", [1, 4])
def test_an_array_of_another_width_is_refused(n_columns):
    np.save("x.npy", np.ones((2, n_columns)))
    with pytest.raises(ValueError, match=f"expected the 2 columns .*; got {n_columns}"):
        read_like("x.npy", 2)


@pytest.mark.parametrize(("shape", "trained"), [((4, 4), "images of 4 × 4"), (None, "no images")])
def test_images_of_another_size_than_the_model_knows_are_refused(shape, trained):
    with pytest.raises(ValueError, match=f"8 × 8 pixels, but the model was trained on {trained}"):
        read_like("digits", 16, image_shape=shape)
