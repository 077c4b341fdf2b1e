"""`Preparation`: a scaler as scikit-learn knows them, that keeps all digits."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from autoencoder import Preparation, make_donuts, prepare


@parametrize_with_checks([Preparation()])
def test_it_is_an_estimator_as_scikit_learn_has_them(estimator, check):
    check(estimator)


def test_it_scales_as_prepare_does():
    donuts = make_donuts(100)
    features, labels, _ = prepare(np.column_stack([donuts[:, :4], np.arange(100)]))
    scaled = Preparation().fit_transform(donuts[:, :4])
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled[labels.astype(int)], features)


def test_sixty_different_times_stay_sixty():
    times = 1.7e9 + np.arange(60.0)[:, np.newaxis]
    assert len(np.unique(Preparation().fit_transform(times))) == 60


def test_pixels_are_divided_by_the_largest_there_can_be():
    pixels = np.array([[0.0, 51.0], [0.0, 102.0]])
    scaled = Preparation(largest=255, image_shape=(1, 2)).fit_transform(pixels)
    np.testing.assert_array_equal(scaled, np.array([[0, 0.2], [0, 0.4]], np.float32))


def test_numbers_outside_the_range_of_fit_are_outside_0_to_1():
    scaler = Preparation().fit([[0.0], [10.0]])
    np.testing.assert_array_equal(scaler.transform([[-10.0], [30.0]]), [[-1], [3]])


def test_a_number_too_far_away_for_float32_is_refused():
    scaler = Preparation().fit([[0.0, 0.0], [1.0, 1e-9]])
    with pytest.raises(ValueError, match=r"columns \[1\] have numbers that are too far"):
        scaler.transform([[0.0, 1e38]])


@pytest.mark.parametrize("case", [1e-300, 1e9, 1.0])
def test_the_scaling_is_undone(case):
    X = case * np.random.RandomState(0).rand(10, 3)
    scaler = Preparation().fit(X)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(X)), X, atol=1e-7 * case)


BAD = {
    "largest": [(0, ValueError), (-1, ValueError), (np.inf, ValueError), (np.nan, ValueError)],
    "label": [(True, TypeError), (1.5, TypeError), (["a"], TypeError)],
    "image_shape": [
        ((3, 3), ValueError),
        ((4,), ValueError),
        ((2.0, 2.0), ValueError),
        ([2, 2], ValueError),
        ((-2, -2), ValueError),
    ],
}


@pytest.mark.parametrize(
    ("name", "value", "error"), [(name, *case) for name, cases in BAD.items() for case in cases]
)
def test_a_bad_parameter_is_named_when_it_is_fitted(name, value, error):
    with pytest.raises(error, match=name):
        Preparation(**{name: value}).fit(np.ones((2, 4)))
