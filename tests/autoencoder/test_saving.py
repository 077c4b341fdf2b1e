"""`autoencoder.save` and `load`: a pipeline with its scaler, in a file without pickle."""

import json

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

import autoencoder
from autoencoder import AutoEncoder, Preparation, load, save
from autoencoder.files.storage import FORMAT

SCALERS = {
    "the command's own": Preparation(),
    "of images": Preparation(largest=0.5, image_shape=(2, 2), label="digit"),
    "a column numbered as the label": Preparation(label=4),
    "min-max": MinMaxScaler(feature_range=(-1, 1), clip=True),
    "standard": StandardScaler(),
    "standard, not centred": StandardScaler(with_mean=False),
    "standard, not scaled": StandardScaler(with_std=False),
    "robust": RobustScaler(quantile_range=(10, 90)),
    "robust, not centred": RobustScaler(with_centering=False),
    "by the greatest": MaxAbsScaler(),
}


@pytest.fixture
def X():
    return np.random.RandomState(0).rand(20, 4)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def fitted(scaler, X):
    return make_pipeline(scaler, AutoEncoder(2, epochs=5, random_state=0)).fit(X)


def rewrite(path, **changes):
    """Change entries of the model file; None takes one out."""
    with np.load(path) as archive:
        entries = {**archive, **changes}
    np.savez(path, **{name: value for name, value in entries.items() if value is not None})


@pytest.mark.parametrize("case", SCALERS)
def test_a_pipeline_comes_back_with_its_scaler(path, X, case):
    model = fitted(SCALERS[case], X)
    save(model, path)
    again = load(path)
    codes = model.transform(X)
    np.testing.assert_array_equal(again.transform(X), codes)
    np.testing.assert_array_equal(again.inverse_transform(codes), model.inverse_transform(codes))
    assert again[0].get_params() == model[0].get_params()
    assert again[1].get_params() == model[1].get_params()


@pytest.mark.parametrize("case", SCALERS)
def test_every_attribute_of_a_scaler_comes_back(path, X, case):
    model = fitted(SCALERS[case], X)
    save(model, path)
    assert vars(load(path)[0]).keys() == vars(model[0]).keys()


def test_a_scaler_that_comes_back_goes_on_counting_samples(path, X):
    model = fitted(MinMaxScaler(), X)
    save(model, path)
    again = load(path)[0].partial_fit(2 * X)
    assert again.n_samples_seen_ == 40
    np.testing.assert_array_equal(again.data_min_, X.min(axis=0))


@pytest.mark.parametrize("kind", [MinMaxScaler, StandardScaler, MaxAbsScaler])
@pytest.mark.parametrize("missing", [0, 3])
def test_a_scaler_that_comes_back_goes_on_as_the_one_that_was_saved(path, X, kind, missing):
    with_gaps = X.copy()
    with_gaps[:missing, 0] = np.nan
    model = make_pipeline(kind().fit(with_gaps), AutoEncoder(epochs=2).fit(X))
    save(model, path)
    again = load(path)[0].partial_fit(2 * X)
    model[0].partial_fit(2 * X)
    np.testing.assert_array_equal(again.n_samples_seen_, model[0].n_samples_seen_)
    np.testing.assert_array_equal(again.transform(X), model[0].transform(X))


def test_weights_of_samples_stay_with_the_scaler_that_counted_them(path, X):
    scaler = StandardScaler().fit(X, sample_weight=np.full(20, 0.125))
    save(make_pipeline(scaler, AutoEncoder(epochs=2).fit(X)), path)
    assert load(path)[0].n_samples_seen_ == 2.5


IMPUTERS = {
    "mean": SimpleImputer(),
    "median": SimpleImputer(strategy="median"),
    "most frequent": SimpleImputer(strategy="most_frequent"),
    "constant": SimpleImputer(strategy="constant", fill_value=0.25),
    "constant of a column without values": SimpleImputer(
        strategy="constant", fill_value=2, keep_empty_features=True
    ),
    "missing are minus one": SimpleImputer(missing_values=-1.0),
    "missing are zero": SimpleImputer(missing_values=0),
}


@pytest.fixture(params=IMPUTERS)
def filling(request, X):
    """A pipeline with an imputer, and the samples with missing values that it was fitted to."""
    imputer = IMPUTERS[request.param]
    with_gaps = X.copy()
    with_gaps[::5, 1] = with_gaps[3, :] = imputer.missing_values
    if imputer.keep_empty_features:
        with_gaps[:, 2] = np.nan
    steps = [
        ("filling", imputer),
        ("scaling", StandardScaler()),
        ("network", AutoEncoder(epochs=5)),
    ]
    return Pipeline(steps).fit(with_gaps), with_gaps


def test_a_pipeline_comes_back_with_its_imputer(path, filling):
    model, with_gaps = filling
    save(model, path)
    again = load(path)
    np.testing.assert_array_equal(again.transform(with_gaps), model.transform(with_gaps))
    assert list(again.named_steps) == ["filling", "scaling", "network"]
    for step in (0, 1):
        assert repr(again[step].get_params()) == repr(model[step].get_params())
        assert vars(again[step]).keys() == vars(model[step]).keys()


def test_a_file_with_an_imputer_needs_no_pickle(path, filling):
    save(filling[0], path)
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fU" for name in archive.files)


def test_what_was_filled_in_is_rebuilt_in_the_units_of_the_table(path, X):
    with_gaps = X.copy()
    with_gaps[0, 0] = np.nan
    save(make_pipeline(SimpleImputer(), MinMaxScaler(), AutoEncoder(epochs=5)).fit(with_gaps), path)
    model = load(path)
    filled, scaler = model[0].transform(with_gaps), model[1]
    rebuilt = scaler.inverse_transform(model[2].reconstruct(scaler.transform(filled)))
    np.testing.assert_array_equal(model.reconstruct(with_gaps), rebuilt)
    expected = ((scaler.transform(filled) - scaler.transform(rebuilt)) ** 2).mean(axis=1)
    np.testing.assert_allclose(model.score_samples(with_gaps), expected)
    assert model.score(with_gaps) == pytest.approx(-expected.mean())


UNSAVED_IMPUTERS = {
    "an indicator": (SimpleImputer(add_indicator=True), ValueError, "may not add columns"),
    "a function": (SimpleImputer(strategy=np.max), TypeError, "strategy must be one of"),
    "a column left out": (SimpleImputer(), ValueError, "leaves out columns without any value"),
}


@pytest.mark.filterwarnings("ignore:Skipping features")
@pytest.mark.parametrize("case", UNSAVED_IMPUTERS)
def test_an_imputer_that_does_more_than_fill_is_not_saved(path, X, case):
    imputer, error, complaint = UNSAVED_IMPUTERS[case]
    with_gaps = X.copy()
    with_gaps[:, 1] = np.nan
    with_gaps[0, 1] = np.nan if case == "a column left out" else 1
    model = make_pipeline(imputer, MinMaxScaler(), AutoEncoder(epochs=2)).fit(with_gaps)
    with pytest.raises(error, match=complaint):
        save(model, path)
    assert not path.exists()


def as_json(**values):
    return np.array(json.dumps(values))


BAD_IMPUTERS = {
    "no values": ({"imputer_statistics_": None}, r"missing: \['imputer_statistics_'\]"),
    "no scaler": ({"scaler": None}, "missing"),
    "too few values": ({"imputer_statistics_": np.ones(3)}, "should be 4 float64 numbers"),
    "values that are missing": ({"imputer_statistics_": np.full(4, np.nan)}, "not all finite"),
    "no imputer for its values": ({"imputer": None}, r"unknown: \['imputer_"),
    "an imputer that is no text": ({"imputer": np.ones(2)}, "should be text"),
    "no parameters": ({"imputer": as_json()}, "imputer does not fit"),
    "unknown parameters": ({"imputer": as_json(parameters={"speed": 3})}, "does not fit"),
    "another strategy": ({"imputer": as_json(parameters={"strategy": "max"})}, "does not fit"),
    "an indicator": ({"imputer": as_json(parameters={"add_indicator": True})}, "not add columns"),
    "a missing value that is text": (
        {"imputer": as_json(parameters={"missing_values": "?"})},
        "imputer does not fit",
    ),
}


@pytest.mark.parametrize("case", BAD_IMPUTERS)
def test_a_file_whose_imputer_does_not_fit_is_refused(path, X, case):
    changes, complaint = BAD_IMPUTERS[case]
    save(make_pipeline(SimpleImputer(), MinMaxScaler(), AutoEncoder(epochs=2)).fit(X), path)
    rewrite(path, **changes)
    with pytest.raises(ValueError, match=complaint) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))


def test_the_steps_keep_their_names(path, X):
    steps = [("scaling", MinMaxScaler()), ("network", AutoEncoder(epochs=2))]
    save(Pipeline(steps).fit(X), path)
    assert list(load(path).named_steps) == ["scaling", "network"]


def test_the_columns_names_are_those_of_the_pipeline(path, X):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = fitted(StandardScaler(), frame)
    save(model, path)
    again = load(path)
    assert list(again.feature_names_in_) == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(again.transform(frame), model.transform(frame))


@pytest.mark.parametrize("imputed", [False, True])
def test_what_is_loaded_finds_columns_by_their_names(path, X, imputed):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    filling = [SimpleImputer()] if imputed else []
    model = make_pipeline(*filling, MinMaxScaler(), AutoEncoder(2, epochs=5)).fit(frame)
    save(model, path)
    again = load(path)
    others = frame[["d", "b", "a", "c"]].assign(kind="new")
    np.testing.assert_array_equal(again.transform(others), model.transform(frame))
    for method in ("score_samples", "score", "reconstruct"):
        there, here = (getattr(again, method)(table) for table in (others, frame))
        np.testing.assert_array_equal(there, here)


def test_columns_that_are_not_there_are_told_of_and_not_those_that_may_be(path, X):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    save(fitted(MinMaxScaler(), frame), path)
    with pytest.raises(ValueError, match=r"(?s)seen at fit time, yet now missing:\n- c") as told:
        load(path).score_samples(frame.rename(columns={"c": "x"}))
    assert "- x" not in str(told.value)


def test_what_is_loaded_knows_how_large_the_errors_of_training_were(path, X):
    model = fitted(MinMaxScaler(), X)
    save(model, path)
    assert load(path).error_percentiles_ == model[-1].error_percentiles_
    assert load(path).error_percentiles_[100] == pytest.approx(load(path).score_samples(X).max())


def test_an_autoencoder_alone_comes_back_as_one(path, X):
    model = AutoEncoder(2, epochs=5, random_state=0).fit(X)
    save(model, path)
    again = load(path)
    assert type(again) is AutoEncoder
    np.testing.assert_array_equal(again.weights_, model.weights_)


def test_the_network_of_a_pipelines_file_can_be_loaded_alone(path, X):
    model = fitted(Preparation(), X)
    save(model, path)
    scaled = model[0].transform(X)
    np.testing.assert_array_equal(AutoEncoder.load(path).transform(scaled), model.transform(X))


def test_the_file_needs_no_pickle(path, X):
    save(fitted(MinMaxScaler(), X), path)
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fU" for name in archive.files)


def test_a_file_from_before_formats_were_numbered_is_read(path, X):
    model = AutoEncoder(2, epochs=5, random_state=0).fit(X)
    save(model, path)
    rewrite(path, format=None)
    np.testing.assert_array_equal(load(path).weights_, model.weights_)


@pytest.mark.parametrize("read", [load, AutoEncoder.load])
def test_a_file_of_a_newer_version_is_refused_as_such_whatever_it_holds(path, X, read):
    save(fitted(MinMaxScaler(), X), path)
    rewrite(path, format=np.array(str(FORMAT + 1)), weights=None, gates=np.ones(3))
    with pytest.raises(ValueError, match=r"written by a newer version .* upgrade") as caught:
        read(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("text", ["", "two", "-1", "2.5", "0", "1", "²", "9" * 5000])
def test_a_format_that_is_no_number_is_refused(path, X, text):
    save(fitted(MinMaxScaler(), X), path)
    rewrite(path, format=np.array(text))
    with pytest.raises(ValueError, match="not the number of a format|newer version"):
        load(path)


UNSAVED = {
    "no model": PCA(),
    "no scaler": make_pipeline(AutoEncoder()),
    "another scaler": make_pipeline(PowerTransformer(), AutoEncoder()),
    "another model": make_pipeline(MinMaxScaler(), PCA()),
    "three steps": make_pipeline(MinMaxScaler(), StandardScaler(), AutoEncoder()),
    "a scaler before an imputer": make_pipeline(MinMaxScaler(), SimpleImputer(), AutoEncoder()),
    "an imputer without a scaler": make_pipeline(SimpleImputer(), AutoEncoder()),
    "the other way round": make_pipeline(AutoEncoder(), MinMaxScaler()),
}


@pytest.mark.parametrize("case", UNSAVED)
def test_another_model_is_not_saved(path, case):
    with pytest.raises(TypeError, match="save: expected .* AutoEncoder.* got"):
        save(UNSAVED[case], path)
    assert not path.exists()


def test_what_is_not_fitted_is_not_saved(path, X):
    with pytest.raises(NotFittedError):
        save(make_pipeline(MinMaxScaler(), AutoEncoder()), path)
    with pytest.raises(NotFittedError):
        save(make_pipeline(MinMaxScaler().fit(X), AutoEncoder()), path)
    assert not path.exists()


def with_scaler(**changes):
    entry = {"class": "MinMaxScaler", "parameters": {}, "steps": ["a", "b"], **changes}
    return {"scaler": np.array(json.dumps(entry))}


BAD_ENTRIES = {
    "another class": (with_scaler(**{"class": "PCA"}), "unknown class: 'PCA'"),
    "a class that is a list": (with_scaler(**{"class": [1]}), "unknown class"),
    "unknown parameters": (with_scaler(parameters={"speed": 3}), "does not fit"),
    "parameters that are none": (with_scaler(parameters=3), "does not fit"),
    "one step": (with_scaler(steps=["a"]), "2 steps have 1 names"),
    "steps of one name": (with_scaler(steps=["a", "a"]), "two of its steps are called 'a'"),
    "a step that is no name": (with_scaler(steps=["a", 1]), "1 cannot be the name of a step"),
    "no scale": ({"scaler_scale_": None}, "does not fit"),
    "a scale of zero": ({"scaler_scale_": np.zeros(4)}, "what it makes of zeros is not finite"),
    "a scale that is not finite": ({"scaler_scale_": np.full(4, np.inf)}, "not all finite"),
    "too few scales": ({"scaler_scale_": np.ones(3)}, "should be 4 float64 numbers"),
    "scales in half precision": ({"scaler_scale_": np.ones(4, "f2")}, "should be 4 float64"),
    "no scaler for its arrays": ({"scaler": None}, r"unknown: \['scaler_"),
    "a scaler that is no text": ({"scaler": np.ones(2)}, "should be text"),
    "a count that is no number": (with_scaler(n_samples_seen_="many"), "n_samples_seen_ is many"),
    "a count below zero": (with_scaler(n_samples_seen_=-1), "n_samples_seen_ is -1"),
    "counts of other features": (with_scaler(n_samples_seen_=[1, 2]), "n_samples_seen_ is"),
    "a label that is a list": (
        with_scaler(**{"class": "Preparation", "parameters": {"label": [1]}}),
        "does not fit",
    ),
    "a shape of other images": (
        with_scaler(**{"class": "Preparation", "parameters": {"image_shape": [2, 3]}}),
        "does not fit",
    ),
}


@pytest.mark.parametrize("case", BAD_ENTRIES)
def test_a_file_whose_scaler_does_not_fit_is_refused(path, X, case):
    changes, complaint = BAD_ENTRIES[case]
    save(fitted(MinMaxScaler(), X), path)
    rewrite(path, **changes)
    with pytest.raises(ValueError, match=complaint) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))


def test_the_documented_reason_for_the_format_stands_where_people_look():
    assert "ONNX" in autoencoder.save.__doc__ and "skops" in autoencoder.save.__doc__
