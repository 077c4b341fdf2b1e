"""Reductions, shapes, indexing, joining, products, making: values, programs, derivatives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import minigrad
import minigrad.tensor as T
from minigrad.testing import assert_program_agrees, check_grad

RNG = np.random.RandomState(0)
A = np.round(RNG.uniform(-2, 2, (2, 3)), 3)
B = np.round(RNG.uniform(-2, 2, (3, 4)), 3)
V = np.round(RNG.uniform(-2, 2, 3), 3)
C = np.round(RNG.uniform(-2, 2, (2, 3, 4)), 3)
D = np.round(RNG.uniform(-2, 2, (2, 4, 2)), 3)
SQUARE = np.round(RNG.uniform(-2, 2, (3, 3)), 3)
SCALAR = np.array(1.25)

# claim: ours, NumPy's, and the arguments; each has derivatives of the first and second order.
SMOOTH = {
    # reductions
    "sum": (lambda x: x.sum(), np.sum, [A]),
    "sum of an axis": (lambda x: x.sum(axis=0), lambda x: x.sum(axis=0), [A]),
    "sum of the last axis, kept": (
        lambda x: T.sum(x, axis=-1, keepdims=True),
        lambda x: x.sum(axis=-1, keepdims=True),
        [A],
    ),
    "sum of two axes": (lambda x: x.sum(axis=(0, 2)), lambda x: x.sum(axis=(0, 2)), [C]),
    "sum of no axis": (lambda x: T.sum(x, axis=()), lambda x: x.sum(axis=()), [A]),
    "sum of many rows": (
        lambda x: T.sum(T.repeat(x, 20, axis=0), axis=0),
        lambda x: np.repeat(x, 20, axis=0).sum(axis=0),
        [A],
    ),
    "mean": (lambda x: x.mean(axis=1), lambda x: x.mean(axis=1), [A]),
    "prod": (lambda x: x.prod(axis=0), lambda x: x.prod(axis=0), [A]),
    "prod of all": (lambda x: T.prod(x), np.prod, [A]),
    "var": (lambda x: x.var(axis=1), lambda x: x.var(axis=1), [A]),
    "var with ddof": (lambda x: T.var(x, ddof=1), lambda x: x.var(ddof=1), [A]),
    "std": (lambda x: x.std(axis=1), lambda x: x.std(axis=1), [A]),
    "max": (lambda x: x.max(axis=1), lambda x: x.max(axis=1), [A]),
    "min": (lambda x: x.min(), np.min, [A]),
    "max of two axes": (lambda x: T.max(x, axis=(0, 2)), lambda x: x.max(axis=(0, 2)), [C]),
    "ptp": (lambda x: T.ptp(x, axis=0), lambda x: np.ptp(x, axis=0), [A]),
    "norm": (lambda x: x.norm(2), np.linalg.norm, [A]),
    "norm of order 3": (
        lambda x: T.norm(x, 3, axis=1),
        lambda x: np.linalg.norm(x, 3, axis=1),
        [A],
    ),
    "norm of order inf": (
        lambda x: T.norm(x, np.inf, axis=1),
        lambda x: np.linalg.norm(x, np.inf, axis=1),
        [A],
    ),
    "logsumexp": (lambda x: T.logsumexp(x), lambda x: np.log(np.exp(x).sum()), [A]),
    "cumsum": (lambda x: T.cumsum(x, axis=1), lambda x: x.cumsum(axis=1), [A]),
    "cumsum of all": (lambda x: x.cumsum(), np.cumsum, [A]),
    # shapes
    "reshape": (lambda x: x.reshape((3, 2)), lambda x: x.reshape(3, 2), [A]),
    "reshape with -1": (lambda x: x.reshape((-1, 4)), lambda x: x.reshape(-1, 4), [C]),
    "reshape to a symbolic shape": (
        lambda x, y: x.reshape(y.T.shape) * y.T,
        lambda x, y: x.reshape(3, 2) * y.T,
        [A, A + 1],
    ),
    "flatten": (lambda x: x.flatten(), np.ravel, [C]),
    "flatten to two": (lambda x: x.flatten(2), lambda x: x.reshape(2, 12), [C]),
    "ravel": (lambda x: x.ravel(), np.ravel, [A]),
    "transpose": (lambda x: x.transpose(2, 0, 1), lambda x: x.transpose(2, 0, 1), [C]),
    ".T": (lambda x: x.T, np.transpose, [C]),
    "swapaxes": (lambda x: x.swapaxes(0, 2), lambda x: x.swapaxes(0, 2), [C]),
    "moveaxis": (lambda x: T.moveaxis(x, 0, -1), lambda x: np.moveaxis(x, 0, -1), [C]),
    "dimshuffle": (
        lambda x: x.dimshuffle(1, "x", 0),
        lambda x: x.transpose(1, 0)[:, None, :],
        [A],
    ),
    "expand_dims": (lambda x: T.expand_dims(x, 1), lambda x: x[:, None], [A]),
    "squeeze": (lambda x: T.squeeze(x[:, None]), lambda x: x, [A]),
    "shape_padleft": (lambda x: T.shape_padleft(x, 2), lambda x: x[None, None], [A]),
    "shape_padright": (lambda x: T.shape_padright(x), lambda x: x[..., None], [A]),
    "shape_padaxis": (lambda x: T.shape_padaxis(x, 1), lambda x: x[:, None], [A]),
    "tile": (lambda x: T.tile(x, (2, 3)), lambda x: np.tile(x, (2, 3)), [A]),
    "tile by more": (lambda x: T.tile(x, (2, 1, 2)), lambda x: np.tile(x, (2, 1, 2)), [A]),
    "repeat": (lambda x: x.repeat(2, axis=1), lambda x: x.repeat(2, axis=1), [A]),
    "repeat each": (
        lambda x: T.repeat(x, [1, 0, 2], axis=1),
        lambda x: x.repeat([1, 0, 2], axis=1),
        [A],
    ),
    "roll": (lambda x: T.roll(x, 2, axis=1), lambda x: np.roll(x, 2, axis=1), [A]),
    "roll of all": (lambda x: T.roll(x, -1), lambda x: np.roll(x, -1), [A]),
    "addbroadcast": (
        lambda x, y: T.addbroadcast(x[:1], 0) + y,
        lambda x, y: x[:1] + y,
        [A, A + 1],
    ),
    # indexing
    "integer": (lambda x: x[1], lambda x: x[1], [A]),
    "negative integer": (lambda x: x[-1, -2], lambda x: x[-1, -2], [A]),
    "slice": (lambda x: x[:, 1:], lambda x: x[:, 1:], [A]),
    "slice with a step": (lambda x: x[..., ::-2], lambda x: x[..., ::-2], [C]),
    "new axis": (lambda x: x[:, None, 0], lambda x: x[:, None, 0], [A]),
    "ellipsis": (lambda x: x[0, ..., 1], lambda x: x[0, ..., 1], [C]),
    "integer array": (lambda x: x[[0, 1, 0]], lambda x: x[[0, 1, 0]], [A]),
    "two integer arrays": (lambda x: x[[0, 1], [2, 0]], lambda x: x[[0, 1], [2, 0]], [A]),
    "arrays apart": (
        lambda x: x[[0, 1], :, [2, 0]],
        lambda x: x[[0, 1], :, [2, 0]],
        [C],
    ),
    "mask": (
        lambda x: x[T.constant(A > 0)],
        lambda x: x[A > 0],
        [A],
    ),
    "symbolic bounds": (
        lambda x: x[:, : x.shape[0]],
        lambda x: x[:, :2],
        [A],
    ),
    "take": (lambda x: T.take(x, [2, 0], axis=1), lambda x: x.take([2, 0], axis=1), [A]),
    "take of all": (lambda x: x.take([5, 0]), lambda x: x.take([5, 0]), [A]),
    "set_subtensor": (
        lambda x, y: T.set_subtensor(x[0], y),
        lambda x, y: np.stack([y, x[1]]),
        [A, V],
    ),
    "inc_subtensor": (
        lambda x, y: T.inc_subtensor(x[:, 1:], y[1:]),
        lambda x, y: x + np.concatenate([[0], y[1:]]),
        [A, V],
    ),
    "inc_subtensor of repeated indices": (
        lambda x, y: T.inc_subtensor(x[[0, 0]], y),
        lambda x, y: np.stack([x[0] + 2 * y, x[1]]),
        [A, V],
    ),
    "diagonal": (lambda x: T.diagonal(x, 1), lambda x: x.diagonal(1), [SQUARE]),
    "diag of a vector": (lambda x: T.diag(x), np.diag, [V]),
    "diag of a matrix": (lambda x: T.diag(x), np.diag, [SQUARE]),
    "trace": (lambda x: x.trace(), np.trace, [SQUARE]),
    "tril": (lambda x: T.tril(x), np.tril, [SQUARE]),
    "triu": (lambda x: T.triu(x, 1), lambda x: np.triu(x, 1), [SQUARE]),
    # joining
    "concatenate": (
        lambda x, y: T.concatenate([x, y], axis=1),
        lambda x, y: np.concatenate([x, y], axis=1),
        [A, A[:, :2]],
    ),
    "join": (
        lambda x, y: T.join(0, x, y),
        lambda x, y: np.concatenate([x, y]),
        [A, SQUARE],
    ),
    "stack": (
        lambda x, y: T.stack([x, y], axis=1),
        lambda x, y: np.stack([x, y], axis=1),
        [A, A + 1],
    ),
    "stacklists": (
        lambda x, y: T.stacklists([[x, y], [y, x]]),
        lambda x, y: np.array([[x, y], [y, x]]),
        [SCALAR, SCALAR + 1],
    ),
    "split": (
        lambda x: T.split(x, [1, 2], 2, axis=1)[1],
        lambda x: x[:, 1:],
        [A],
    ),
    # products
    "vector by vector": (T.dot, np.dot, [V, V + 1]),
    "matrix by vector": (T.dot, np.dot, [A, V]),
    "vector by matrix": (T.dot, np.dot, [V, B]),
    "matrix by matrix": (T.dot, np.dot, [A, B]),
    "scalar by matrix": (T.dot, np.dot, [SCALAR, A]),
    "tensor by matrix": (T.dot, np.dot, [C, B.T]),
    "@": (lambda x, y: x @ y, np.matmul, [A, B]),
    "@ of batches": (lambda x, y: x @ y, np.matmul, [C, D]),
    "@ of a vector and batches": (lambda x, y: x @ y, np.matmul, [V, C]),
    "outer": (T.outer, np.outer, [V, A]),
    "tensordot": (
        lambda x, y: T.tensordot(x, y, [[1, 0], [0, 1]]),
        lambda x, y: np.tensordot(x, y, [[1, 0], [0, 1]]),
        [C, C.transpose(1, 0, 2)],
    ),
    "tensordot of two axes": (T.tensordot, np.tensordot, [C, C[0]]),
    "batched_dot": (T.batched_dot, np.matmul, [C, D]),
    "batched_dot of matrices": (T.batched_dot, lambda x, y: (x * y).sum(axis=1), [A, A + 1]),
    "batched_tensordot": (
        lambda x, y: T.batched_tensordot(x, y, [[2], [1]]),
        np.matmul,
        [C, D],
    ),
    # making
    "zeros_like": (lambda x: T.zeros_like(x) + x, lambda x: x, [A]),
    "ones_like": (lambda x: T.ones_like(x) * x, lambda x: x, [A]),
    "fill": (T.fill, lambda x, y: np.full_like(x, y), [A, SCALAR]),
    "alloc": (lambda x: T.alloc(x, 4, 2, 3), lambda x: np.broadcast_to(x, (4, 2, 3)), [A]),
    "identity_like": (
        lambda x: T.identity_like(x) * x,
        lambda x: np.eye(3) * x,
        [SQUARE],
    ),
    # neural networks
    "softmax": (
        lambda x: T.nnet.softmax(x),
        lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True),
        [A],
    ),
    "softmax of an axis": (
        lambda x: T.nnet.softmax(x, axis=0),
        lambda x: np.exp(x) / np.exp(x).sum(axis=0, keepdims=True),
        [A],
    ),
    "softmax of a vector is a row": (
        lambda x: T.nnet.softmax(x),
        lambda x: (np.exp(x) / np.exp(x).sum())[None],
        [V],
    ),
    "logsoftmax": (
        lambda x: T.nnet.logsoftmax(x),
        lambda x: x - np.log(np.exp(x).sum(axis=1, keepdims=True)),
        [A],
    ),
    "softsign": (T.nnet.softsign, lambda x: x / (1 + np.abs(x)), [A]),
    "relu": (T.nnet.relu, lambda x: np.maximum(x, 0), [A]),
    "leaky relu": (lambda x: T.nnet.relu(x, 0.1), lambda x: np.where(x > 0, x, 0.1 * x), [A]),
    "elu": (T.nnet.elu, lambda x: np.where(x > 0, x, np.expm1(x)), [A]),
    "selu": (
        T.nnet.selu,
        lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
        [A],
    ),
    "hard_sigmoid": (
        T.nnet.hard_sigmoid,
        lambda x: np.clip(0.2 * x + 0.5, 0, 1),
        [A],
    ),
    "binary_crossentropy": (
        lambda x, t: T.nnet.binary_crossentropy(T.nnet.sigmoid(x), T.nnet.sigmoid(t)),
        lambda x, t: np.logaddexp(0, -x) / (1 + np.exp(-t)) + np.logaddexp(0, x) / (1 + np.exp(t)),
        [A, A + 0.5],
    ),
    "categorical_crossentropy": (
        lambda x: T.nnet.categorical_crossentropy(T.nnet.softmax(x), T.constant([2, 0])),
        lambda x: np.log(np.exp(x).sum(axis=1)) - x[[0, 1], [2, 0]],
        [A],
    ),
}


def inputs_for(values):
    return [
        T.TensorType(v.dtype, [1 if size == 1 else None for size in v.shape])(f"x{i}")
        for i, v in enumerate(values)
    ]


@pytest.mark.parametrize("claim", SMOOTH)
def test_the_value_is_numpys(claim):
    ours, numpys, values = SMOOTH[claim]
    inputs = inputs_for(values)
    result = ours(*inputs).eval(dict(zip(inputs, values, strict=True)))
    expected = numpys(*values)
    assert result.shape == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("claim", SMOOTH)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_program_computes_the_same(claim, dtype):
    ours, _, values = SMOOTH[claim]
    values = [v.astype(dtype) for v in values]
    inputs = inputs_for(values)
    assert_program_agrees(inputs, [ours(*inputs)], values)


@pytest.mark.parametrize("claim", SMOOTH)
def test_float32_stays_float32(claim):
    ours, _, values = SMOOTH[claim]
    inputs = inputs_for([v.astype("float32") for v in values])
    assert ours(*inputs).dtype == "float32"


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("claim", SMOOTH)
def test_the_derivative_is_that_of_finite_differences(claim, order):
    ours, _, values = SMOOTH[claim]
    check_grad(ours, *values, order=order)


@pytest.mark.parametrize("claim", SMOOTH)
def test_a_strided_read_only_argument_gives_the_same(claim):
    ours, _, values = SMOOTH[claim]
    inputs = inputs_for(values)
    f = minigrad.function(inputs, ours(*inputs))
    awkward = [np.repeat(v, 2, axis=-1)[..., ::2] if v.ndim else np.array(v) for v in values]
    for value in awkward:
        value.flags.writeable = False
    np.testing.assert_allclose(f(*awkward), f(*values), rtol=1e-13)
    np.testing.assert_allclose(f(*[np.array(v, order="F") for v in values]), f(*values), rtol=1e-13)


@pytest.mark.parametrize("claim", SMOOTH)
def test_the_inferred_shape_is_the_shape(claim):
    ours, numpys, values = SMOOTH[claim]
    inputs = inputs_for(values)
    f = minigrad.function(inputs, ours(*inputs).shape, on_unused_input="ignore")
    assert tuple(f(*values)) == np.shape(numpys(*values))


DTYPES = ["bool", "int8", "int64", "uint8", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name", ["sum", "prod", "max", "min", "all", "any", "argmax", "argmin", "cumsum"]
)
@given(data=st.data())
def test_a_reduction_is_numpys_for_every_dtype_shape_and_axis(name, dtype, data):
    shape = data.draw(array_shapes(min_dims=1, max_dims=3, max_side=3))
    value = data.draw(arrays(dtype, shape, elements=st.integers(0, 1 if dtype == "bool" else 3)))
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    x = T.TensorType(dtype, (None,) * len(shape))("x")
    expression = getattr(T, name)(x, axis=axis)
    result = expression.eval({x: value})
    expected = getattr(np, name)(value, axis=axis)
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == expected.dtype
    assert_program_agrees([x], [expression], [value])


@pytest.mark.parametrize("name", ["sum", "prod", "all", "any", "mean"])
def test_a_reduction_of_nothing_is_numpys(name):
    x = T.dmatrix("x")
    with np.errstate(all="ignore"):
        result = getattr(T, name)(x, axis=0).eval({x: np.zeros((0, 3))})
    expected = {"sum": 0, "prod": 1, "all": True, "any": False, "mean": np.nan}[name]
    np.testing.assert_array_equal(result, [expected] * 3)


def test_the_mean_of_integers_is_float64():
    x = T.lvector("x")
    assert x.mean().eval({x: [1, 2]}) == 1.5


def test_max_and_argmax_come_together():
    x = T.dmatrix("x")
    largest, where = T.max_and_argmax(x, axis=1)
    np.testing.assert_array_equal(largest.eval({x: A}), A.max(axis=1))
    np.testing.assert_array_equal(where.eval({x: A}), A.argmax(axis=1))


def test_the_derivative_of_a_product_is_right_where_factors_are_zero():
    x = T.dvector("x")
    slope = minigrad.grad(T.prod(x), x)
    assert slope.eval({x: [0.0, 2.0, 3.0]}).tolist() == [6.0, 0.0, 0.0]
    assert slope.eval({x: [0.0, 0.0, 3.0]}).tolist() == [0.0, 0.0, 0.0]


MADE = {
    "zeros": (lambda: T.zeros((2, 3)), np.zeros((2, 3))),
    "ones": (lambda: T.ones((2,), dtype="int8"), np.ones(2, "int8")),
    "eye": (lambda: T.eye(3, 4, 1), np.eye(3, 4, 1)),
    "arange": (lambda: T.arange(5), np.arange(5)),
    "arange from to by": (lambda: T.arange(2, 10, 3), np.arange(2, 10, 3)),
    "arange of floats": (lambda: T.arange(0.0, 1.0, 0.25), np.arange(0.0, 1.0, 0.25)),
    "arange downwards": (lambda: T.arange(5, 0, -2), np.arange(5, 0, -2)),
    "linspace": (lambda: T.linspace(0, 1, 5), np.linspace(0, 1, 5)),
    "tri": (lambda: T.tri(3, 4, 1), np.tri(3, 4, 1)),
    "mgrid": (lambda: T.mgrid[0:2, 0:3][1], np.mgrid[0:2, 0:3][1]),
    "ogrid": (lambda: T.ogrid[0:2, 0:3][1], np.ogrid[0:2, 0:3][1]),
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_is_numpys(name):
    build, expected = MADE[name]
    result = build().eval()
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == expected.dtype
    assert_program_agrees([], [build()], [])


def test_what_is_made_may_have_a_symbolic_size():
    n = T.lscalar("n")
    outputs = [T.zeros((n, 2)), T.arange(n), T.eye(n), T.tri(n)]
    assert_program_agrees([n], outputs, [np.array(3)])


def test_nonzero_and_its_values_are_numpys():
    x = T.dmatrix("x")
    value = np.array([[0.0, 1.0], [2.0, 0.0]])
    rows, columns = x.nonzero()
    np.testing.assert_array_equal(rows.eval({x: value}), [0, 1])
    np.testing.assert_array_equal(columns.eval({x: value}), [1, 0])
    np.testing.assert_array_equal(x.nonzero_values().eval({x: value}), [1, 2])


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
def test_choose_is_numpys(mode):
    a = np.array([0, 1, 2 if mode != "raise" else 1])
    choices = [np.array([1, 2, 3]), np.array([10, 20, 30])]
    result = T.choose(T.constant(a), choices, mode=mode).eval()
    np.testing.assert_array_equal(result, np.choose(a, choices, mode=mode))


keys = st.tuples(
    *[
        st.integers(-2, 1) | st.slices(3) | st.lists(st.integers(-2, 1), min_size=2, max_size=2)
        for _ in range(2)
    ]
)


@given(keys)
def test_any_key_of_integers_slices_and_lists_selects_as_numpys(key):
    x = T.dmatrix("x")
    np.testing.assert_array_equal(x[key].eval({x: SQUARE}), SQUARE[key])
    assert_program_agrees([x], [x[key]], [SQUARE])


@given(keys)
def test_any_key_has_a_derivative(key):
    if SQUARE[key].size:
        check_grad(lambda x: x[key], SQUARE)


@given(keys)
def test_any_key_can_be_set_and_added_to(key):
    x = T.dmatrix("x")
    expected = SQUARE.copy()
    expected[key] = 7
    np.testing.assert_array_equal(T.set_subtensor(x[key], 7).eval({x: SQUARE}), expected)
    expected = SQUARE.copy()
    np.add.at(expected, key, 1.5)
    np.testing.assert_allclose(T.inc_subtensor(x[key], 1.5).eval({x: SQUARE}), expected)


@pytest.mark.parametrize(
    ("build", "error", "problem"),
    [
        (lambda x: x[0, 0, 0], IndexError, "too many indices"),
        (lambda x: x[1.5], TypeError, "an index is an integer"),
        (lambda x: x["a"], TypeError, "an index is an integer"),
        (lambda x: x.reshape((-1, -1)), ValueError, "only one size can be -1"),
        (lambda x: x.dimshuffle(0), ValueError, "drops axis 1"),
        (lambda x: x.flatten(3), ValueError, "ndim must be from 1 to 2"),
        (lambda x: T.concatenate([x, x.sum()]), ValueError, "same number of dimensions"),
        (lambda x: T.stack([]), ValueError, "at least one"),
        (lambda x: T.set_subtensor(x, 1), TypeError, "index expression"),
        (lambda x: T.set_subtensor(x[0].astype("int64")[0], 1.5), TypeError, "fit"),
        (lambda x: T.tensordot(x, x, [[0, 1], [0]]), ValueError, "2 axes"),
        (lambda x: x @ 2.0, ValueError, "use \\*"),
        (lambda x: T.specify_shape(x, (1, 2, 3)), ValueError, "2 dimensions; got 3"),
        (lambda x: T.nnet.softmax(x.sum()), ValueError, "scalar"),
        (lambda x: T.cast(x, "complex64"), TypeError, "no complex numbers"),
        (lambda x: T.as_tensor_variable({}), TypeError, "made of numbers"),
        (lambda x: T.no_such_name, AttributeError, "minigrad.tensor has no"),
    ],
)
def test_what_cannot_be_is_refused_when_written(build, error, problem):
    with pytest.raises(error, match=problem):
        build(T.dmatrix("x"))


PREFIXES = {"b": "int8", "w": "int16", "i": "int32", "l": "int64", "f": "float32", "d": "float64"}
SHAPES = {
    "scalar": (),
    "vector": (None,),
    "row": (1, None),
    "col": (None, 1),
    "matrix": (None, None),
    "tensor3": (None,) * 3,
    "tensor4": (None,) * 4,
    "tensor5": (None,) * 5,
}
PLURALS = {"row": "rows", "col": "cols", "matrix": "matrices", "tensor3": "tensor3s"}


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("prefix", ["", *PREFIXES])
def test_every_constructor_makes_its_type(prefix, kind):
    variable = getattr(T, prefix + kind)("x")
    assert variable.name == "x"
    assert variable.dtype == PREFIXES.get(prefix, "float64")
    assert variable.type.shape == SHAPES[kind]


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("prefix", ["", *PREFIXES])
def test_every_plural_makes_several(prefix, kind):
    plural = getattr(T, prefix + PLURALS.get(kind, f"{kind}s"))
    assert [v.name for v in plural("a", "b")] == ["a", "b"]
    assert len(plural(3)) == 3


def test_a_type_takes_theanos_broadcastable_pattern():
    assert T.TensorType("float32", (True, False))("x").broadcastable == (True, False)


def test_numpy_arrays_combine_from_the_left():
    x = T.dvector("x")
    assert (np.ones(2) * x).eval({x: [1.0, 2.0]}).tolist() == [1.0, 2.0]
    assert (np.float64(2) - x).eval({x: [1.0]}).tolist() == [1.0]


OPERATORS = {
    "+": (lambda x, y: x + y),
    "-": (lambda x, y: x - y),
    "*": (lambda x, y: x * y),
    "/": (lambda x, y: x / y),
    "//": (lambda x, y: x // y),
    "%": (lambda x, y: x % y),
    "**": (lambda x, y: x**y),
    "<": (lambda x, y: x < y),
    "<=": (lambda x, y: x <= y),
    ">": (lambda x, y: x > y),
    ">=": (lambda x, y: x >= y),
}


@pytest.mark.parametrize("symbol", OPERATORS)
def test_an_operator_is_numpys_from_either_side(symbol):
    operator, value = OPERATORS[symbol], np.array([1.0, 2.0, 3.0])
    x = T.dvector("x")
    for left, right in [(x, x + 1), (x, 2), (2, x)]:
        expression = operator(left, right)
        a, b = (
            side.eval({x: value}) if isinstance(side, minigrad.Variable) else side
            for side in (left, right)
        )
        np.testing.assert_array_equal(expression.eval({x: value}), operator(a, b))


def test_equality_is_identity_so_that_variables_can_be_keys():
    x, y = T.dscalar("x"), T.dscalar("x")
    assert x == x
    assert x != y
    assert {x: 1}[x] == 1
