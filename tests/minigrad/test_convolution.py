"""Convolution and pooling: values beside a plain loop, derivatives, shapes, and what is refused."""

import itertools
import tracemalloc

import numpy as np
import pytest
from draws import is_thorough, part_of
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes
from scipy.signal import convolve

import minigrad
import minigrad.tensor as T
from minigrad.ops import pooling, windows
from minigrad.tensor.nnet import abstract_conv, neighbours
from minigrad.testing import check_op

pool = T.signal.pool


def pads_of(mode, kernel, dilation):
    spread = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if mode == "valid":
        return [(0, 0)] * len(kernel)
    if mode == "half":
        return [(n // 2, n // 2) for n in spread]
    if mode == "full":
        return [(n - 1, n - 1) for n in spread]
    mode = [mode] * len(kernel) if isinstance(mode, int) else mode
    return [(p, p) if isinstance(p, int) else p for p in mode]


def convolved(x, w, mode, stride, dilation, groups, flip):
    """The definition, place by place."""
    n = x.ndim - 2
    kernel = w.shape[2:]
    x = np.pad(x, [(0, 0), (0, 0), *pads_of(mode, kernel, dilation)])
    if flip:
        w = w[(..., *[slice(None, None, -1)] * n)]
    counts = [
        (size - (k - 1) * d - 1) // s + 1
        for size, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True)
    ]
    y = np.zeros((len(x), len(w), *counts), x.dtype)
    of_group, per_group = len(w) // groups, x.shape[1] // groups
    for o in range(len(w)):
        channels = slice(o // of_group * per_group, (o // of_group + 1) * per_group)
        for p in np.ndindex(*counts):
            part = [
                slice(s * i, s * i + (k - 1) * d + 1, d)
                for s, i, k, d in zip(stride, p, kernel, dilation, strict=True)
            ]
            y[(slice(None), o, *p)] = (x[(slice(None), channels, *part)] * w[o]).sum(
                axis=tuple(range(1, n + 2))
            )
    return y


@st.composite
def convolutions(draw, n=2):
    """Images, filters, and options."""
    groups = draw(st.integers(1, 2))
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel = [draw(st.integers(1, 3)) for _ in range(n)]
    stride, dilation = (tuple(draw(st.integers(1, 2)) for _ in range(n)) for _ in range(2))
    sizes = [
        (k - 1) * d + 1 + draw(st.integers(0, 3)) for k, d in zip(kernel, dilation, strict=True)
    ]
    pads = st.integers(0, 2)
    modes = [st.sampled_from(["valid", "full", "half"]), pads, st.tuples(*[pads] * n)]
    mode = draw(st.one_of(*modes, st.tuples(*[st.tuples(pads, pads)] * n)))
    dtype = draw(st.sampled_from(["float64", "float32"]))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    x = random.integers(-4, 5, (draw(st.integers(1, 3)), channels, *sizes)).astype(dtype)
    w = random.integers(-4, 5, (filters, channels // groups, *kernel)).astype(dtype)
    return x, w, (mode, stride, dilation, groups, draw(st.booleans()))


def by_names(mode, stride, dilation, groups, flip):
    return {
        "border_mode": mode,
        "subsample": stride,
        "filter_dilation": dilation,
        "num_groups": groups,
        "filter_flip": flip,
    }


@given(convolutions())
def test_conv2d_is_the_definition_and_its_shape_is_foretold(case):
    x, w, options = case
    assert_computes(
        lambda x, w: T.nnet.conv2d(x, w, **by_names(*options)),
        lambda x, w: convolved(x, w, *options),
        *(x, w),
    )
    mode, stride, dilation, *_ = options
    shape = abstract_conv.get_conv_output_shape(x.shape, w.shape, mode, stride, dilation)
    if options[3] == 1:
        assert shape == convolved(x, w, *options).shape


@given(
    st.integers(5, 9),
    st.integers(1, 4),
    st.sampled_from(["valid", "full", "half", 1, (2, 1)]),
    st.integers(1, 2),
)
def test_the_shapes_that_a_convolution_was_of_follow_from_the_results(n, k, mode, dilation):
    images, filters, options = (4, 6, n), (5, 3, k), ((1,), (dilation,))
    mode = mode if isinstance(mode, str) else (mode,)
    result = abstract_conv.get_conv_output_shape(images, filters, mode, *options)
    found = abstract_conv.get_conv_gradinputs_shape(filters, result, mode, *options, 2)
    assert found == images
    found = abstract_conv.get_conv_gradweights_shape(images, result, mode, *options, 2)
    assert found == (filters if mode != "half" else (5, 3, None))  # all filters keep the size


def test_where_several_shapes_have_that_result_none_is_told():
    assert abstract_conv.get_conv_gradinputs_shape_1axis(3, 5, "valid", 2) is None
    assert abstract_conv.get_conv_gradweights_shape_1axis(9, 5, "valid", 2) is None
    assert abstract_conv.get_conv_gradinputs_shape((5, None, 3), (4, 5, None), "full", (1,)) == (
        *(4, None, None),
    )


@given(convolutions(3))
def test_conv3d_is_the_definition(case):
    x, w, options = case
    assert_computes(
        lambda x, w: T.nnet.conv3d(x, w, **by_names(*options)),
        lambda x, w: convolved(x, w, *options),
        *(x, w),
    )


@given(convolutions(), st.sampled_from([1, 50, 400]))
def test_pieces_change_nothing(case, size):
    x, w, (_, stride, dilation, groups, _) = case
    expected = convolved(x, w, "valid", stride, dilation, groups, False)
    whole, windows._PIECE_BYTES = windows._PIECE_BYTES, size
    try:
        y = windows.correlate(x, w, stride, dilation, groups)
        gx = windows.correlate_inputs(w, y, x.shape[2:], stride, dilation, groups)
        gw = windows.correlate_filters(x, y, w.shape[2:], stride, dilation, groups)
    finally:
        windows._PIECE_BYTES = whole
    np.testing.assert_array_equal(y, expected)
    # All three are derivatives of one sum, which is linear in each.
    total = np.sum(y * expected)
    np.testing.assert_allclose([np.sum(gx * x), np.sum(gw * w)], total, rtol=1e-4)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_derivatives_are_those_of_one_sum_for_all_small_strides_and_dilations(k):
    random = np.random.default_rng(0)
    for stride, dilation, more in itertools.product([1, 2, 3], [1, 2, 3], range(6)):
        strides, dilations = (stride, 1), (dilation, 2)
        x = random.integers(-4, 5, (2, 1, (k - 1) * dilation + 1 + more, 4)) * 1.0
        w = random.integers(-4, 5, (2, 1, k, 2)) * 1.0
        expected = convolved(x, w, "valid", strides, dilations, 1, False)
        y = random.integers(-4, 5, expected.shape) * 1.0
        gx = windows.correlate_inputs(w, y, x.shape[2:], strides, dilations)
        gw = windows.correlate_filters(x, y, w.shape[2:], strides, dilations)
        assert np.sum(gx * x) == np.sum(gw * w) == np.sum(y * expected)


@pytest.mark.parametrize("name", ["correlate", "correlate_inputs", "correlate_filters"])
def test_the_memory_of_a_convolution_does_not_grow_with_the_batch(name, monkeypatch):
    monkeypatch.setattr(windows, "_PIECE_BYTES", 1 << 17)
    w = np.ones((8, 4, 3, 3))

    def peak(n_images):
        x, y = np.ones((n_images, 4, 8, 8)), np.ones((n_images, 8, 6, 6))
        given, out = {
            "correlate": ((x, w), np.empty_like(y)),
            "correlate_inputs": ((w, y, (8, 8)), np.empty_like(x)),
            "correlate_filters": ((x, y, (3, 3)), np.empty_like(w)),
        }[name]
        tracemalloc.start()
        getattr(windows, name)(*given, (1, 1), (1, 1), out=out)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    # A piece has what filters see, a copy of the images, and results.
    assert peak(320) < 1.1 * peak(80) and peak(80) < 4 * windows._PIECE_BYTES


X, W = (
    np.random.default_rng(0).uniform(-2, 2, (2, 2, 3, 4)),
    np.random.default_rng(1).uniform(-2, 2, (2, 2, 2, 2)),
)
OPTIONS = {
    "plain": {},
    "stride and half": {"border_mode": "half", "subsample": (2, 1)},
    "groups, dilation, pairs": {
        "border_mode": ((1, 0), (0, 2)),
        "num_groups": 2,
        "filter_dilation": (2, 1),
    },
}


@pytest.mark.parametrize("name, op", part_of(itertools.product(OPTIONS, ["y", "x", "w"]), 4))
def test_a_convolution_and_its_derivatives_keep_all_promises_of_ops(name, op):
    options = OPTIONS[name]
    x, w = X[..., :2], W[:, : 2 // options.get("num_groups", 1), :, :1]
    y = T.nnet.conv2d(x, w, **options).eval()
    wrt_inputs, wrt_weights = (
        abstract_conv.conv2d_grad_wrt_inputs,
        abstract_conv.conv2d_grad_wrt_weights,
    )
    function, *factors = {
        "y": (lambda x, w: T.nnet.conv2d(x, w, **options), x, w),
        "x": (lambda y, w: wrt_inputs(y, w, x.shape, **options), y, w),
        "w": (lambda x, y: wrt_weights(x, y, w.shape, **options), x, y),
    }[op]
    # The derivatives of each of the three are the other two.
    check_op(function, *factors, max_examples=1, order=2 if is_thorough else 1)


def test_a_transposed_convolution_is_the_derivative_by_the_images():
    x, w = T.dtensor4("x"), T.dtensor4("w")
    g = np.random.default_rng(2).normal(size=(2, 2, 2, 3))
    gradient = minigrad.grad((T.nnet.conv2d(x, w) * g).sum(), x)
    transposed = T.nnet.conv2d_transpose(g, w, x.shape)
    both = minigrad.function([x, w], [gradient, transposed])(X, W)
    np.testing.assert_allclose(*both)


def test_what_a_convolution_cannot_be_is_refused():
    x, w = T.dtensor4("x"), T.dtensor4("w")
    for options in ({"border_mode": "same"}, {"subsample": (0, 1)}, {"border_mode": (1, -1)}):
        with pytest.raises(ValueError):
            T.nnet.conv2d(x, w, **options)
    with pytest.raises(NotImplementedError, match="images2neibs"):
        T.nnet.conv2d(x, w, unshared=True)
    with pytest.raises(TypeError, match="4 dimensions"):
        T.nnet.conv2d(T.dmatrix(), w)
    f = minigrad.function([x, w], T.nnet.conv2d(x, w))
    with pytest.raises(ValueError, match="do not fit"):
        f(X, np.ones((1, 2, 9, 9)))
    with pytest.raises(ValueError, match="sizes differ|channels"):
        f(X, np.ones((1, 3, 1, 1)))


@pytest.mark.parametrize(
    "x, w, dilation, groups, message",
    [
        ((7, 4, 5, 5), (6, 3, 2, 2), 1, 2, "images of 4 channels with 6 filters of 3 in 2 groups"),
        ((7, 4, 5, 5), (6, 3, 2, 2), 1, 1, "images of 4 channels with 6 filters of 3$"),
        ((7, 4, 5, 5), (3, 2, 2, 2), 1, 2, "images of 4 channels with 3 filters of 2 in 2 groups"),
        (
            (7, 1, 5, 3),
            (6, 1, 2, 2),
            4,
            1,
            r"\(2, 2\), dilated by \(1, 4\), do not fit .*\(5, 3\)$",
        ),
        ((7, 1, 5, 3), (6, 1, 2, 4), 1, 1, r"filters of \(2, 4\) do not fit into .* \(5, 3\)$"),
        ((7, 1, 5, 3), (6, 1, 0, 1), 1, 1, r"filters of \(0, 1\) do not fit into"),
    ],
)
def test_sizes_that_do_not_fit_are_told(x, w, dilation, groups, message):
    with pytest.raises(ValueError, match=message):
        windows.correlate(np.ones(x), np.ones(w), (1, 1), (1, dilation), groups)


def test_results_of_other_shapes_are_refused_by_the_derivatives():
    x, w, y = np.ones((3, 1, 5, 3)), np.ones((2, 1, 2, 2)), np.ones((3, 2, 4, 3))
    message = r"\(3, 1, 5, 3\) with \(2, 1, 2, 2\) has the shape \(3, 2, 4, 2\), not \(3, 2, 4, 3\)"
    with pytest.raises(ValueError, match=message):
        windows.correlate_inputs(w, y, x.shape[2:], (1, 1), (1, 1))
    with pytest.raises(ValueError, match=message):
        windows.correlate_filters(x, y, w.shape[2:], (1, 1), (1, 1))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_convolutional_net_learns_in_every_mode(mode, dtype):
    x, y = T.tensor4("x", dtype=dtype), T.lvector("y")
    random = np.random.default_rng(0)
    w = minigrad.shared(random.normal(0, 0.5, (3, 1, 3, 3)).astype(dtype))
    v = minigrad.shared(random.normal(0, 0.5, (12, 2)).astype(dtype))
    h = T.tanh(pool.pool_2d(T.nnet.conv2d(x, w), (2, 2), ignore_border=True)).flatten(2)
    cost = T.nnet.categorical_crossentropy(T.nnet.softmax(h.dot(v)), y).mean()
    updates = [(p, p - np.asarray(0.5, dtype) * minigrad.grad(cost, p)) for p in (w, v)]
    f = minigrad.function([x, y], cost, updates=updates, mode=mode)
    images, labels = random.normal(size=(6, 1, 6, 6)).astype(dtype), np.arange(6) % 2
    costs = [f(images, labels) for _ in range(8)]
    assert costs[-1] < costs[0] and w.get_value().dtype == dtype


# ---- Pooling -------------------------------------------------------------------------------------


def pooled(x, ws, stride, pad, ignore_border, mode):
    """The definition, window by window, of the last two axes."""
    counts = []
    for size, k, s, p in zip(x.shape[-2:], ws, stride, pad, strict=True):
        if ignore_border:
            counts.append(max(0, (size + 2 * p - k) // s + 1))
        else:
            starts = range(0, size, s) if s >= k else range(0, max(1, size - k + s), s)
            counts.append(len(starts))
    y = np.zeros((*x.shape[:-2], *counts))
    for i, j in np.ndindex(*counts):
        ends = []
        for start, k, p, size in zip(
            (i * stride[0], j * stride[1]), ws, pad, x.shape[-2:], strict=True
        ):
            ends.append((max(start - p, 0), min(start - p + k, size), min(k, size + 2 * p - start)))
        (top, bottom, rows), (left, right, columns) = ends
        part = x[..., top:bottom, left:right]
        if mode == "max":
            y[..., i, j] = part.max(axis=(-1, -2))
            continue
        divisors = {"average_inc_pad": rows * columns, "average_exc_pad": part[0].size}
        y[..., i, j] = part.sum(axis=(-1, -2)) / divisors.get(mode, 1)
    return y.astype(x.dtype)


MODES = ["max", "sum", "average_inc_pad", "average_exc_pad"]


@given(st.data())
def test_pool_2d_is_the_definition_also_of_symbolic_sizes(data):
    pair = lambda low, high: data.draw(st.tuples(st.integers(low, high), st.integers(low, high)))  # noqa: E731
    ws, stride, ignore = pair(1, 3), pair(1, 3), data.draw(st.booleans())
    pad = tuple(data.draw(st.integers(0, k - 1)) for k in ws) if ignore else (0, 0)
    x = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(60).reshape(2, 5, 6) / 8
    mode = data.draw(st.sampled_from(MODES))
    expected = pooled(x, ws, stride, pad, ignore, mode)
    assert_computes(lambda x: pool.pool_2d(x, ws, ignore, stride, pad, mode), lambda x: expected, x)
    size, step = T.lvector("ws"), T.lvector("stride")
    y = pool.pool_2d(x, size, ignore, step, pad, mode)
    np.testing.assert_allclose(y.eval({size: ws, step: stride}), expected, rtol=1e-12)
    assert pool.Pool.out_shape(x.shape, ws, ignore, stride, pad) == list(expected.shape)


WINDOWS = {
    "overlapping, padded": {"ws": (3, 2), "ignore_border": True, "stride": (1, 2), "pad": (1, 1)},
    "plain": {"ws": (2, 2), "ignore_border": True},
    "with the border": {"ws": (2, 3), "ignore_border": False, "stride": (3, 2)},
}


@pytest.mark.parametrize("name, mode", part_of(itertools.product(WINDOWS, MODES), 5))
def test_pooling_keeps_all_promises_of_ops(name, mode):
    x = np.random.default_rng(0).permutation(16).reshape(1, 4, 4) / 10 - 0.7
    order = 2 if is_thorough else 1
    check_op(lambda x: pool.pool_2d(x, mode=mode, **WINDOWS[name]), x, max_examples=1, order=order)


def test_pool_3d_pools_the_last_three_axes():
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 6))
    y = pool.pool_3d(x, (2, 2, 3), ignore_border=True).eval()
    np.testing.assert_array_equal(y, x.reshape(2, 2, 2, 2, 2, 2, 3).max(axis=(2, 4, 6)))


@pytest.mark.parametrize(
    "name",
    ["LargestOfWindows", "SumOfWindows", "AddToWindows", "AddWhereLargest", "SumWhereLargest"],
)
def test_the_ops_of_windows_keep_all_promises_along_one_axis(name):
    x = np.random.default_rng(0).permutation(10).reshape(2, 5) / 4 - 1
    y = windows.largest_of_windows(x, 3, 2, 1, 3, axis=1)
    op, window = getattr(pooling, name)(1), (3, 2, 1)
    given, more = {
        "LargestOfWindows": (x, (*window, 3)),
        "SumOfWindows": (x, (*window, 3)),
        "AddToWindows": (y, (*window, 5)),
        "AddWhereLargest": (y, (x, y, *window)),
        "SumWhereLargest": (x, (x, y, *window)),
    }[name]
    constants = [T.constant(value) for value in more]
    check_op(lambda g: op(g, *constants), given, max_examples=1, order=1)


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_windows_have_the_elements_that_their_definition_says(length):
    random = np.random.default_rng(0)
    for stride, pad, size in itertools.product([1, 2, 3], range(length), [5, 8]):
        count = (size + 2 * pad - length) // stride + 1
        starts = stride * np.arange(count)[:, None] - pad
        places = np.arange(size)
        has = (starts <= places) & (places < starts + length)  # window i, place j
        window = {"length": length, "stride": stride, "pad": pad, "axis": 1}
        x, h = random.integers(0, 4, (2, 2, size)) * 1.0
        y = np.where(has, x[:, None], -np.inf).max(axis=2)
        g = random.integers(-4, 5, y.shape) * 1.0
        of_largest = has & (x[:, None] == y[:, :, None])
        for result, expected in [
            (windows.largest_of_windows(x, count=count, **window), y),
            (windows.sum_of_windows(x, count=count, **window), x @ has.T),
            (windows.add_to_windows(g, size=size, **window), g @ has),
            (windows.sum_where_largest(h, x, y, **window), (of_largest @ h[..., None])[..., 0]),
            (windows.add_where_largest(g, x, y, **window), (g[:, None] @ of_largest)[:, 0]),
        ]:
            np.testing.assert_array_equal(result, expected)


def test_each_of_several_largest_elements_has_the_whole_derivative():
    x = T.dmatrix("x")
    y = pool.pool_2d(x, (2, 2), ignore_border=True)
    np.testing.assert_array_equal(
        minigrad.grad(y.sum(), x).eval({x: [[3, 1, 5, 5], [3, 2, 0, 5]]}),
        [[1, 0, 1, 1], [1, 0, 0, 1]],
    )
    same = pool.max_pool_2d_same_size(x, (2, 2)).eval({x: [[3, 1, 5, 5], [3, 2, 0, 5]]})
    np.testing.assert_array_equal(same, [[3, 0, 5, 5], [3, 0, 0, 5]])


def test_theanos_default_of_ignore_border_is_false_with_a_warning():
    x = np.ones((3, 3))
    with pytest.warns(UserWarning, match="ignore_border"):
        assert pool.pool_2d(x, (2, 2)).eval().shape == (2, 2)
    with pytest.warns(UserWarning, match="ignore_border"):
        assert T.signal.downsample.max_pool_2d(x, (2, 2)).eval().shape == (2, 2)


def test_the_oldest_operation_has_the_options_of_pooling():
    x = np.arange(20.0).reshape(1, 4, 5)
    op = T.signal.downsample.DownsampleFactorMax((2, 3), True, st=(2, 1), mode="sum")
    expected = pool.pool_2d(x, (2, 3), True, stride=(2, 1), mode="sum").eval()
    np.testing.assert_array_equal(op(x).eval(), expected)
    assert op.out_shape(x.shape, (2, 3), True, st=(2, 1)) == list(expected.shape)


def test_older_names_of_poolings_arguments_are_taken_once():
    y = pool.pool_2d(np.ones((4, 4)), ds=(2, 2), st=(1, 1), padding=(1, 1), ignore_border=True)
    assert y.eval().shape == (5, 5)
    with pytest.raises(ValueError, match="twice"):
        pool.pool_2d(np.ones((4, 4)), (2, 2), ds=(2, 2), ignore_border=True)


@pytest.mark.parametrize(
    "options",
    [{"pad": (2, 0)}, {"mode": "min"}, {"stride": (0, 1)}, {"pad": (1, 1), "ignore_border": False}],
    ids=str,
)
def test_what_pooling_cannot_be_is_refused(options):
    with pytest.raises(ValueError):
        pool.pool_2d(np.ones((4, 4)), (2, 2), **{"ignore_border": True, **options})


# ---- Neighbours, images without channels, upsampling ---------------------------------------------


@pytest.mark.parametrize("mode", ["valid", "half", "full", "ignore_borders", "wrap_centered"])
def test_images2neibs_takes_each_rectangle_and_has_a_derivative(mode):
    size = {"ignore_borders": (2, 3)}.get(mode, (3, 3))
    x = (
        np.random.default_rng(0).normal(size=(2, 2, 7, 9))
        if mode != "full"
        else np.ones((1, 1, 5, 5))
    )
    step = {"full": (1, 1), "half": (2, 2), "valid": (2, 3)}.get(mode, size)
    found = neighbours.images2neibs(x, size, step, mode).eval()
    border = {"half": (1, 1), "full": (2, 2)}.get(mode, (0, 0))
    wide = np.pad(x, [(0, 0), (0, 0), border, border])
    if mode == "wrap_centered":
        wide = np.pad(x, [(0, 0), (0, 0), (1, 3), (1, 3)], mode="wrap")
        counts = [-(-n // s) for n, s in zip(x.shape[2:], step, strict=True)]
    else:
        counts = [(n - k) // s + 1 for n, k, s in zip(wide.shape[2:], size, step, strict=True)]
    rows = [
        wide[b, c, i * step[0] : i * step[0] + size[0], j * step[1] : j * step[1] + size[1]].ravel()
        for b, c, i, j in np.ndindex(*x.shape[:2], *counts)
    ]
    np.testing.assert_array_equal(found, rows)
    check_op(
        lambda x: neighbours.images2neibs(x, size, step, mode),
        x[:1, :1, :3, :3],
        max_examples=1,
        order=1,
    )


@pytest.mark.parametrize("mode", ["valid", "ignore_borders"])
def test_neibs2images_undoes_images2neibs(mode):
    x = np.arange(48.0).reshape(1, 2, 4, 6)
    neibs = neighbours.images2neibs(x, (2, 3), mode=mode)
    np.testing.assert_array_equal(neighbours.neibs2images(neibs, (2, 3), x.shape, mode).eval(), x)


def test_rectangles_must_cover_an_image_unless_borders_are_ignored():
    x = T.dtensor4("x")
    f = minigrad.function([x], neighbours.images2neibs(x, (2, 2)))
    with pytest.raises(ValueError, match="axis 2 has size 3"):
        f(np.ones((1, 1, 3, 4)))


def test_signal_conv2d_convolves_each_image_with_each_filter():
    x, w = X[:, 0], W[:, 1]
    expected = convolved(x[:, None], w[:, None], "valid", (1, 1), (1, 1), 1, True)
    conv2d = T.signal.conv.conv2d
    np.testing.assert_allclose(conv2d(x, w).eval(), expected)
    np.testing.assert_allclose(conv2d(x[0], w).eval(), expected[0])
    np.testing.assert_allclose(conv2d(x, w[1]).eval(), expected[:, 1])
    np.testing.assert_allclose(conv2d(x[0], w[0], (3, 4), (2, 2)).eval(), expected[0, 0])


@pytest.mark.parametrize("ratio", [1, 2, 3, 4])
def test_bilinear_upsampling_interpolates_between_rows_and_columns(ratio):
    x = np.random.default_rng(0).normal(size=(1, 2, 3, 4))
    y = T.nnet.bilinear_upsampling(x, ratio).eval()
    rows, columns = ((np.arange(n * ratio) - (ratio - 1) // 2) / ratio for n in x.shape[2:])
    expected = np.apply_along_axis(lambda v: np.interp(rows, np.arange(3), v), 2, x)
    expected = np.apply_along_axis(lambda v: np.interp(columns, np.arange(4), v), 3, expected)
    np.testing.assert_allclose(y, expected)
    half = T.nnet.bilinear_upsampling(x, frac_ratio=(ratio, 2)).eval()
    step = 1 if ratio % 2 == 0 else 2
    if step == 2:
        np.testing.assert_allclose(half, expected[..., ::2, ::2])


@pytest.mark.parametrize("ratio", [1, 2, 5])
def test_bilinear_kernels_are_the_weights_of_linear_interpolation(ratio):
    weights = 1 - abs(np.arange(1 - ratio, ratio)) / ratio
    n = T.lscalar("n")
    kernel_1d, kernel_2d = abstract_conv.bilinear_kernel_1D, abstract_conv.bilinear_kernel_2D
    np.testing.assert_allclose(kernel_1d(n).eval({n: ratio}), weights)
    np.testing.assert_allclose(kernel_1d(ratio, normalize=False).eval(), ratio * weights)
    np.testing.assert_allclose(
        kernel_2d((ratio, 2)).eval(), np.outer(weights, [0.5, 1, 0.5]), atol=1e-15
    )
    np.testing.assert_allclose(kernel_2d(ratio).eval(), np.outer(weights, weights))


def test_images_become_larger_by_quotients_of_their_own_for_rows_and_columns():
    # What Theano 1.0.5 computes.
    y = abstract_conv.frac_bilinear_upsampling(np.arange(6.0).reshape(1, 1, 2, 3), ((3, 2), (5, 4)))
    rows = [[0, 0.4, 1.2, 2.0], [1, 1.4, 2.2, 3.0], [3, 3.4, 4.2, 5.0]]
    np.testing.assert_allclose(y.eval()[0, 0], rows)


def test_a_separable_convolution_of_films_is_one_of_each_channel_then_of_all():
    x = np.random.default_rng(0).normal(size=(2, 2, 3, 4, 3))
    each, both = x[:, :1, :2, :2, :2], x[0, :, :1, :1, 0].reshape(1, 2, 1, 1, 1)
    y = abstract_conv.separable_conv3d(x, each, both, num_channels=2).eval()
    of_each = [convolve(x[0, c], each[c, 0], "valid") for c in range(2)]
    np.testing.assert_allclose(y[0, 0], np.tensordot(both.ravel(), of_each, 1))
