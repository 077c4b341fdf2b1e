"""`plot`: the picture of a fitted model, from the samples it is given."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from autoencoder import AutoEncoder, Preparation, load, make_donuts, plot, save
from autoencoder.pictures.drawing import MOST_SAMPLES, _examples, draw
from autoencoder.pictures.errors import Judged, draw_errors
from autoencoder.pictures.panels import columns_for, draw_lost


def fitted(*steps, X, n_hidden=2, epochs=20, **parameters):
    """A pipeline of these steps and an AutoEncoder."""
    network = AutoEncoder(n_hidden, epochs=epochs, random_state=0, **parameters)
    return make_pipeline(*steps, network).fit(X)


@pytest.fixture(scope="module")
def donuts():
    return make_donuts(100)


@pytest.fixture(scope="module")
def model(donuts):
    return fitted(MinMaxScaler(), X=donuts[:, :4])


@pytest.fixture(scope="module")
def picture(model, donuts):
    """The picture's panels by their titles."""
    return panels(plot(model, donuts[:, :4]))


@pytest.fixture(scope="module")
def iris():
    """The flowers in a data frame, and the names of their species in a column of another."""
    bunch = load_iris(as_frame=True)
    return bunch.data, pd.Series(bunch.target_names[bunch.target], name="species")


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def panels(figure):
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def drawn(axes):
    return np.asarray(axes.collections[0].get_offsets())


def bars(axes):
    """The heights of the autoencoder's bars and of PCA's."""
    return [[bar.get_height() for bar in container] for container in axes.containers]


def levels(axes):
    """The heights of the dashed lines by their names, which end in them to three digits."""
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    named = {}
    for line in dashed:
        name, height = line.get_label().split(": ")
        named[name] = line.get_ydata()[0]
        assert float(height) == pytest.approx(named[name], rel=5e-3)
    return named


def lies_within(figure):
    """Whether all that is drawn has room on the figure."""
    figure.draw_without_rendering()
    left, bottom, right, top = figure.get_tightbbox().extents
    width, height = figure.get_size_inches()
    return left >= 0 and bottom >= 0 and right <= width and top <= height


# Points.


def test_the_panels_tell_from_how_many_numbers_to_how_many_and_what_was_lost(picture):
    notes = {name: panel.get_title(loc="right") for name, panel in picture.items()}
    assert list(notes) == ["Incoming data", "Encoded data", "Decoded data", "Cost", "Lost"]
    assert notes["Incoming data"] == "100 samples of 4 numbers"
    assert notes["Encoded data"] == "4 → 2 numbers"
    assert notes["Decoded data"] == "4 → 2 → 4 numbers"
    assert notes["Lost"] == "incoming − decoded, by feature"


def test_a_pipeline_is_drawn_in_the_units_before_scaling(model, picture, donuts):
    np.testing.assert_allclose(drawn(picture["Incoming data"]), donuts[:, :2])
    code = model.transform(donuts[:, :4])
    np.testing.assert_allclose(drawn(picture["Encoded data"]), code)
    np.testing.assert_allclose(drawn(picture["Decoded data"]), model.inverse_transform(code)[:, :2])


def test_an_estimator_by_itself_is_drawn_in_the_units_it_takes(donuts):
    X = MinMaxScaler().fit_transform(donuts[:, :4])
    axes = panels(plot(AutoEncoder(epochs=3, random_state=0).fit(X), X))
    np.testing.assert_array_equal(drawn(axes["Incoming data"]), X[:, :2])


def test_a_step_that_cannot_be_undone_leaves_the_picture_in_the_networks_units(donuts):
    X = donuts[:, :4]
    model = fitted(PCA(3), StandardScaler(), Undoable(), X=X)
    axes = panels(plot(model, X))
    np.testing.assert_allclose(drawn(axes["Incoming data"]), model[:-1].transform(X)[:, :2])


class Undoable(StandardScaler):
    inverse_transform = property()


def test_a_model_from_a_file_is_drawn_as_the_one_that_was_saved(tmp_path, donuts):
    X = donuts[:, :4]
    model = fitted(Preparation(), X=X)
    save(model, tmp_path / "model.npz")
    before, after = (panels(plot(m, X)) for m in (model, load(tmp_path / "model.npz")))
    np.testing.assert_array_equal(drawn(before["Decoded data"]), drawn(after["Decoded data"]))


def test_what_is_lost_stands_beside_what_pca_loses_with_as_many_components(model, picture, donuts):
    X = donuts[:, :4]
    pca = make_pipeline(MinMaxScaler(), PCA(2)).fit(X)
    expected = [
        100
        * np.sqrt(np.mean((X - m.inverse_transform(m.transform(X))) ** 2, axis=0))
        / X.std(axis=0)
        for m in (model, pca)
    ]
    np.testing.assert_allclose(bars(picture["Lost"]), expected, rtol=1e-6)


def test_the_cost_that_pca_reaches_is_a_level_in_the_costs_panel(picture, donuts):
    scaled = MinMaxScaler().fit_transform(donuts[:, :4])
    pca = PCA(2).fit(scaled)
    cost = np.mean((scaled - pca.inverse_transform(pca.transform(scaled))) ** 2)
    assert levels(picture["Cost"])["PCA of these, 2 components"] == pytest.approx(cost)


def test_the_levels_of_new_samples_are_their_own_costs_by_the_model_and_by_pca(model, donuts):
    new = 2 * donuts[:30, :4]
    scaler, network = model
    scaled = scaler.transform(new)
    pca = PCA(2).fit(scaled)
    by_pca = np.mean((scaled - pca.inverse_transform(pca.transform(scaled))) ** 2)
    cost = panels(plot(model, new))["Cost"]
    assert levels(cost)["these samples"] == pytest.approx(-network.score(scaled))
    assert levels(cost)["PCA of these, 2 components"] == pytest.approx(by_pca)
    np.testing.assert_array_equal(cost.lines[0].get_ydata(), network.costs_)
    ended = f"training ended at {network.costs_[-1]:.3g}"
    assert cost.get_title(loc="right") == f"mean squared error; {ended}"


@pytest.mark.filterwarnings("ignore:A code of")  # which can copy
def test_pca_with_as_many_components_as_features_is_no_level_for_it_loses_nothing(donuts):
    model = fitted(MinMaxScaler(), X=donuts[:, :4], n_hidden=10)
    axes = panels(plot(model, donuts[:, :4]))
    assert levels(axes["Cost"]).keys() == {"these samples"}
    np.testing.assert_allclose(bars(axes["Lost"])[1], 0, atol=1e-9)


def test_the_costs_of_validation_are_drawn_where_there_are_any(donuts):
    X = donuts[:, :4] / 10
    model = AutoEncoder(epochs=3, early_stopping=True, random_state=0).fit(X)
    lines = panels(plot(model, X))["Cost"].lines
    (validation,) = (line for line in lines if line.get_label() == "validation")
    np.testing.assert_array_equal(validation.get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(validation.get_ydata(), -model.validation_scores_)


def test_columns_of_a_data_frame_give_features_their_names(iris):
    X, _ = iris
    axes = panels(plot(fitted(MinMaxScaler(), X=X), X))
    for name in ("Incoming data", "Decoded data"):
        assert axes[name].get_xlabel() == "sepal length (cm)"
        assert axes[name].get_ylabel() == "sepal width (cm)"
    names = [" ".join(label.get_text().split()) for label in axes["Lost"].get_xticklabels()]
    assert names == list(X.columns)


def test_labels_that_are_text_are_the_names_of_classes(iris):
    X, species = iris
    (legend,) = plot(fitted(MinMaxScaler(), X=X), X, species).legends
    assert [text.get_text() for text in legend.get_texts()] == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (pd.Series([1, 2] * 50, name="grade"), ["grade 1", "grade 2"]),
        (pd.Categorical(["b", "a"] * 50), ["a", "b"]),
        (["x", None] * 50, ["None", "x"]),
        (np.array([True, False] * 50), ["class False", "class True"]),
    ],
    ids=["named numbers", "categories", "missing", "booleans"],
)
def test_labels_of_any_kind_are_named(model, donuts, labels, names):
    (legend,) = plot(model, donuts[:, :4], labels).legends
    assert [text.get_text() for text in legend.get_texts()] == names


def test_of_many_samples_evenly_spaced_ones_are_drawn():
    X = np.random.RandomState(0).rand(2 * MOST_SAMPLES + 2, 2)
    axes = panels(plot(AutoEncoder(1, epochs=1, random_state=0).fit(X[:100]), X))
    np.testing.assert_array_equal(drawn(axes["Incoming data"]), X[::3])


def test_of_many_features_those_that_lost_most_are_shown():
    X = np.random.RandomState(0).rand(50, 30)
    lost = panels(plot(AutoEncoder(epochs=5, random_state=0).fit(X), X))["Lost"]
    assert lost.get_title(loc="right").endswith("by the 12 of 30 features that lost most")
    assert len(bars(lost)[0]) == 12


def test_losses_of_millions_of_percent_are_told_in_few_letters_and_without_a_factor():
    data = np.random.RandomState(0).rand(50, 2)
    axes = Figure().subplots()
    draw_lost(axes, data, data + [[1e5, 0.01]], data, ["a", "b"])
    axes.figure.draw_without_rendering()
    assert max(len(text.get_text()) for text in axes.texts) <= 4
    assert axes.yaxis.get_offset_text().get_text() == ""


@pytest.mark.parametrize(("shape", "n_hidden"), [((1, 3), 3), ((5, 1), 1), ((2, 2), 3)])
@pytest.mark.filterwarnings("ignore:A code of")  # which can copy
def test_few_samples_and_features_can_be_drawn(shape, n_hidden):
    X = np.random.RandomState(0).rand(*shape)
    figure = plot(AutoEncoder(n_hidden, epochs=2, random_state=0).fit(X), X)
    assert {"Incoming data", "Encoded data", "Decoded data", "Cost"} <= panels(figure).keys()


def test_a_figure_can_be_given_to_be_drawn_on(model, donuts):
    figure = Figure()
    assert plot(model, donuts[:, :4], figure=figure) is figure


def test_nothing_that_is_written_is_cut_off():
    X = pd.DataFrame(np.random.RandomState(0).rand(100, 20) * 1e9)
    X.columns = [f"measurement_number_{i}_of_all_that_were_made" for i in range(20)]
    labels = [f"a class with a long name, number {i % 18}" for i in range(100)]
    assert lies_within(plot(fitted(MinMaxScaler(), X=X), X, labels))


# The errors of new samples.


def judged(errors, percentage=90):
    return Judged(np.asarray(errors), "abcdef", {50: 0.2, 90: 0.4}, percentage)


def test_errors_stand_from_the_largest_down_with_the_names_of_three():
    axes = Figure().subplots()
    draw_errors(axes, judged([0.1, 0.5, 0.3, 0.6, 0.2]))
    assert axes.lines[0].get_ydata().tolist() == [0.6, 0.5, 0.3, 0.2, 0.1]
    assert [text.get_text() for text in axes.texts] == ["d", "b", "c"]


@pytest.mark.parametrize(("percentage", "above"), [(50, [0.6, 0.5, 0.3]), (90, [0.6, 0.5])])
def test_errors_above_the_level_that_was_asked_for_are_ringed_and_counted(percentage, above):
    axes = Figure().subplots()
    draw_errors(axes, judged([0.1, 0.5, 0.3, 0.6, 0.2], percentage))
    assert axes.lines[1].get_ydata().tolist() == above
    note = f"{len(above)} of 5 above {percentage} % of training"
    assert axes.get_title(loc="right") == note


@pytest.mark.parametrize(
    "errors", [[0.3, 0.04, 0.03, 0.02], [0.012, 0.011, 0.0105, 0.0101], [0.001] * 4, [0.5, 0, 0, 0]]
)
def test_names_and_legend_have_room_in_the_panel_of_errors(errors):
    figure = Figure(figsize=(4.8, 4.8))  # in which a panel is as large as in the pictures
    axes = figure.subplots()
    levels = {50: 0.0112, 90: 0.0169, 95: 0.0204, 99: 0.0275, 100: 0.0348}
    names = [f"image {i} of many.png" for i in range(4)]
    draw_errors(axes, Judged(np.array(errors), names, levels, 99))
    axes.set_box_aspect(1)
    figure.draw_without_rendering()
    panel = axes.get_window_extent()
    assert all(text.get_window_extent().y1 <= panel.y1 for text in axes.texts)
    legend = axes.get_legend().get_window_extent()
    lowest = min(axes.transData.transform((1, level))[1] for level in levels.values())
    assert legend.y1 <= lowest


def test_the_images_of_the_largest_errors_are_shown_from_the_largest_down(reader, digits):
    X = reader[0].transform(digits.data[:40])
    errors = Judged(reader[-1].score_samples(X), range(40), {}, 99)
    drawn = panels(draw(reader[-1], X, np.asarray, image_shape=(8, 8), judged=errors))
    shown = drawn["The largest errors"].images[0].get_array()
    worst = np.argsort(-errors.errors)[:10]
    expected = np.hstack([X[i].reshape(8, 8) for i in worst])
    np.testing.assert_allclose(shown[:8].compressed(), expected.ravel(), atol=1e-6)


def test_the_errors_of_new_images_stand_in_place_of_the_cost(reader, digits):
    X = reader[0].transform(digits.data[:6])
    errors = judged(reader[-1].score_samples(X))
    drawn = panels(draw(reader[-1], X, np.asarray, image_shape=(8, 8), judged=errors))
    assert "Errors" in drawn and "Cost" not in drawn


# Images.


@pytest.fixture(scope="module")
def reader(digits):
    """A model of images that knows that they are."""
    return fitted(Preparation(largest=16.0, image_shape=(8, 8)), X=digits.data, epochs=3)


@pytest.fixture(scope="module")
def picture_of_images(reader, digits):
    return plot(reader, digits.data, digits.target)


def test_images_stand_over_what_the_model_and_pca_make_of_them(reader, picture_of_images, digits):
    axes = panels(picture_of_images)
    shown = axes["Originals over reconstructions"].images[0].get_array()
    first = digits.data[digits.target == 0][:1]
    pca = PCA(2, random_state=0).fit(digits.data)
    rows = [
        first,
        reader.inverse_transform(reader.transform(first)),
        pca.inverse_transform(pca.transform(first)),
    ]
    np.testing.assert_allclose(shown[:, :8].compressed(), np.ravel(rows), rtol=1e-4, atol=1e-4)


def test_one_image_of_each_class_is_shown_while_there_are_classes(picture_of_images, digits):
    shown = panels(picture_of_images)["Originals over reconstructions"]
    first = [digits.images[digits.target == digit][0] for digit in range(10)]
    mosaic = shown.images[0].get_array()[:8]
    for place, image in enumerate(first):
        np.testing.assert_allclose(mosaic[:, 9 * place : 9 * place + 8], image, atol=1e-5)


def test_then_there_is_a_second_image_of_each_class():
    assert _examples(["b", "a", "a", "a", "b"], 5).tolist() == [1, 2, 3, 0, 4]
    assert _examples(np.arange(100) // 25, 100).tolist() == [0, 1, 2, 25, 26, 27, 50, 51, 75, 76]


def test_without_classes_images_from_all_over_are_shown():
    assert _examples(None, 91).tolist() == list(range(0, 91, 10))
    assert _examples(None, 3).tolist() == [0, 1, 2]


def test_the_codes_of_all_images_are_a_map_coloured_by_class(reader, picture_of_images, digits):
    code = panels(picture_of_images)["Encoded data"]
    np.testing.assert_allclose(drawn(code), reader.transform(digits.data))
    assert len(np.unique(code.collections[0].get_facecolors(), axis=0)) == 10
    assert len(picture_of_images.legends[0].get_texts()) == 10


def test_an_image_shape_that_is_given_goes_before_the_models(reader, digits):
    axes = panels(plot(reader, digits.data[:10], image_shape=(4, 16)))
    shown = axes["Originals over reconstructions"].images[0].get_array()
    assert shown.shape == (3 * 5 - 1, 10 * 17 - 1)


@pytest.mark.parametrize("n_filters", [1, 2, 3, 5, 7, 10, 31, 32, 97, 100])
def test_filters_leave_no_quarter_of_their_panel_empty(n_filters):
    columns = columns_for(n_filters, 8, 8)
    cells = columns * -(-n_filters // columns)
    assert cells - n_filters < cells / 4


def test_nothing_that_is_written_over_images_is_cut_off(reader, digits):
    assert lies_within(plot(reader, digits.data[:3], digits.target[:3]))


# Bad input.


@pytest.mark.parametrize(
    ("what", "options", "error", "message"),
    [
        (StandardScaler(), {}, TypeError, "got StandardScaler"),
        (make_pipeline(StandardScaler()), {}, TypeError, "Pipeline that ends in StandardScaler"),
        (AutoEncoder(), {}, NotFittedError, "not fitted"),
        (make_pipeline(StandardScaler(), AutoEncoder()), {}, NotFittedError, "not fitted"),
        ("fitted", {"labels": [0, 1]}, ValueError, "2 labels for 100 samples"),
        ("fitted", {"X": np.zeros((5, 3))}, ValueError, "3 features"),
        ("fitted", {"image_shape": (3, 3)}, ValueError, r"image_shape \(3, 3\) do not fit"),
    ],
    ids=["scaler", "no network", "unfitted", "unfitted pipeline", "labels", "features", "shape"],
)
def test_what_cannot_be_drawn_is_refused(model, donuts, what, options, error, message):
    with pytest.raises(error, match=message):
        plot(model if what == "fitted" else what, **{"X": donuts[:, :4], **options})
