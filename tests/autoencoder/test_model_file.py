"""Model files: what is saved comes back, and nothing else is let in."""

import json
import os

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from autoencoder import AutoEncoder


@pytest.fixture
def X():
    return np.random.RandomState(0).rand(20, 4)


@pytest.fixture
def model(X):
    return AutoEncoder(3, epochs=5, learning_rate=0.2, random_state=0).fit(X)


@pytest.fixture
def path(tmp_path, model):
    model.save(tmp_path / "model.npz")
    return tmp_path / "model.npz"


def rewrite(path, **changes):
    """Change entries of the model file; None takes one out."""
    with np.load(path) as archive:
        entries = {**archive, **changes}
    np.savez(path, **{name: value for name, value in entries.items() if value is not None})


def test_a_loaded_model_is_the_saved_one(model, path, X):
    again = AutoEncoder.load(path)
    assert again.get_params() == model.get_params()
    np.testing.assert_array_equal(again.costs_, model.costs_)
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))


def test_a_loaded_model_goes_on_training_like_the_original(model, path, X):
    again = AutoEncoder.load(path).partial_fit(X)
    np.testing.assert_array_equal(again.weights_, model.partial_fit(X).weights_)


def test_how_large_the_errors_of_training_were_is_kept(model, path):
    assert model.error_percentiles_ is not None
    assert AutoEncoder.load(path).error_percentiles_ == model.error_percentiles_
    assert AutoEncoder.load(path).error_ == model.error_


def test_a_file_without_the_errors_of_training_is_read(path, X):
    rewrite(path, error_percentiles=None, error=None)
    again = AutoEncoder.load(path)
    assert (again.error_percentiles_, again.error_) == (None, None)
    again.save(path)
    assert AutoEncoder.load(path).error_percentiles_ is None


def test_a_loaded_model_checks_the_number_of_features(path):
    with pytest.raises(ValueError, match="expecting 4 features"):
        AutoEncoder.load(path).transform(np.ones((2, 5)))


def test_feature_names_are_kept(path, model):
    model.feature_names_in_ = np.array(["a", "b", "c", "d"], dtype=object)
    model.save(path)
    names = AutoEncoder.load(path).feature_names_in_
    assert names.dtype == object
    assert list(names) == ["a", "b", "c", "d"]


def test_float32_stays_float32(tmp_path, X):
    AutoEncoder(dtype="float32", epochs=2).fit(X).save(tmp_path / "model.npz")
    assert AutoEncoder.load(tmp_path / "model.npz").weights_.dtype == np.float32


def test_numpy_numbers_as_hyperparameters_are_saved_as_numbers(path, X):
    grid_searched = AutoEncoder(np.int64(2), learning_rate=np.float64(0.5), epochs=np.int64(2))
    grid_searched.fit(X).save(path)
    assert AutoEncoder.load(path).get_params() == grid_searched.get_params()


def test_a_dtype_object_is_saved_as_its_name(path, X):
    AutoEncoder(epochs=2, dtype=np.dtype("float32")).fit(X).save(path)
    assert AutoEncoder.load(path).dtype == "float32"


def test_a_generator_as_random_state_is_not_saved(path, X):
    AutoEncoder(epochs=2, random_state=np.random.RandomState(0)).fit(X).save(path)
    assert AutoEncoder.load(path).random_state is None


def test_the_file_needs_no_pickle(path):
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fU" for name in archive.files)


def test_a_save_that_fails_leaves_the_old_file(path, model, monkeypatch):
    old = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half a model")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    assert path.read_bytes() == old
    assert os.listdir(path.parent) == [path.name]


def test_a_model_that_is_not_fitted_is_not_saved(tmp_path):
    with pytest.raises(NotFittedError):
        AutoEncoder().save(tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("changed", [{"n_hidden": 5}, {"dtype": "float32"}], ids=str)
def test_a_model_whose_hyperparameters_are_no_longer_its_weights_is_not_saved(path, model, changed):
    old = path.read_bytes()
    with pytest.raises(ValueError, match="fit again, or set them back"):
        model.set_params(**changed).save(path)
    assert path.read_bytes() == old


UNLOADABLE = {
    "an infinite cost": ({"costs_": np.array([1.0, np.inf])}, "'costs' is not all finite"),
    "weights that are NaN": ({"weights_": np.full((4, 3), np.nan)}, "'weights' is not all finite"),
    "a bias of another shape": ({"hidden_bias_": np.zeros(2)}, "'hidden_bias' has shape"),
    "costs in rows": ({"costs_": np.ones((2, 2))}, "'costs' has shape"),
    "whole costs": ({"costs_": np.arange(3)}, "'costs' is not all finite float32 or float64"),
    "objects": ({"output_bias_": np.array([None] * 4)}, "'output_bias' is not all finite"),
    "a velocity of another dtype": (
        {"velocities_": [np.zeros(s, np.float32) for s in ((4, 3), 3, 4)]},
        "'weights_velocity' is float32",
    ),
    "too few names": ({"feature_names_in_": np.array(["a", "b"], object)}, "2 feature names"),
    "a name of 300,000 characters": (
        {"feature_names_in_": np.array(["a" * 300_000, "b", "c", "d"], object)},
        "'feature_names' should be text of at most",
    ),
    "a name that ends in NUL": (
        {"feature_names_in_": np.array(["a", "b", "c", "d\0"], object)},
        r"name 'd\\x00' would come back from a file as 'd'",
    ),
    "a name that is no text": (
        {"feature_names_in_": np.array(["a", "b", "c", 4], object)},
        "name 4 would come back from a file as '4'",
    ),
    "a rate below zero": ({"learning_rate": -1.0}, "learning_rate"),
    "no epochs": ({"epochs": 0}, "epochs"),
    "a seed below zero": ({"random_state": -1}, "Seed must be between 0"),
}


@pytest.mark.parametrize("case", UNLOADABLE)
def test_what_could_not_be_loaded_is_not_saved(path, model, case):
    changes, problem = UNLOADABLE[case]
    for name, value in changes.items():
        setattr(model, name, value)
    old = path.read_bytes()
    with pytest.raises(ValueError, match=problem):
        model.save(path)
    assert path.read_bytes() == old
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("name", ["", " ", "\0b", "ü", "\U0010ffff", "a\nb"], ids=repr)
def test_any_other_feature_name_is_kept(path, model, name):
    model.feature_names_in_ = np.array([name] * 4, dtype=object)
    model.save(path)
    assert list(AutoEncoder.load(path).feature_names_in_) == [name] * 4


def test_a_path_may_be_bytes(tmp_path, model):
    path = os.fsencode(tmp_path / "model.npz")
    model.save(path)
    np.testing.assert_array_equal(AutoEncoder.load(path).weights_, model.weights_)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        AutoEncoder.load(tmp_path / "nothing.npz")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x93NUMPY\x01\x00", b"\x80\x04N.", b"PK\x03\x04"]
)
def test_a_file_of_another_kind_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match="expected a model written by AutoEncoder.save"):
        AutoEncoder.load(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(path, kept):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ValueError, match="damaged or cut off"):
        AutoEncoder.load(path)


def test_a_flipped_bit_is_noticed(path, model):
    content = bytearray(path.read_bytes())
    content[content.index(model.weights_.tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        AutoEncoder.load(path)


def test_pickled_objects_are_refused(path):
    rewrite(path, weights=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        AutoEncoder.load(path)


@pytest.mark.parametrize("name", ["weights", "hidden_bias", "weights_velocity", "costs"])
def test_a_missing_array_is_named(path, name):
    rewrite(path, **{name: None})
    with pytest.raises(ValueError, match=f"missing: \\['{name}'\\]"):
        AutoEncoder.load(path)


def test_an_extra_array_is_named(path):
    rewrite(path, bonus=np.ones(3))
    with pytest.raises(ValueError, match=r"unknown: \['bonus'\]"):
        AutoEncoder.load(path)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("weights", (4,)),
        ("hidden_bias", (4,)),
        ("output_bias", (3,)),
        ("output_bias", (4, 1)),
        ("hidden_bias_velocity", ()),
        ("weights_velocity", (3, 4)),
        ("costs", (5, 1)),
    ],
)
def test_an_array_of_the_wrong_shape_is_refused(path, name, shape):
    rewrite(path, **{name: np.ones(shape)})
    with pytest.raises(ValueError, match=name):
        AutoEncoder.load(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_parameters_that_are_not_finite_are_refused(path, bad):
    rewrite(path, hidden_bias=np.full(3, bad))
    with pytest.raises(ValueError, match="'hidden_bias' is not all finite"):
        AutoEncoder.load(path)


@pytest.mark.parametrize("values", [np.array(list("abc")), np.arange(3), np.ones(3, complex)])
def test_parameters_that_are_no_floats_are_refused(path, values):
    rewrite(path, hidden_bias=values)
    with pytest.raises(ValueError, match="'hidden_bias' is not all finite float32 or float64"):
        AutoEncoder.load(path)


def test_too_few_feature_names_are_refused(path):
    rewrite(path, feature_names=np.array(["a", "b"]))
    with pytest.raises(ValueError, match="2 feature names do not name 4 features"):
        AutoEncoder.load(path)


@pytest.mark.parametrize(
    "text",
    [None, "", "[1, 2]", "{", json.dumps({"n_hidden": 0}), json.dumps({"layers": 3})],
)
def test_hyperparameters_that_make_no_model_are_refused(path, text):
    rewrite(path, hyperparameters=None if text is None else np.array(text))
    with pytest.raises(ValueError, match="hyperparameters"):
        AutoEncoder.load(path)


def test_every_complaint_names_the_file(path):
    rewrite(path, bonus=np.ones(3))
    with pytest.raises(ValueError) as caught:
        AutoEncoder.load(path)
    assert str(caught.value).startswith(str(path))


@pytest.fixture
def by_adam(X, tmp_path):
    """The entries of a file with all that a model can remember."""
    model = AutoEncoder(
        3, optimizer="adam", early_stopping=True, epochs=5, callback=lambda *_: None, random_state=0
    )
    path = tmp_path / "adam.npz"
    model.fit(X).save(path)
    with np.load(path) as file:
        return path, dict(file)


def test_what_adam_remembers_and_validation_scores_come_back_but_no_callback(X, by_adam):
    path, _ = by_adam
    again = AutoEncoder.load(path)
    assert [moment.shape for moment in again.moments_[-3:]] == [(4,), (4,), ()]
    assert again.moments_[-1] == 5
    assert len(again.validation_scores_) == again.n_iter_ == 5
    assert again.callback is None
    assert again.early_stopping is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", None),
        ("weights_mean", None),
        ("weights_mean", np.zeros((3, 4))),
        ("steps", np.zeros(1)),
        ("steps", np.array(np.nan)),
        ("validation_scores", np.zeros((2, 2))),
        ("hidden_bias_mean_square", np.zeros(3, np.float32)),
    ],
)
def test_what_adam_cannot_have_remembered_is_refused(by_adam, name, value):
    path, entries = by_adam
    if value is None:
        del entries[name]
    else:
        entries[name] = value
    np.savez(path, **entries)
    with pytest.raises(ValueError, match=f"{path.name}.*{name}"):
        AutoEncoder.load(path)
