"""Sums over many rows, computed block by block: the same sums."""

from itertools import product
from unittest import mock

import numpy as np
import pytest
from draws import TALL_SHAPES, at_least, part_of
from hypothesis import given
from oracles import weighted_sum

import minigrad
import minigrad.tensor as T
from autoencoder import TiedNetwork, momentum_updates
from minigrad.core.axes import Sum
from minigrad.core.elementwise import Elementwise
from minigrad.testing import assert_program_agrees, expressions

pytestmark = pytest.mark.planner

# As if the cache were tiny, so that small data is many rows.
TINY_CACHE = {"_BLOCK_BYTES": 64, "_FEWEST_ROWS": 5, "_FEWEST_BLOCKS": 2}
tiny_cache = mock.patch.multiple("minigrad.planner.rows", **TINY_CACHE)


def is_in_blocks(f):
    return "for block, length in " in f.source


@pytest.fixture
def rows():
    return np.random.RandomState(0).randn(53, 4)


@at_least(25)
@given(expressions(of_shapes=TALL_SHAPES))
def test_sums_of_random_expressions_stay_the_same(drawn):
    inputs, values = drawn.inputs, drawn.values
    total = weighted_sum(drawn.result)
    gradients = minigrad.grad(total, inputs, disconnected_inputs="ignore")
    with tiny_cache:
        assert_program_agrees(inputs, [total, *gradients], values, rtol=1e-7, atol=1e-8)


SUMS = {
    "of squares": lambda x, w: T.sqr(T.tanh(T.dot(x, w))).mean(),
    "of each column": lambda x, w: T.exp(T.dot(x, w)).sum(axis=0),
    "of products": lambda x, w: T.dot(x.T, T.tanh(T.dot(x, w))),
    "of logarithms of a softmax": lambda x, w: T.log(T.nnet.softmax(T.dot(x, w), axis=1)).sum(),
    "of the largest of each row": lambda x, w: T.max(T.dot(x, w), axis=1).sum(),
    "of a choice": lambda x, w: T.switch(x > 0, x, 0).sum(axis=0),
    "of whole numbers": lambda x, w: (x > 0).sum(axis=0),
    "of what is made of the transpose": lambda x, w: T.tanh(T.dot(w.T, x.T).T).sum(axis=0),
    "and what is made of it": lambda x, w: T.sqrt(T.sqr(x).sum() + 1) * T.sum(w),
    "of rows without their mean": lambda x, w: T.sqr(x - x.mean(axis=0)).sum(),
    "of rows and those in another order": lambda x, w: (x * x[::-1]).sum(),
    "beside one over all pairs of rows": lambda x, w: T.tanh(x.dot(x.T)).sum() + T.exp(x).sum(),
    "of columns that are slices": lambda x, w: T.tanh(x[:, :2]).dot(w[:2]).sum(axis=0),
    "of columns by number": lambda x, w: T.exp(x[:, [0, 2]]).sum(axis=0),
    "of a single column": lambda x, w: T.exp(x[:, 1]).sum(),
    "of what is joined": lambda x, w: T.tanh(T.concatenate([x, x.dot(w)], axis=1)).sum(axis=0),
    "of matrices": lambda x, w: T.exp(x.reshape((x.shape[0], 2, 2))).sum(axis=(0, 1)),
    "of the transpose of matrices": lambda x, w: T.exp(
        x.reshape((x.shape[0], 2, 2)).dimshuffle(1, 0, 2)
    ).sum(axis=1),
    "of products of each row": lambda x, w: T.prod(x.dot(w), axis=1).sum(),
    "of running sums of each row": lambda x, w: T.sqr(T.cumsum(x, axis=1)).sum(),
    "of norms": lambda x, w: x.norm(2, axis=1).sum(),
    "of where the largest is": lambda x, w: T.argmax(x.dot(w), axis=1).sum(),
    "of rows with one set column": lambda x, w: T.exp(T.set_subtensor(x[:, 1], 0)).sum(axis=0),
}


@pytest.mark.parametrize(("count", "name"), part_of(product([53, 50, 11], SUMS), one_of=2))
def test_a_sum_is_computed_in_blocks(name, count, rows):
    build = SUMS[name]
    x, w = T.dmatrices("x", "w")
    values = [rows[:count], np.random.RandomState(1).randn(4, 3)]
    with tiny_cache:
        assert_program_agrees([x, w], [build(x, w)], values)
        f = minigrad.function([x, w], build(x, w), on_unused_input="ignore")
        f(*values)
    assert is_in_blocks(f)


WITH_A_ROW = {
    "added": lambda x, b: T.sqr(T.tanh(x + b)).sum(axis=0),
    "added twice": lambda x, b: T.tanh(T.exp(x * b) + b).sum(axis=0),
    "that is a matrix": lambda x, b: T.tanh(x - b.dimshuffle("x", 0)).sum(axis=0),
    "that is computed": lambda x, b: T.tanh(x * T.exp(b)).sum(axis=0),
    "of means": lambda x, b: T.sqr((x - x.mean(axis=0)) / x.std(axis=0)).sum(axis=0) + b,
    "that meets other rows, too": lambda x, b: T.tanh(x + b).sum(axis=0) + x.dot(b).sum(),
    "that meets the transpose": lambda x, b: T.tanh(x.T + b[:, None]).sum(axis=1),
    "that one column meets": lambda x, b: T.tanh(x[:, 0].dimshuffle(0, "x") * b).sum(axis=0),
    "that meets a matrix for each row": lambda x, b: T.tanh(
        x.dimshuffle(0, 1, "x") * b + x.dimshuffle(0, "x", 1)
    ).sum(axis=(0, 1)),
    "that is a constant": lambda x, b: T.exp(x + np.arange(20.0) / 20).sum(axis=0) + b,
}


@pytest.mark.parametrize("name", WITH_A_ROW)
@pytest.mark.parametrize("count", [53, 50])
def test_each_row_of_each_block_meets_the_same_row(name, count):
    x, b = T.dmatrix("x"), T.dvector("b")
    total = WITH_A_ROW[name](x, b)
    gradient = minigrad.grad(T.sqr(total).sum(), b)
    values = [np.random.RandomState(0).randn(count, 20), np.random.RandomState(1).randn(20)]
    with tiny_cache:
        assert_program_agrees([x, b], [total, gradient], values)


def test_a_row_that_meets_each_row_is_repeated_once_for_all_blocks():
    x, b = T.dmatrix("x"), T.dvector("b")
    with tiny_cache:
        f = minigrad.function([x, b], T.tanh(x + b).sum(axis=0))
        f(np.zeros((50, 20)), np.zeros(20))
    before_the_blocks, _, _ = f.source.partition("for block, length in ")
    assert "alloc(b, " in before_the_blocks


NOT_IN_BLOCKS = {
    "the rows themselves": lambda x: T.tanh(x),
    "a softmax over the rows": lambda x: T.sqr(T.nnet.softmax(x, axis=0)).sum(),
    "the product of all pairs of rows": lambda x: T.tanh(T.dot(x, x.T)).sum(),
    "running sums": lambda x: T.sqr(T.cumsum(x, axis=0)).sum(),
}


@pytest.mark.parametrize("build", NOT_IN_BLOCKS.values(), ids=NOT_IN_BLOCKS)
def test_what_needs_all_rows_at_once_is_not(build, rows):
    x = T.dmatrix("x")
    with tiny_cache:
        assert_program_agrees([x], [build(x)], [rows])
        f = minigrad.function([x], build(x))
        f(rows)
    assert not is_in_blocks(f)


def test_a_parameter_with_as_many_rows_as_the_data_is_not_cut(rows):
    x, w = T.dmatrices("x", "w")
    square = np.random.RandomState(1).randn(53, 53)
    with tiny_cache:
        assert_program_agrees([x, w], [T.tanh(T.dot(w, x)).sum(), T.dot(x.T, w)], [rows, square])


def test_the_number_of_rows_in_a_mean_is_that_of_all(rows):
    x = T.dmatrix("x")
    cost = T.sqr(x).sum() / x.shape[0]
    with tiny_cache:
        f = minigrad.function([x], [cost, minigrad.grad(cost, x).sum(axis=0)])
        for _ in range(2):
            np.testing.assert_allclose(f(rows)[0], np.square(rows).sum() / 53)
    assert is_in_blocks(f)


def test_few_rows_are_computed_at_once(rows):
    x = T.dmatrix("x")
    f = minigrad.function([x], T.sqr(T.tanh(x)).sum())
    f(rows)
    assert not is_in_blocks(f)


def test_training_on_many_rows_costs_and_learns_what_the_interpreter_says():
    X = np.random.RandomState(0).rand(7003, 60)

    def train(mode):
        network = TiedNetwork.gaussian(60, 3, np.random.RandomState(0))
        batch = T.dmatrix("X")
        cost = network.cost(batch)
        updates = momentum_updates(cost, network.parameters, 0.1)
        step = minigrad.function([batch], cost, updates=updates, mode=mode)
        costs = [float(step(X)) for _ in range(5)]
        return step, costs, [p.get_value() for p in network.parameters]

    step, costs, parameters = train("FAST_RUN")
    _, right_costs, right_parameters = train("FAST_COMPILE")
    assert is_in_blocks(step)
    assert step.memory() < 2_000_000
    np.testing.assert_allclose(costs, right_costs, rtol=1e-12)
    for mine, right in zip(parameters, right_parameters, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-10, atol=1e-14)


def test_the_source_shows_the_program_of_a_block_too(rows):
    x = T.dmatrix("x")
    with tiny_cache:
        f = minigrad.function([x], T.sqr(T.tanh(x)).sum(), name="cost")
        f(rows)
    assert f.source.count(" = tanh(") == 2  # for the blocks of each length
    assert "def cost_block(x):" in f.source
    assert "def cost(x, " in f.source


COLUMNS = {
    "a column with a row": lambda x: T.exp(-T.sqr(x - x.T)).sum(),
    "a row of numbers": lambda x: T.exp(x.T).sum(axis=0),
    "a row made of rows": lambda x: T.tanh(x.T).T.sum(axis=0),
}


@pytest.mark.parametrize("build", COLUMNS.values(), ids=COLUMNS)
def test_a_row_with_a_number_for_each_row_is_not_the_same_for_all(build):
    x = T.TensorType("float64", (None, 1))("x")
    with tiny_cache:
        assert_program_agrees([x], [build(x)], [np.random.RandomState(0).randn(40, 1)])


@pytest.mark.parametrize(
    ("shape", "hidden", "expected"),
    [
        ((3000, 64), 32, "12 blocks of 250 rows"),  # 250 · 64 · 32 multiplications: one thread's
        ((9000, 400), 100, "8 blocks of 1125 rows"),  # they would be far fewer rows than pay
        ((1000, 10), 4, None),  # all of it fits into the cache
    ],
)
def test_blocks_are_as_large_as_products_and_the_cache_like_them(shape, hidden, expected):
    x, w = T.dmatrices("x", "w")
    f = minigrad.function([x, w], T.sqr(T.tanh(T.dot(x, w))).mean())
    f(np.ones(shape), np.ones((shape[1], hidden)))
    assert is_in_blocks(f) == bool(expected)
    assert (expected or "") in f.source


def test_a_quotient_goes_by_rows():
    x, w = T.dmatrix("x"), minigrad.shared(np.ones((16, 8)))
    cost = T.sqr(T.tanh((x / (1 + T.sqr(w[:, 0]))).dot(w))).sum() / x.shape[0]
    f = minigrad.function([x], [cost, minigrad.grad(cost, w)])
    values = np.random.default_rng(0).random((30_000, 16))
    results = f(values)
    assert "blocks" in f.source
    g = minigrad.function([x], [cost, minigrad.grad(cost, w)], mode="FAST_COMPILE")
    for found, expected in zip(results, g(values), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10)


# ---- Classifiers and regressions ---------------------------------------------------------------


def log_of_picked(z, y):
    return -T.mean(T.log(T.nnet.softmax(z))[T.arange(y.shape[0]), y])


def picked_of_log(z, y):
    return T.nnet.categorical_crossentropy(T.nnet.softmax(z), y).mean()


def one_hot(z, y):
    return T.nnet.categorical_crossentropy(T.nnet.softmax(z), T.eq(y[:, None], np.arange(3))).mean()


def old_theano(z, y):
    return T.nnet.crossentropy_softmax_1hot(z, y)[0].mean()


def weighted(z, y):
    return -(T.nnet.logsoftmax(z)[T.arange(y.shape[0]), y] / (1 + y)).mean()


COSTS = [log_of_picked, picked_of_log, one_hot, old_theano, weighted]
FEATURES = {
    "all": (lambda x, z: x, lambda x, z: x),
    "a slice": (lambda x, z: x[:, :3], lambda x, z: x[:, :3]),
    "joined": (lambda x, z: T.concatenate([x, z], axis=1), lambda x, z: np.hstack([x, z])),
    "a layer, of which a slice": (lambda x, z: T.tanh(x)[:, 1:], lambda x, z: np.tanh(x)[:, 1:]),
    "matrices": (
        lambda x, z: T.sqr(x.reshape((x.shape[0], 2, 2))).reshape((x.shape[0], -1)),
        lambda x, z: x**2,
    ),
}


def by_hand(features, w, y, weights):
    """Cost, accuracy, probabilities and the cost's gradient by w."""
    z = features @ w
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    n = np.arange(len(y))
    cost = -(weights * np.log(p[n, y])).mean()
    accuracy = (p.argmax(axis=1) == y).mean()
    errors = weights[:, None] * (p - np.eye(p.shape[1])[y]) / len(y)
    return cost, accuracy, p, features.T @ errors


# Each cost with all features, and with each of these.
SETTINGS = [("float64", "int64", 53), ("float32", "int32", 50), ("float64", "uint8", 11)]
CLASSIFIERS = part_of(
    (
        (cost, features, *SETTINGS[(i + j) % len(SETTINGS)])
        for i, cost in enumerate(COSTS)
        for j, features in enumerate(FEATURES)
    ),
    one_of=2,
)


@pytest.mark.parametrize(("cost_of", "features", "dtype", "of_labels", "count"), CLASSIFIERS)
def test_a_classifier_with_integer_labels_goes_in_blocks(
    cost_of, features, dtype, of_labels, count
):
    rng = np.random.default_rng(0)
    of_variables, of_arrays = FEATURES[features]
    x, z, y = T.matrix("x", dtype), T.matrix("z", dtype), T.vector("y", of_labels)
    values = [rng.normal(size=(count, 4)).astype(dtype), rng.normal(size=(count, 2)).astype(dtype)]
    labels = rng.integers(0, 3, count).astype(of_labels)
    rows = of_arrays(*values)
    w = minigrad.shared(rng.normal(size=(rows.shape[1], 3)).astype(dtype))
    scores = of_variables(x, z).dot(w)
    probabilities = T.nnet.softmax(scores)
    cost = cost_of(scores, y)
    accuracy = T.mean(T.eq(T.argmax(probabilities, axis=1), y))
    outputs = [cost, accuracy, probabilities, minigrad.grad(cost, w)]
    weights = 1 / (1.0 + labels) if cost_of is weighted else np.ones(count)
    with tiny_cache:
        f = minigrad.function([x, z, y], outputs, on_unused_input="ignore")
        found = f(*values, labels)
        assert_program_agrees([x, z, y], outputs, [*values, labels])
    assert is_in_blocks(f)
    assert [v.dtype for v in found] == [v.type.numpy_dtype for v in outputs]
    tolerance = 1e-10 if dtype == "float64" else 1e-5
    for mine, right in zip(found, by_hand(rows, w.get_value(), labels, weights), strict=True):
        np.testing.assert_allclose(mine, right, rtol=tolerance, atol=tolerance)


def test_a_softmax_regression_of_30000_rows_with_accuracy_goes_in_blocks():
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(30_000, 16)), rng.integers(0, 10, 30_000)
    x, y, w = T.dmatrix("x"), T.lvector("y"), minigrad.shared(rng.normal(size=(16, 10)))
    before = w.get_value()
    p = T.nnet.softmax(x.dot(w))
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y])
    accuracy = T.mean(T.eq(T.argmax(p, axis=1), y))
    updates = [(w, w - 0.1 * minigrad.grad(cost, w))]
    f = minigrad.function([x, y], [cost, accuracy], updates=updates, name="step")
    found = [*f(values, labels), w.get_value()]
    _, _, outside = f.source.partition("def step(")
    assert is_in_blocks(f)
    assert "(30000, 10)" not in outside
    right_cost, right_accuracy, _, gradient = by_hand(values, before, labels, np.ones(30_000))
    right = right_cost, right_accuracy, before - 0.1 * gradient
    for mine, expected in zip(found, right, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-10)


def test_rows_less_their_mean_and_divided_by_their_spread_train_in_blocks():
    rng = np.random.default_rng(0)
    values, target = rng.normal(3, 2, size=(53, 4)), rng.normal(size=53)
    x, y, w = T.dmatrix("x"), T.dvector("y"), T.dvector("w")
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    errors = T.tanh(standard.dot(w)) - y
    outputs = [T.sqr(errors).mean(), abs(errors).mean(), errors]
    outputs += minigrad.grad(outputs[0], [w, x])
    given = [values, target, rng.normal(size=4)]
    with tiny_cache:
        f = minigrad.function([x, y, w], outputs)
        found = f(*given)
        assert_program_agrees([x, y, w], outputs, given)
    assert is_in_blocks(f)
    rows = (values - values.mean(axis=0)) / values.std(axis=0)
    out = np.tanh(rows @ given[2])
    right = out - target
    np.testing.assert_allclose(found[0], np.square(right).mean())
    np.testing.assert_allclose(found[1], np.abs(right).mean())
    np.testing.assert_allclose(found[2], right)
    np.testing.assert_allclose(found[3], rows.T @ (2 / 53 * right * (1 - out**2)))


# ---- Operations of users -----------------------------------------------------------------------


class Cube(minigrad.Op):
    """x³, for each element."""

    __props__ = ()
    itypes = otypes = [T.dmatrix]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] ** 3

    def axes(self, node):
        return minigrad.Axes(["ij"], ["ij"])

    def grad(self, inputs, output_grads):
        return [3 * T.sqr(inputs[0]) * output_grads[0]]


class WithoutLargest(minigrad.Op):
    """Each row without its largest number: x - max(x, axis=1)."""

    __props__ = ()
    itypes = otypes = [T.dmatrix]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] - inputs[0].max(axis=1, keepdims=True)

    def axes(self, node):
        return minigrad.Axes(["ij"], ["ij"], whole="j")


class MySum(Sum):
    """As its parent."""


class MyTanh(Elementwise):
    """As its parent."""


my_tanh = MyTanh("my_tanh", 1, np.tanh, lambda x, y, gy: gy * (1 - T.sqr(y)), lambda dtype: dtype)
OPS_OF_USERS = {
    "of elements": lambda x: Cube()(x).sum(axis=0),
    "of elements, with a derivative": lambda x: minigrad.grad(Cube()(x).sum(), x).sum(),
    "of rows": lambda x: T.exp(WithoutLargest()(x)).sum(axis=0),
    "a subclass that sums": lambda x: MySum((0,))(T.exp(x)),
    "a subclass of elements": lambda x: my_tanh(x).sum(axis=0),
}


@pytest.mark.parametrize("build", OPS_OF_USERS.values(), ids=OPS_OF_USERS)
def test_an_op_that_tells_its_axes_goes_in_blocks(build, rows):
    x = T.dmatrix("x")
    with tiny_cache:
        assert_program_agrees([x], [build(x)], [rows])
        f = minigrad.function([x], build(x))
        f(rows)
    assert is_in_blocks(f)


def test_an_op_that_tells_nothing_stays_outside_the_blocks(rows):
    class Secretive(Cube):
        def axes(self, node):
            return None

    x = T.dmatrix("x")
    outputs = [Secretive()(T.tanh(x)).sum(), T.exp(x).sum()]
    with tiny_cache:
        assert_program_agrees([x], outputs, [rows])
        f = minigrad.function([x], outputs)
        f(rows)
    assert is_in_blocks(f)
    body, _, outside = f.source.partition("def program(x, ")
    assert "secretive_1 = " in outside
    assert "secretive_1 = " not in body


@pytest.mark.parametrize("has_weights", [True, False])
def test_what_is_placed_in_rows_adds_up_to_itself(has_weights):
    x, y, v = T.dmatrix("x"), T.lvector("y"), T.dvector("v")
    cost = (x[T.arange(y.shape[0]), y] * (v if has_weights else 3.0)).sum()
    f = minigrad.function([x, y, v], T.grad(cost, x).sum(axis=1), on_unused_input="ignore")
    labels, weights = np.arange(40) % 3, np.linspace(-1, 1, 40)
    expected = weights if has_weights else np.full(40, 3.0)
    np.testing.assert_array_equal(f(np.ones((40, 3)), labels, weights), expected)
    assert "placed" not in f.source[f.source.rindex("def ") :]
    labels[7] = 3
    with pytest.raises(IndexError):
        f(np.ones((40, 3)), labels, weights)


def test_a_diagonal_of_a_matrix_of_another_size_is_not_taken_for_a_pick_of_each_row():
    x, y = T.dmatrices("x", "y")
    kept = y[(y[:, 0] > 0).nonzero()]  # of how many rows is not known
    f = minigrad.function([x, y], [x.sum(), T.trace(kept)])
    values = np.arange(1, 13).reshape(4, 3)
    assert f(np.ones((1000, 2)), values) == [2000, np.trace(values)]


def test_a_label_out_of_range_is_told_with_the_line_that_uses_it(rows):
    x, y = T.dmatrix("x"), T.lvector("y")
    picked = T.tanh(x)[T.arange(y.shape[0]), y]  # picked here
    with tiny_cache:
        f = minigrad.function([x, y], picked.sum())
        labels = np.zeros(53, int)
        f(rows, labels)
        labels[40] = 4
        with pytest.raises(IndexError, match=r"index 4 is out of bounds[^$]*# picked here"):
            f(rows, labels)


@pytest.mark.parametrize("rows", [50, 300_000], ids=["at once", "in blocks"])
@pytest.mark.parametrize("label", [3, -4])
@pytest.mark.parametrize("computes_the_cost", [True, False])
def test_a_label_that_is_no_column_is_refused_though_only_placing_by_it_checks(
    rows, label, computes_the_cost
):
    X, y, W = T.dmatrix("X"), T.lvector("y"), minigrad.shared(np.zeros((4, 3)))
    cost = -T.mean(T.log(T.nnet.softmax(X.dot(W)))[T.arange(y.shape[0]), y])
    f = minigrad.function([X, y], [cost] * computes_the_cost + [minigrad.grad(cost, W)])
    data, labels = np.ones((rows, 4)), np.zeros(rows, "int64")
    f(data, labels)
    assert "check_" not in f.source
    labels[rows // 2] = label
    with pytest.raises(IndexError, match=f"{label} is out of bounds for axis 1 with size 3"):
        f(data, labels)
