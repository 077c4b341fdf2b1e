"""Numbers at the edge: not finite, huge, tiny, wrapped around, or none at all."""

import numpy as np
import pytest
from cases import COMPARISONS, KINKED, ONE, PREDICATES, TWO

import minigrad
import minigrad.tensor as T
from autoencoder import TiedNetwork, momentum_updates
from minigrad.rewrite import improve
from minigrad.testing import assert_program_agrees

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308, 1.0, -1.5, 0.5]
FUNCTIONS = {
    name: case.function
    for name, case in (ONE | PREDICATES).items()
    if isinstance(case.function, np.ufunc) or name == "round"
}
OF_TWO = {name: case.function for name, case in (TWO | KINKED | COMPARISONS).items()}
REDUCTIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "prod": np.prod,
    "any": np.any,
    "argmax": np.argmax,
}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def called_thrice(build, *values):
    """Return the result of a function, which must be the same at each of three calls."""
    inputs = [T.TensorType(v.dtype, [None] * v.ndim)() for v in values]
    f = minigrad.function(inputs, build(*inputs))
    first, *others = f(*values), f(*values), f(*values)
    for other in others:
        np.testing.assert_array_equal(other, first)
    return first


def assert_numpys(result, numpys):
    """The same bits; but functions in C may differ by four units in the last place."""
    if minigrad.config.mode == "C" and result.dtype.kind == "f":
        number = np.finfo(result.dtype)
        least = float(number.smallest_subnormal) if result.dtype == "float64" else number.tiny
        np.testing.assert_allclose(result, numpys, rtol=4 * number.eps, atol=4 * least)
    else:
        np.testing.assert_array_equal(result, numpys)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_special_numbers_as_numpy_does(name, dtype):
    x = np.array(SPECIAL, "float64").astype(dtype)
    assert_numpys(called_thrice(getattr(T, name), x), FUNCTIONS[name](x))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OF_TWO)
def test_a_function_of_two_takes_all_pairs_of_them_as_numpy_does(name, dtype):
    x = np.array(SPECIAL, "float64").astype(dtype)
    x, y = (side.copy() for side in np.meshgrid(x, x))
    assert_numpys(called_thrice(getattr(T, name), x, y), OF_TWO[name](x, y))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_relu_and_its_slope_are_those_of_its_sides_also_at_infinity(dtype):
    x = np.array([np.nan, -np.inf, -1e38, -1.5, 0.0, 0.5, 1e38, np.inf], dtype)
    for below, value_below in [(0, [0, 0, 0]), (0.25, [-np.inf, -0.25e38, -0.375])]:
        value = called_thrice(lambda v, a=below: T.nnet.relu(v, a), x)
        np.testing.assert_allclose(value, [np.nan, *value_below, 0, 0.5, 1e38, np.inf], rtol=1e-7)
        slope = called_thrice(lambda v, a=below: T.grad(T.nnet.relu(v, a).sum(), v), x)
        assert slope.tolist()[1:] == [below] * 3 + [(1 + below) / 2] + [1] * 3
        assert np.isnan(slope[0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rows", [7, 3000])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_bad_number_reaches_reductions_as_in_numpy(name, rows, bad):
    x = np.linspace(-1, 1, rows * 4).reshape(rows, 4)
    x[rows // 2, 1] = bad
    result = called_thrice(lambda v: getattr(T, name)(v, axis=0), x)
    np.testing.assert_allclose(result, REDUCTIONS[name](x, axis=0), rtol=1e-12)


@pytest.mark.parametrize("rows", [20, 20_000])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_bad_sample_shows_in_the_cost_and_in_the_parameters(rows, bad):
    network = TiedNetwork(np.ones((4, 2)), np.zeros(2), np.zeros(4))
    X = T.dmatrix("X")
    cost = network.cost(X)
    step = minigrad.function(
        [X], cost, updates=momentum_updates(cost, network.parameters, 0.1, 0.9)
    )
    samples = np.zeros((rows, 4))
    samples[-1, 2] = bad
    assert not np.isfinite(step(samples))
    assert not np.isfinite(network.parameters[0].get_value()).any()


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_integers_wrap_around_as_in_numpy(dtype):
    top = np.iinfo(dtype).max
    x = np.array([top, top - 1, np.iinfo(dtype).min, 1], dtype)
    for ours, numpys in [
        (lambda v: v + v, x + x),
        (lambda v: v * v, x * x),
        (lambda v: -v, -x),
        (lambda v: v - np.array(top, dtype), x - x.dtype.type(top)),
        (lambda v: T.sqr(v), x * x),
        (lambda v: v.sum(), x.sum()),
        (lambda v: v.prod(), x.prod()),
        (lambda v: T.cumsum(v), np.cumsum(x)),
    ]:
        result = called_thrice(ours, x)
        np.testing.assert_array_equal(result, numpys)
        assert result.dtype == numpys.dtype


def test_float32_stays_float32_from_input_to_update():
    rng = np.random.RandomState(0)
    W, bh, bo = (rng.randn(*shape).astype("f") for shape in ((4, 2), (2,), (4,)))
    network = TiedNetwork(W, bh, bo)
    X = T.fmatrix("X")
    cost = network.cost(X)
    gradients = minigrad.grad(cost, network.parameters)
    updates = momentum_updates(cost, network.parameters, 0.1, 0.9)
    step = minigrad.function([X], [cost, *gradients], updates=updates)
    for _ in range(3):
        assert {result.dtype.name for result in step(rng.randn(50, 4).astype("f"))} == {"float32"}
    assert {p.get_value().dtype.name for p in network.parameters} == {"float32"}


# ---- None at all ----------------------------------------------------------------------------------

OF_NO_ROWS = {
    "functions of elements": lambda x, y: T.tanh(x) * y + 1,
    "sums": lambda x, y: x.sum(axis=0),
    "a sum of all": lambda x, y: T.sqr(x).sum(),
    "products of columns": lambda x, y: x.prod(axis=0),
    "products of rows": lambda x, y: x.prod(axis=1),
    "truth": lambda x, y: (x > 0).all(axis=0),
    "products": lambda x, y: T.dot(x.T, y),
    "products that are empty": lambda x, y: T.dot(x, y.T),
    "softmax": lambda x, y: T.nnet.softmax(x, axis=1),
    "cumulative sums": lambda x, y: T.cumsum(x, axis=0),
    "joining": lambda x, y: T.concatenate([x, y]),
    "slices": lambda x, y: x[::-1, 1:],
    "indices": lambda x, y: x[T.nonzero(x[:, 0] > 0)[0]],
    "writing": lambda x, y: T.inc_subtensor(x[:, 0], 1.0),
    "reshaping": lambda x, y: x.reshape((-1, 3)).T,
    "repeating": lambda x, y: T.repeat(x, 2, axis=0),
    "switching": lambda x, y: T.switch(x > 0, x, y),
    "casting": lambda x, y: T.cast(x, "int32"),
}


@pytest.mark.parametrize("name", OF_NO_ROWS)
def test_no_rows_are_no_special_case(name):
    x, y = T.dmatrices("x", "y")
    expression = OF_NO_ROWS[name](x, y)
    outputs = [expression]
    if expression.type.is_float:
        cost = T.sqr(expression).sum()
        outputs += minigrad.grad(cost, [x, y], disconnected_inputs="ignore")
    assert_program_agrees([x, y], outputs, [np.zeros((0, 3)), np.zeros((0, 3))])


HIDDEN = {
    "a product": lambda x, w, b: x.dot(w) + b,
    "a multiple": lambda x, w, b: 0.5 * x.dot(2 * w) / b,
    "a sigmoid": lambda x, w, b: T.nnet.sigmoid(x.dot(w) + b),
    "centred": lambda x, w, b: x.dot(w) + b - (x.dot(w) + b).mean(axis=0),
}
COSTS = {
    "squares": lambda h, y, k: T.sqr(h - y).mean(),
    "rows": lambda h, y, k: T.sqr(h - y).sum() / h.shape[0],
    "bits": lambda h, y, k: T.nnet.binary_crossentropy(T.nnet.sigmoid(h), y).mean(),
    "classes": lambda h, y, k: -T.log(T.nnet.softmax(h))[T.arange(k.shape[0]), k].mean(),
    "columns": lambda h, y, k: T.sqr(h.mean(axis=0)).sum(),
    "deviations": lambda h, y, k: h.std(axis=0).sum(),
    "lengths": lambda h, y, k: T.norm(h, axis=1).mean(),
}


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_no_rows_leave_parameters_as_they_were(hidden, cost):
    x, y, k = T.dmatrix("x"), T.dmatrix("y"), T.lvector("k")
    w, b = (minigrad.shared(np.full(shape, 0.7)) for shape in [(3, 2), 2])
    value = COSTS[cost](HIDDEN[hidden](x, w, b), y, k)
    slopes = minigrad.grad(value, [w, b])
    for outputs, mode in ((slopes, "FAST_RUN"), (improve(slopes), "FAST_COMPILE")):
        f = minigrad.function([x, y, k], outputs, mode=mode, on_unused_input="ignore")
        with np.errstate(all="ignore"):
            results = f(np.zeros((0, 3)), np.zeros((0, 2)), np.zeros(0, int))
        assert not any(result.any() for result in results)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("number", [np.inf, np.nan, 2.0])
def test_a_number_that_is_repeated_no_times_has_the_sum_0(number, mode):
    x, n = T.dscalar("x"), T.lscalar("n")
    sums = [T.alloc(x, n).sum(), T.alloc(x, n, 2).sum(axis=0), T.alloc(x, 2, n).sum(axis=0)]
    f = minigrad.function([x, n], sums, mode=mode)
    for _ in range(2):
        assert [result.tolist() for result in f(number, 0)] == [0, [0, 0], []]
    assert f(2.0, 3)[0] == 6


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_the_mean_of_what_is_repeated_no_times_is_nan_as_in_numpy(mode):
    x, n = T.dscalar("x"), T.lscalar("n")
    means = [T.alloc(x, n).mean(), T.ones((n,)).mean(), T.alloc(x, n, 2).mean(axis=0)]
    f = minigrad.function([x, n], means, mode=mode)
    with np.errstate(all="ignore"):
        for _ in range(2):
            assert all(np.isnan(result).all() for result in f(2.0, 0))
    assert f(2.0, 3)[0] == 2


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_zeros_keep_the_signs_that_numpy_gives_them(dtype, mode):
    x = T.TensorType(dtype, (None,))("x")
    value = np.array([0.0, -0.0], dtype)
    for build in (
        lambda x: x + 0,
        lambda x: 0 + x,
        lambda x: x - 0,
        lambda x: 0 - x,
        lambda x: x + -0.0,
        lambda x: x - -0.0,
        lambda x: -0.0 - x,
        lambda x: x * 1,
        lambda x: x * -1,
    ):
        result = minigrad.function([x], build(x), mode=mode)(value)
        np.testing.assert_array_equal(np.signbit(result), np.signbit(build(value)))


LENGTHS = {
    "norm": lambda x: T.norm(x, axis=1),
    "kept": lambda x: T.norm(x, axis=1, keepdims=True).flatten(),
    "all at once": lambda x: T.stack([T.norm(x[i]) for i in range(3)]),
}
# Ways to write the norm that the rewrites know; the plain interpreter computes them as they are.
WRITTEN_OUT = {
    "sqr": lambda x: T.sqrt(T.sum(T.sqr(x), axis=1)),
    "product": lambda x: T.sqrt((x * x).sum(axis=1, keepdims=True)).flatten(),
    "power": lambda x: T.sum(x**2, axis=1) ** 0.5,
    "dot": lambda x: T.stack([T.sqrt(T.dot(x[i], x[i])) for i in range(3)]),
}
ORDINARY = np.array([[3.0, 4.0], [-5.0, 12.0], [0.0, 2.0]])


MAGNITUDES = [1e-320, 1e-310, 1e-170, 1e-140, 1.0, 1e150, 1e200, 1e307]


@pytest.mark.parametrize(
    ("name", "magnitude"),
    # Where both are numbers, 1 / length comes first, which must not be infinite.
    [(n, m) for n in LENGTHS for m in MAGNITUDES if m > 1e-307 or n != "all at once"],
)
def test_a_norm_and_its_derivative_are_right_at_any_magnitude(name, magnitude):
    x = T.dmatrix("x")
    length = LENGTHS[name](x)
    value = ORDINARY * magnitude
    value[0] = ORDINARY[0]  # beside rows of ordinary size
    of_unit = value / np.abs(value).max(axis=1, keepdims=True)
    expected = np.hypot(*of_unit.T) * np.abs(value).max(axis=1)
    for mode in ("FAST_RUN", "FAST_COMPILE", "DebugMode"):
        f = minigrad.function([x], [length, minigrad.grad(length.sum(), x)], mode=mode)
        actual, slope = f(value)
        # A length below 1e-308 has fewer digits, and so has what is divided by it.
        tolerance = 1e-14 if magnitude > 1e-307 else 1e-2
        np.testing.assert_allclose(actual, expected, rtol=tolerance)
        np.testing.assert_allclose(slope, value / expected[:, None], rtol=tolerance)


@pytest.mark.parametrize("magnitude", [1e-320, 1e-310, 1e-170, 1.0, 1e200, 1e307])
@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_a_norm_that_is_written_out_is_right_at_any_magnitude_with_its_derivative(name, magnitude):
    x = T.dmatrix("x")
    length = WRITTEN_OUT[name](x)
    f = minigrad.function([x], [length, minigrad.grad(length.sum(), x)])
    tolerance = 1e-14 if magnitude > 1e-307 else 1e-2
    expected = np.array([5.0, 13.0, 2.0])
    for _ in range(2):
        actual, slope = f(ORDINARY * magnitude)
        np.testing.assert_allclose(actual, expected * magnitude, rtol=tolerance)
        if name != "dot" or magnitude > 1e-307:
            np.testing.assert_allclose(slope, ORDINARY / expected[:, None], rtol=tolerance)


@pytest.mark.parametrize(
    ("dtype", "magnitude"),
    [("float16", 4000), ("float16", 1e-6), ("float32", 2e37), ("float32", 1e-42)],
)
def test_a_norm_of_narrow_floats_does_not_leave_their_range(dtype, magnitude):
    x = T.TensorType(dtype, (None, None))("x")
    value = (ORDINARY * magnitude).astype(dtype)
    wide = value.astype("float64")
    f = minigrad.function([x], [T.norm(x, axis=1), minigrad.grad(T.norm(x, axis=1).sum(), x)])
    length, slope = f(value)
    expected = np.sqrt(np.square(wide).sum(axis=1))
    assert length.dtype == slope.dtype == dtype
    tiny = np.finfo(dtype).smallest_subnormal
    np.testing.assert_allclose(length, expected, rtol=2e-3, atol=tiny)
    np.testing.assert_allclose(slope, wide / expected[:, None], rtol=1e-1)


def test_norms_of_zeros_infinities_and_nans_are_numpys():
    x = T.dmatrix("x")
    value = np.array([[0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0], [np.inf, np.nan], [3.0, 4.0]])
    f = minigrad.function([x], T.norm(x, axis=1))
    np.testing.assert_array_equal(f(value), np.linalg.norm(value, axis=1))


@pytest.mark.parametrize("name", ["max", "min", "argmax"])
def test_the_largest_of_nothing_is_an_error_as_in_numpy(name):
    x = T.dmatrix("x")
    f = minigrad.function([x], getattr(T, name)(x, axis=0))
    with pytest.raises(ValueError, match="zero-size|empty"):
        f(np.zeros((0, 3)))
    assert f(np.ones((2, 3))).shape == (3,)


@pytest.mark.parametrize("size", [1e-310, 1e-160, 1e150, 1e300])
def test_huge_and_denormal_numbers_pass_where_the_result_is_a_number(size):
    x = np.full(5, size)
    np.testing.assert_allclose(called_thrice(lambda v: T.exp(T.log(v)), x), x, rtol=1e-12)
    np.testing.assert_allclose(called_thrice(lambda v: v / v.sum(), x), 0.2, rtol=1e-3)
    np.testing.assert_allclose(called_thrice(lambda v: T.nnet.softmax(v), x), 0.2)
    np.testing.assert_allclose(
        called_thrice(lambda v: T.nnet.sigmoid(-v) + T.nnet.sigmoid(v), x), 1
    )
