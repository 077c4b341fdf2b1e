"""The generated donuts: they follow the recipe, and are the same everywhere."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils import shuffle

from autoencoder import load_donuts, make_donuts, prepare
from autoencoder.data import LARGEST

DATA_FILE = Path(__file__).parents[2] / "data" / "donut_corr2.npy"


@pytest.fixture(scope="module")
def donuts():
    return make_donuts()


def kurtosis(x):
    centred = x - x.mean()
    return (centred**4).mean() / (centred**2).mean() ** 2


def test_there_are_9000_rows_of_four_features_and_a_class(donuts):
    assert donuts.shape == (9000, 5)
    assert donuts.dtype == np.float64


def test_the_inner_donut_comes_first_then_the_outer_one(donuts):
    assert np.array_equal(donuts[:, 4], np.repeat([0, 1], 4500))


@pytest.mark.parametrize(("label", "mean"), [(0, 5), (1, 10)])
def test_the_radius_is_normal_with_a_standard_deviation_of_one(donuts, label, mean):
    rows = donuts[donuts[:, 4] == label]
    radius = np.hypot(rows[:, 0], rows[:, 1])
    assert radius.mean() == pytest.approx(mean, abs=0.05)
    assert radius.std() == pytest.approx(1, abs=0.03)
    assert kurtosis(radius) == pytest.approx(3, abs=0.2)


def test_the_angle_is_uniform(donuts):
    angle = np.arctan2(donuts[:, 1], donuts[:, 0])
    counts, _ = np.histogram(angle, bins=12, range=(-np.pi, np.pi))
    # Each bin holds 750 ± 26; five standard deviations.
    assert abs(counts - 750).max() < 130


@pytest.mark.parametrize("column", [2, 3])
def test_the_noise_of_a_copied_column_is_that_of_the_recipe(donuts, column):
    noise = donuts[:, column] - donuts[:, 0]
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(0.32, abs=0.01)
    assert kurtosis(noise) == pytest.approx(3.9, abs=0.2)
    assert abs(noise).max() == pytest.approx(1.16, abs=0.04)


def test_the_noises_of_the_two_copied_columns_are_independent(donuts):
    noise = donuts[:, 2:4] - donuts[:, :1]
    assert np.corrcoef(noise.T)[0, 1] == pytest.approx(0, abs=0.05)


def test_the_columns_correlate_as_in_the_recipe(donuts):
    correlation = np.corrcoef(donuts[:, :4].T)
    assert correlation[0, 2] == pytest.approx(0.998, abs=1e-3)
    assert correlation[0, 3] == pytest.approx(0.998, abs=1e-3)
    assert correlation[2, 3] == pytest.approx(0.997, abs=1e-3)
    assert abs(correlation[1, [0, 2, 3]]).max() < 0.03


def test_no_value_is_near_enough_to_a_rounding_boundary_to_differ_between_platforms(
    donuts, monkeypatch
):
    monkeypatch.setattr(np, "round", lambda table, decimals: np.array(table))
    exact = make_donuts()
    assert abs(exact - donuts).max() > 0
    # A last bit is at most 2e-15 here.
    assert abs(exact - donuts).max() < 0.5e-6 - 1e-12


def test_the_data_file_is_what_load_donuts_makes():
    stored = np.load(DATA_FILE, allow_pickle=False)
    assert np.array_equal(stored, load_donuts())
    assert stored.dtype == np.float64
    assert stored.flags.f_contiguous


def test_another_seed_makes_other_donuts(donuts):
    assert not np.array_equal(make_donuts(random_state=1), donuts)


@pytest.mark.parametrize("n_samples", [1, 2, 7])
def test_any_number_of_samples_can_be_made(n_samples):
    assert make_donuts(n_samples).shape == (n_samples, 5)


def test_no_samples_are_refused():
    with pytest.raises(ValueError, match="at least 1; got 0"):
        make_donuts(0)


def test_a_file_of_the_same_layout_is_read_as_it_is(tmp_path):
    table = np.arange(12.0).reshape(4, 3)
    np.save(tmp_path / "table.npy", table)
    assert np.array_equal(load_donuts(tmp_path / "table.npy"), table)


def test_whole_numbers_are_read_as_float64(tmp_path):
    np.save(tmp_path / "table.npy", np.eye(3, dtype=np.int8))
    assert load_donuts(tmp_path / "table.npy").dtype == np.float64


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_donuts(tmp_path / "nothing.npy")


@pytest.mark.parametrize(
    ("array", "complaint"),
    [
        (np.ones(5), r"expected 2 dimensions .* got 1"),
        (np.ones((2, 2, 2)), r"expected 2 dimensions .* got 3"),
        (np.ones((0, 5)), "at least one row"),
        (np.ones((5, 1)), "at least one feature column"),
        (np.array([[1.0, np.nan]]), "got nan in row 0, column 1"),
        (np.array([[1.0, 2.0], [-np.inf, 0.0]]), "got -inf in row 1, column 0"),
        (np.array([[1e39, 0.0]]), r"training data is float32, got one of size 1e\+39"),
        (np.array([["a", "b"]]), "expected columns of numbers, got dtype <U1"),
        (np.ones((2, 2), complex), "expected columns of numbers, got dtype complex128"),
        (np.ones(2, [("a", float), ("b", float)]), "expected columns of numbers"),
    ],
)
def test_an_array_that_is_no_table_is_refused_with_what_is_wrong(tmp_path, array, complaint):
    path = tmp_path / "table.npy"
    np.save(path, array)
    with pytest.raises(ValueError, match=complaint) as caught:
        load_donuts(path)
    assert str(caught.value).startswith(str(path))


def test_pickled_objects_are_never_read(tmp_path):
    path = tmp_path / "objects.npy"
    np.save(path, np.array([[{}, 1]], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        load_donuts(path)


@pytest.mark.parametrize(
    "content", [b"", b"1,2,3\n4,5,6\n", b"PK\x03\x04", b"\x93NUMPY", b"\x80\x04N."]
)
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "table.npy"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"\.npy file"):
        load_donuts(path)


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    path = tmp_path / "table.npy"
    np.save(path, np.ones((100, 5)))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="expected a complete .npy file"):
        load_donuts(path)


def test_preparing_scales_each_feature_to_0_to_1_in_float32(donuts):
    features = prepare(donuts).features
    assert features.shape == (9000, 4)
    assert features.dtype == np.float32
    assert np.array_equal(features.min(axis=0), np.zeros(4))
    assert features.max(axis=0) == pytest.approx(np.ones(4), abs=1e-6)


def test_preparing_shuffles_as_the_original_program_does(donuts):
    expected = shuffle(donuts, random_state=147)[:, 4]
    assert np.array_equal(prepare(donuts).labels, expected)


def test_preparing_shuffles_features_and_classes_alike(donuts):
    features, labels, scaler = prepare(donuts)
    assert not np.array_equal(labels, donuts[:, 4])
    radius = np.hypot(*scaler.inverse_transform(features)[:, :2].T)
    assert radius[labels == 0].mean() == pytest.approx(5, abs=0.05)
    assert radius[labels == 1].mean() == pytest.approx(10, abs=0.05)


# Whatever can be told apart in the table can be told apart in the features.

STEPS = np.arange(60.0)
FINE = {
    "Unix times": 1.7e9 + STEPS,
    "a hundred thousand and a little": 1e5 + STEPS / 6000,
    "far below float32": 1e-300 * STEPS,
    "the smallest there are": 5e-324 * STEPS,
    "as large as can be": LARGEST * (STEPS / 29.5 - 1),
    "next to an outlier above": np.r_[1e12, STEPS[1:]],
    "all digits of float64": 2.0**53 - STEPS,
}


@pytest.mark.parametrize("case", FINE)
def test_numbers_that_differ_still_differ_when_they_are_prepared(case):
    table = np.column_stack([FINE[case], np.zeros(60)])
    features = prepare(table).features
    assert len(np.unique(features)) == len(np.unique(FINE[case])) == 60
    assert (features.min(), features.max()) == (0, 1)


@pytest.mark.parametrize("case", FINE)
def test_the_scaling_is_undone(case):
    features, order, scaler = prepare(np.column_stack([FINE[case], STEPS]))
    expected = FINE[case][order.astype(int)]
    np.testing.assert_allclose(
        scaler.inverse_transform(features)[:, 0], expected, rtol=0, atol=1e-7 * np.ptp(expected)
    )


def test_a_constant_column_becomes_zeros():
    assert np.array_equal(prepare(np.full((5, 2), 7.0)).features, np.zeros((5, 1)))


def test_numbers_that_become_one_are_told_of():
    table = np.column_stack([STEPS, np.r_[-1e12, STEPS[1:]], STEPS])
    with pytest.warns(UserWarning, match="column 1: 60 different numbers become 2 in float32"):
        prepare(table)


def test_whole_numbers_that_become_one_in_float64_are_told_of(tmp_path):
    nanoseconds = 1_700_000_000_000_000_000 + np.arange(60)
    np.save(tmp_path / "times.npy", np.column_stack([np.arange(60), nanoseconds]))
    with pytest.warns(UserWarning, match="column 1: 60 different numbers become 1 in float64"):
        load_donuts(tmp_path / "times.npy")


@pytest.mark.parametrize("shape", [(3, 1), (200, 3), (9000, 2)])
def test_ordinary_numbers_are_not_told_of(shape):
    table = np.random.RandomState(0).standard_cauchy((shape[0], shape[1] + 1))
    prepare(table)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1.7e308])
def test_features_without_a_finite_range_are_refused(bad):
    table = np.array([[1.0, -1.7e308, 0.0], [2.0, bad, 0.0]])
    with pytest.raises(ValueError, match=r"columns \[1\] are not"):
        prepare(table)


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "longdouble", "uint8", "bool", ">f4", "i8"]
)
def test_a_table_of_any_dtype_is_read_in_silence(tmp_path, dtype):
    table = (np.arange(12).reshape(6, 2) % 7).astype(dtype)
    np.save(tmp_path / "table.npy", table)
    assert np.array_equal(load_donuts(tmp_path / "table.npy"), table.astype(np.float64))


@pytest.mark.skipif(np.finfo("longdouble").max < 1e308 * 10, reason="longdouble is float64 here")
def test_a_number_beyond_float64_is_too_large(tmp_path):
    np.save(tmp_path / "table.npy", np.array([[np.longdouble("1e4000"), 0]]))
    with pytest.raises(ValueError, match="training data is float32"):
        load_donuts(tmp_path / "table.npy")


def test_a_table_is_read_from_a_pipe(tmp_path, donuts):
    os.mkfifo(tmp_path / "pipe")
    np.save(tmp_path / "table.npy", donuts)
    content = (tmp_path / "table.npy").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    assert np.array_equal(load_donuts(tmp_path / "pipe"), donuts)
    writer.join()
