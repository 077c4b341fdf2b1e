"""The figures: which panels there are, and what is in them."""

import numpy as np
import pytest
from draws import part_of
from matplotlib.figure import Figure

from autoencoder import plot_images, plot_points
from autoencoder.pictures.classes import Classes
from autoencoder.pictures.panels import draw_cost, draw_points


@pytest.fixture
def rng():
    return np.random.RandomState(0)


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def points(rng, n_features=4, n_hidden=2, n_classes=2, n=50):
    data = rng.rand(n, n_features)
    labels = np.arange(n) % n_classes
    return data, rng.rand(n, n_hidden), data + 0.01, np.geomspace(1, 1e-3, 20), labels


def images(rng, n_hidden=6):
    pictures = rng.rand(10, 64)
    return pictures, pictures * 0.9, rng.randn(64, n_hidden), np.geomspace(1, 1e-3, 20)


def test_points_make_four_panels(rng):
    figure = plot_points(*points(rng))
    assert isinstance(figure, Figure)
    assert titles(figure) == ["Incoming data", "Encoded data", "Decoded data", "Cost"]


def test_images_make_three_panels(rng):
    figure = plot_images(*images(rng))
    assert isinstance(figure, Figure)
    assert titles(figure) == ["Originals over reconstructions", "Filters", "Cost"]


def test_the_data_panels_show_the_first_two_features(rng):
    data, code, decoded, costs, labels = points(rng)
    incoming, encoded, rebuilt, _ = plot_points(data, code, decoded, costs, labels).axes
    for panel, shown in [(incoming, data), (encoded, code), (rebuilt, decoded)]:
        np.testing.assert_array_equal(panel.collections[0].get_offsets(), shown[:, :2])


def test_incoming_and_decoded_data_have_the_same_axes(rng):
    incoming, _, rebuilt, _ = plot_points(*points(rng)).axes
    assert incoming.get_xlim() == rebuilt.get_xlim()
    assert incoming.get_ylim() == rebuilt.get_ylim()


def test_features_of_like_range_have_axes_of_equal_scale(rng):
    data, *rest = points(rng)
    incoming = plot_points(data * [1, 2, 1, 1], *rest).axes[0]
    assert np.ptp(incoming.get_xlim()) == pytest.approx(np.ptp(incoming.get_ylim()))


@pytest.mark.parametrize("n_features", [1, 2])
def test_decoded_points_beside_the_incoming_are_not_cut_off(rng, n_features):
    data = rng.rand(20, n_features)
    decoded = data + 0.3
    incoming, _, rebuilt, _ = plot_points(data, data, decoded, [0.1]).axes
    assert incoming.get_xlim() == rebuilt.get_xlim()
    for (low, high), column in zip(
        [rebuilt.get_xlim(), rebuilt.get_ylim()], decoded.T, strict=False
    ):
        assert low < column.min() and column.max() < high


def test_decoded_points_far_away_leave_the_incoming_their_room(rng):
    data = rng.rand(20, 2)
    incoming = plot_points(data, data, 1e6 * data, [0.1]).axes[0]
    assert np.ptp(incoming.get_xlim()) == pytest.approx(np.ptp(incoming.get_ylim()))
    assert np.ptp(incoming.get_xlim()) < 3


RANGES = {
    (1.2e6, 1.6e6): ("f (× 10⁶)", "1.2 1.3 1.4 1.5 1.6"),
    (120_000, 160_000): ("f (× 10³)", "120 130 140 150 160"),
    (21_000, 45_000): ("f", "20,000 25,000 30,000 35,000 40,000 45,000"),
    (2e-9, 7e-9): ("f (× 10⁻⁹)", "2 3 4 5 6 7"),
    (1990, 2020): ("f", "1990 2000 2010 2020"),
    (-999.9, -999.1): ("f", "−1000.0 −999.8 −999.6 −999.4 −999.2 −999.0"),
    (-12_345.5, -12_344.5): ("f (− 12,346)", "0.6 0.8 1.0 1.2 1.4"),
    (1.7e9, 1.7e9 + 7200): ("f (+ 1,700,000,000)", "0 2000 4000 6000"),
    (1.234567, 1.234577): ("f (× 10⁻⁶ + 1.23456)", "8 10 12 14 16"),
}


@pytest.mark.parametrize("ends", part_of(RANGES, one_of=2))
def test_ticks_have_few_digits_the_rest_is_in_the_label_and_room_beside_each_other(ends):
    figure = Figure(figsize=(4.4, 4.4))
    axes = figure.subplots()
    draw_points(axes, np.column_stack([ends, [0, 1]]), Classes.of(None, 2), ["f", "g"])
    figure.draw_without_rendering()
    low, high = axes.get_xlim()
    shown = [text for text in axes.get_xticklabels() if low <= text.get_position()[0] <= high]
    assert (axes.get_xlabel(), " ".join(text.get_text() for text in shown)) == RANGES[ends]
    boxes = [text.get_window_extent() for text in shown]
    assert all(left.x1 + 3 < right.x0 for left, right in zip(boxes, boxes[1:], strict=False))


def test_features_of_very_different_range_both_fill_their_axis(rng):
    data, *rest = points(rng)
    incoming = plot_points(data * [1, 1000, 1, 1], *rest).axes[0]
    assert np.ptp(incoming.get_xlim()) < 1.2


@pytest.mark.parametrize("plot", ["points", "images"])
def test_the_cost_is_drawn_for_each_epoch_on_a_logarithmic_axis(rng, plot):
    figure = plot_points(*points(rng)) if plot == "points" else plot_images(*images(rng))
    cost = figure.axes[-1]
    assert cost.get_yscale() == "log"
    np.testing.assert_array_equal(cost.lines[0].get_ydata(), np.geomspace(1, 1e-3, 20))


def test_each_class_has_a_colour_of_its_own_and_a_name(rng):
    figure = plot_points(*points(rng, n_classes=3))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["class 0", "class 1", "class 2"]
    colours = figure.axes[0].collections[0].get_facecolors()
    assert len(np.unique(colours, axis=0)) == 3


@pytest.mark.parametrize(("n", "are_pixels"), [(2000, False), (2001, True)])
def test_only_many_points_are_pixels_in_a_file_of_shapes(rng, n, are_pixels):
    panel = plot_points(*points(rng, n=n)).axes[0]
    assert panel.collections[0].get_rasterized() == are_pixels


def test_without_classes_there_is_no_legend(rng):
    data, code, decoded, costs, _ = points(rng)
    assert plot_points(data, code, decoded, costs).legends == []


def test_many_classes_are_named_by_five_along_the_scale(rng):
    (legend,) = plot_points(*points(rng, n_classes=25)).legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == [f"class {i}" for i in (0, 6, 12, 18, 24)]


def test_more_than_two_hidden_units_are_shown_by_their_principal_components(rng):
    data, _, decoded, costs, labels = points(rng)
    direction = np.array([1.0, 2.0, 2.0]) / 3
    position = rng.randn(50)
    code = np.outer(position, direction) + 1e-6 * rng.randn(50, 3)
    encoded = plot_points(data, code, decoded, costs, labels).axes[1]
    shown = np.asarray(encoded.collections[0].get_offsets())
    assert abs(shown[:, 0]) == pytest.approx(abs(position - position.mean()), abs=1e-4)


def test_numbers_of_half_precision_can_be_drawn(rng):
    data, code, decoded, costs, labels = points(rng, n_hidden=3)
    half = [array.astype("float16") for array in (data, code, decoded, costs)]
    plot_points(*half, labels).draw_without_rendering()


@pytest.mark.parametrize(("n_features", "n_hidden"), [(1, 2), (2, 1), (7, 5)])
def test_any_number_of_features_and_hidden_units_can_be_drawn(rng, n_features, n_hidden):
    figure = plot_points(*points(rng, n_features, n_hidden))
    assert titles(figure) == ["Incoming data", "Encoded data", "Decoded data", "Cost"]
    figure.draw_without_rendering()


def test_a_single_hidden_unit_is_a_histogram_of_each_class(rng):
    encoded = plot_points(*points(rng, n_hidden=1)).axes[1]
    assert sum(bar.get_height() for bar in encoded.patches) == 50


@pytest.mark.parametrize("n_epochs", part_of([1, 2, 3, 5, 20, 1000, 10_000], one_of=2))
def test_the_ticks_of_the_cost_are_epochs_that_there_were(rng, n_epochs):
    data, code, decoded, _, labels = points(rng)
    figure = plot_points(data, code, decoded, np.geomspace(1, 0.1, n_epochs), labels)
    figure.set_layout_engine("none")  # which takes most of the time
    figure.draw_without_rendering()
    names = [text.get_text() for text in figure.axes[-1].get_xticklabels()]
    ticks = [int(name.replace(",", "")) for name in names]
    assert ticks[0] == 0
    assert ticks == sorted(set(ticks))
    assert ticks[-1] <= n_epochs - 1
    assert not any(name.startswith(("-", "\N{MINUS SIGN}")) for name in names)
    assert len(ticks) >= min(n_epochs, 4)


def test_costs_too_large_to_be_drawn_are_left_out_instead_of_a_plateau(rng):
    data, code, decoded, _, labels = points(rng)
    cost = plot_points(data, code, decoded, [0.1, 1e150, 1e250, 1e307], labels).axes[-1]
    np.testing.assert_array_equal(cost.lines[0].get_ydata(), [0.1, 1e150, np.nan, np.nan])


def test_the_class_minus_zero_is_called_zero(rng):
    data, code, decoded, costs, _ = points(rng)
    (legend,) = plot_points(data, code, decoded, costs, np.repeat([-0.0, 1.0], 25)).legends
    assert [text.get_text() for text in legend.get_texts()] == ["class 0", "class 1"]


@pytest.mark.parametrize("costs", [[], [0.5], [0.5, 0.0], [0.1, 1e150, 1e307]])
def test_costs_can_be_few_or_zero_or_huge(rng, costs):
    data, code, decoded, _, labels = points(rng)
    plot_points(data, code, decoded, costs, labels).draw_without_rendering()


@pytest.mark.parametrize("values", [[0.0], [1e150], [-1e38, 1.0]])
def test_features_that_are_constant_can_be_drawn(rng, values):
    _, code, _, costs, labels = points(rng)
    data = np.tile(values, (50, 1))
    plot_points(data, code, data, costs, labels).draw_without_rendering()


def test_a_single_sample_can_be_drawn(rng):
    plot_points(*points(rng, n=1)).draw_without_rendering()


def test_every_image_stands_over_its_reconstruction(rng):
    pictures, rebuilt, weights, costs = images(rng)
    shown = plot_images(pictures, rebuilt, weights, costs).axes[0].images[0].get_array()
    assert shown.shape == (2 * 8 + 1, 10 * 8 + 9)
    np.testing.assert_array_equal(shown[:8, 9:17], pictures[1].reshape(8, 8))
    np.testing.assert_array_equal(shown[9:, 9:17], rebuilt[1].reshape(8, 8))


def test_a_filter_is_a_column_of_the_weights(rng):
    _, _, weights, _ = arguments = images(rng)
    shown = plot_images(*arguments).axes[1].images[0].get_array()
    np.testing.assert_array_equal(shown[:8, 9:17], weights[:, 1].reshape(8, 8))


def test_zero_is_white_in_the_filters(rng):
    filters = plot_images(*images(rng)).axes[1].images[0]
    assert filters.norm.vmin == -filters.norm.vmax


def test_at_most_100_filters_are_drawn(rng):
    shown = plot_images(*images(rng, n_hidden=150)).axes[1].images[0].get_array()
    assert shown.shape == (10 * 9 - 1, 10 * 9 - 1)


def test_images_need_not_be_square(rng):
    shown = plot_images(*images(rng), image_shape=(4, 16)).axes[0].images[0].get_array()
    assert shown.shape == (2 * 4 + 1, 10 * 16 + 9)


def test_images_of_another_size_than_said_are_refused(rng):
    with pytest.raises(ValueError, match="do not fit together"):
        plot_images(*images(rng), image_shape=(3, 3))


def test_numbers_of_samples_that_differ_are_refused(rng):
    data, code, decoded, costs, labels = points(rng)
    with pytest.raises(ValueError, match="numbers of samples differ"):
        plot_points(data, code[1:], decoded, costs, labels)


def test_a_figure_can_be_given_to_draw_on(rng):
    figure = Figure()
    assert plot_points(*points(rng), figure=figure) is figure


def test_pictures_can_be_saved_without_a_display(tmp_path, rng):
    for figure in (plot_points(*points(rng)), plot_images(*images(rng))):
        figure.savefig(tmp_path / "picture.png")
        assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_the_ticks_of_10_000_epochs_are_round(rng):
    data, code, decoded, _, labels = points(rng)
    figure = plot_points(data, code, decoded, np.geomspace(1, 0.1, 10_000), labels)
    figure.draw_without_rendering()
    names = [text.get_text() for text in figure.axes[-1].get_xticklabels()]
    assert names == ["0", "2000", "4000", "6000", "8000"]


def test_a_million_epochs_is_a_factor_in_the_label():
    axes = Figure().subplots()
    draw_cost(axes, np.geomspace(1, 0.1, 1_200_000))
    axes.figure.draw_without_rendering()
    assert axes.get_xlabel() == "epoch (× 10⁶)"
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


def test_a_diverged_run_is_drawn_to_its_end_with_the_epoch_that_was_best(rng):
    data, code, decoded, _, labels = points(rng)
    costs = [0.1, 0.08, 5.0, 35_312.0]
    cost = plot_points(data, code, decoded, costs, labels).axes[-1]
    curve, best = cost.lines
    np.testing.assert_array_equal(curve.get_ydata(), costs)
    np.testing.assert_array_equal(best.get_xydata(), [[1, 0.08]])
    assert best.get_label() == "lowest, 0.08 in epoch 1"
    assert cost.get_title(loc="right") == "worse: 0.1 in the first epoch, 35,300 in the last"


def test_the_lowest_validation_cost_is_marked(rng):
    data, code, decoded, *_ = points(rng)
    figure = plot_points(data, code, decoded, [0.3, 0.2, 0.1], validation_costs=[0.4, 0.2, 0.3])
    *_, best = figure.axes[-1].lines
    np.testing.assert_array_equal(best.get_xydata(), [[1, 0.2]])
    assert best.get_label() == "lowest, 0.2 in epoch 1"


@pytest.mark.parametrize("costs", [[0.083], [0.083, 0.081], [0.3, 0.05]])
def test_costs_of_less_than_a_decade_have_plain_numbers_for_ticks(rng, costs):
    data, code, decoded, _, labels = points(rng)
    cost = plot_points(data, code, decoded, costs, labels).axes[-1]
    low, high = cost.get_ylim()
    ticks = [tick for tick in cost.get_yticks() if low <= tick <= high]
    assert len(ticks) >= 2
    assert all(float(cost.yaxis.get_major_formatter()(tick)) == tick for tick in np.round(ticks, 5))


def test_names_for_another_number_of_features_are_refused(rng):
    with pytest.raises(ValueError, match="1 feature_names for 4 features"):
        plot_points(*points(rng), feature_names=["height"])


def test_labels_for_another_number_of_codes_are_refused(rng):
    with pytest.raises(ValueError, match="2 labels for 5 codes"):
        plot_images(*images(rng), code=rng.rand(5, 6), labels=[0, 1])


def test_a_notebook_shows_the_figure(rng):
    picture = plot_images(*images(rng))
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_large_images_have_gaps_that_can_be_seen(rng):
    pictures = rng.rand(3, 400)
    figure = plot_images(pictures, pictures, pictures.T, [0.1])
    assert figure.axes[0].images[0].get_array().shape == (2 * 22 - 2, 3 * 22 - 2)
