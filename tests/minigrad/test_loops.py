"""Test what is done with loops: a step computes only what it must, and keeps only what is read."""

import re

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import grad, scan
from minigrad.theano.scan_module import until

RNG = np.random.default_rng(0)


def network():
    """The hidden states of a recurrent network, its input and its weights."""
    X = T.dtensor3("X")
    W, U = (
        minigrad.shared(RNG.normal(size=s) / 2, name=n) for n, s in [("W", (3, 4)), ("U", (4, 4))]
    )
    b = minigrad.shared(np.zeros(4), name="b")
    h, _ = scan(
        lambda x, h: T.tanh(T.dot(x, W) + T.dot(h, U) + b), X, T.zeros((2, 4)), n_steps=X.shape[0]
    )
    return X, [W, U, b], h


def parts(f):
    """The functions of steps, and the program that calls them."""
    functions = re.split(r"\ndef ", f.source)
    return functions[1:-1], functions[-1]


@pytest.mark.planner
@pytest.mark.numpy_program
def test_products_with_sequences_are_computed_for_all_steps_before_the_loop():
    X, _, h = network()
    f = minigrad.function([X], h)
    f(np.ones((5, 2, 3)))
    (step,), program = parts(f)
    assert step.count("dot(") == 1
    assert program.index("dot(") < program.index("for ")


@pytest.mark.planner
@pytest.mark.numpy_program
def test_a_loop_and_its_derivative_are_two_loops_and_weights_get_one_product():
    X, weights, h = network()
    f = minigrad.function([X], [h[-1], *grad(h.sum() ** 2, weights)])
    f(np.ones((5, 2, 3)))
    steps, program = parts(f)
    assert program.count("for ") == 2
    assert [step.count("dot(") for step in steps] == [1, 1]
    assert program.rindex("dot(") > program.rindex("for ")


@pytest.mark.numpy_program
def test_results_that_no_state_needs_are_computed_after_the_loop():
    X, _, h = network()
    V = minigrad.shared(RNG.normal(size=(4, 2)), name="V")
    x = T.dmatrix("x")
    (h, y), _ = scan(
        lambda x, h: [T.tanh(x + h), T.nnet.softmax(T.dot(T.tanh(x + h), V))],
        X,
        [T.zeros_like(X[0]), None],
    )
    f = minigrad.function([X], y)
    values = RNG.normal(size=(5, 2, 4))
    got = f(values)
    (step,), program = parts(f)
    assert "softmax" not in step
    assert program.index("softmax") > program.index("for ")
    state, expected = np.zeros((2, 4)), []
    for x in values:
        state = np.tanh(x + state)
        e = np.exp(state @ V.get_value())
        expected.append(e / e.sum(1, keepdims=True))
    np.testing.assert_allclose(got, expected)


def test_of_a_loop_whose_last_value_alone_is_read_no_others_are_kept():
    A, k = T.dvector("A"), T.iscalar("k")
    powers, _ = scan(lambda p: p * A, outputs_info=T.ones_like(A), n_steps=k)
    f = minigrad.function([A, k], powers[-1])
    np.testing.assert_array_equal(f([2, 3], 3), [8, 27])
    assert "empty" not in f.source
    assert "[i]" not in f.source
    try:
        f([2, 3], 0)
    except IndexError as error:
        assert "out of bounds" in str(error)
    else:
        raise AssertionError


def test_of_a_result_whose_last_value_alone_is_read_no_others_are_kept():
    x, W, k = T.dmatrix("x"), minigrad.shared(RNG.normal(size=(3, 3))), T.iscalar("k")

    def step(h):
        z = T.dot(h, W)
        return T.tanh(z), z

    (_, z), _ = scan(step, outputs_info=[x, None], n_steps=k)
    f = minigrad.function([x, k], z[-1])
    values = RNG.normal(size=(2, 3))
    right = np.tanh(np.tanh(values @ W.get_value()) @ W.get_value()) @ W.get_value()
    np.testing.assert_allclose(f(values, 3), right)
    assert "append" not in f.source
    assert "[i]" not in f.source
    with pytest.raises(IndexError, match="out of bounds"):
        f(values, 0)


def test_results_and_states_that_nobody_reads_are_not_computed():
    x = T.dvector("x")
    (y, *_), _ = scan(
        lambda x, y, z: [y + x, T.exp(z) * x, T.log(z)], x, [T.zeros(()), T.ones(()), None]
    )
    f = minigrad.function([x], y)
    np.testing.assert_array_equal(f([1, 2]), [1, 3])
    assert "exp" not in f.source
    assert "log" not in f.source


@pytest.mark.numpy_program
def test_what_is_the_same_in_all_steps_is_computed_once():
    x, w = T.dvector("x"), T.dvector("w")
    y, _ = scan(lambda x, h, w: h * x + T.exp(w).sum(), x, T.zeros(()), non_sequences=w)
    f = minigrad.function([x, w], y)
    np.testing.assert_allclose(f([1, 2], [0, 0]), [2, 6])
    (step,), program = parts(f)
    assert "exp" not in step
    assert program.index("exp") < program.index("for ")


def test_a_map_without_states_is_no_loop():
    x = T.dmatrix("x")
    y, _ = scan(lambda row: T.tanh(row) * row.sum(), x)
    f = minigrad.function([x], y)
    values = RNG.normal(size=(3, 2))
    np.testing.assert_allclose(f(values), np.tanh(values) * values.sum(1, keepdims=True))
    assert "for " not in f.source


def test_every_product_of_a_step_is_one_for_all_steps():
    """Vectors and matrices, changing or not, on either side."""
    shapes = {"a": (3,), "b": (3, 3)}
    for left in shapes:
        for right in shapes:
            for changing in ("left", "right", "both"):
                first, second = (
                    RNG.normal(size=(4, *shapes[left])),
                    RNG.normal(size=(4, *shapes[right])),
                )
                x = T.TensorType("float64", [None] * first.ndim)("x")
                y = T.TensorType("float64", [None] * second.ndim)("y")
                if changing == "both":
                    z, _ = scan(T.dot, [x, y])
                    expected = [np.dot(a, b) for a, b in zip(first, second, strict=True)]
                elif changing == "left":
                    z, _ = scan(lambda x, y: T.dot(x, y[0]), x, non_sequences=y)
                    expected = [np.dot(a, second[0]) for a in first]
                else:
                    z, _ = scan(lambda y, x: T.dot(x[0], y), y, non_sequences=x)
                    expected = [np.dot(first[0], b) for b in second]
                f = minigrad.function([x, y], z)
                np.testing.assert_allclose(f(first, second), expected)
                assert "for " not in f.source


def test_rows_of_a_table_are_looked_up_at_once_and_their_derivative_added_up():
    numbers, table = T.lvector("numbers"), T.dmatrix("table")
    h, _ = scan(lambda i, h: T.tanh(table[i] + h), numbers, T.zeros((2,)))
    f = minigrad.function([numbers, table], [h, grad(h[-1].sum(), table)])
    values = RNG.normal(size=(3, 2))
    got, gradient = f([0, 2, 2], values)
    state = np.zeros(2)
    for i in (0, 2, 2):
        state = np.tanh(values[i] + state)
    np.testing.assert_allclose(got[-1], state)
    first, *steps = parts(f)[0]
    assert "table" not in first
    eps = 1e-6 * np.eye(1, 6, 5).reshape(3, 2)
    more, less = f([0, 2, 2], values + eps)[0][-1].sum(), f([0, 2, 2], values - eps)[0][-1].sum()
    np.testing.assert_allclose(gradient[2, 1], (more - less) / 2e-6, rtol=1e-6)
    assert not gradient[1].any()


def test_a_while_loop_keeps_what_its_condition_needs():
    x = T.dscalar("x")
    (y, z), _ = scan(
        lambda y: ([2 * y, y**2], until(2 * y > 10)), outputs_info=[x, None], n_steps=100
    )
    f = minigrad.function([x], [z, grad(z.sum(), x)])
    got, slope = f(1.0)
    np.testing.assert_array_equal(got, [1, 4, 16, 64])
    assert slope == 2 * (1 + 4 + 16 + 64)


# Functions of the matrix of a step, in minigrad and in NumPy; all steps are done in one go.
OF_A_STEP = {
    "sum": (lambda x: x.sum(axis=0), lambda x: x.sum(axis=0)),
    "max": (lambda x: x.max(axis=1), lambda x: x.max(axis=1)),
    "softmax": (
        lambda x: T.nnet.softmax(x, axis=0),
        lambda x: np.exp(x) / np.exp(x).sum(axis=0),
    ),
    "another order": (lambda x: x.dimshuffle(1, "x", 0), lambda x: x.T[:, None]),
    "part": (lambda x: x[1, ::-1], lambda x: x[1, ::-1]),
    "joined": (lambda x: T.concatenate([x, 2 * x], axis=1), lambda x: np.hstack([x, 2 * x])),
    "another shape": (lambda x: x.reshape((3, 2)), lambda x: x.reshape(3, 2)),
    "checked": (lambda x: T.specify_shape(x, (2, 3)), lambda x: x),
    "with another": (lambda x: x + x.sum(axis=0), lambda x: x + x.sum(axis=0)),
    "products of pairs": (
        lambda x: T.batched_dot(x.dimshuffle("x", 0, 1), x.dimshuffle("x", 1, 0)),
        lambda x: (x @ x.T)[None],
    ),
}


@pytest.mark.parametrize("name", OF_A_STEP)
def test_what_is_done_to_each_element_is_done_to_all_at_once(name):
    of_variables, of_arrays = OF_A_STEP[name]
    x = T.dtensor3("x")
    y, _ = scan(of_variables, x)
    values = RNG.normal(size=(4, 2, 3))
    f = minigrad.function([x], y)
    np.testing.assert_allclose(f(values), [of_arrays(v) for v in values], rtol=1e-12)
    assert "for " not in f.source


class Doubled(minigrad.Op):
    """2 · x; how that is done for all steps, nobody is told."""

    __props__ = ()
    itypes = otypes = [T.dvector]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]


class DoubledAtOnce(Doubled):
    """2 · x, of vectors in a step, and of a matrix of all of them."""

    def make_node(self, x):
        return minigrad.Apply(self, [x], [x.type()])

    def at_once(self, node, inputs):
        return self(inputs[0][0])


@pytest.mark.parametrize(("op", "is_loop"), [(Doubled(), True), (DoubledAtOnce(), False)])
def test_an_op_of_a_users_leaves_the_loop_if_it_tells_how(op, is_loop):
    x = T.dmatrix("x")
    y, _ = scan(lambda row: op(row), x)
    f = minigrad.function([x], y)
    values = RNG.normal(size=(3, 2))
    np.testing.assert_array_equal(f(values), 2 * values)
    assert ("for " in f.source) == is_loop


@pytest.mark.numpy_program
def test_what_would_be_far_larger_for_all_steps_stays_in_the_loop():
    x, M = T.dmatrix("x"), minigrad.shared(RNG.normal(size=(5, 3)), name="M")
    h, _ = scan(lambda row, h: T.tanh(h + T.exp(row + M).sum(axis=0)), x, T.zeros((3,)))
    f = minigrad.function([x], h)
    values = RNG.normal(size=(4, 3))
    got, state = f(values), np.zeros(3)
    for row, found in zip(values, got, strict=True):
        state = np.tanh(state + np.exp(row + M.get_value()).sum(axis=0))
        np.testing.assert_allclose(found, state)
    (step,), program = parts(f)
    assert "exp(" in step
    assert "exp(" not in program


def test_an_element_whose_place_changes_is_looked_up_step_by_step():
    x, places = T.dmatrix("x"), T.lvector("places")
    y, _ = scan(lambda row, place: row[place], [x, places])
    values = RNG.normal(size=(3, 4))
    np.testing.assert_array_equal(
        minigrad.function([x, places], y)(values, [3, 0, 2]), values[[0, 1, 2], [3, 0, 2]]
    )


# What is made of the first elements of each row, and of the positive ones.
OF_ANOTHER_SIZE = {
    "the first ones": (lambda x, n: T.exp(x[:n]).sum(), lambda x, n: np.exp(x[:n]).sum()),
    "a mean": (lambda x, n: T.tanh(x)[:n].mean(), lambda x, n: np.tanh(x)[:n].mean()),
    "a mask": (lambda x, n: T.sqr(x[x > 0]).sum(), lambda x, n: np.sum(x[x > 0] ** 2)),
    "places": (
        lambda x, n: T.dot(x[(x > 0).nonzero()], x[(x > 0).nonzero()]) * n,
        lambda x, n: n * np.sum(x[x > 0] ** 2),
    ),
    "a range": (
        lambda x, n: (T.arange(n) * x[:n]).sum(),
        lambda x, n: (np.arange(n) * x[:n]).sum(),
    ),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("case", OF_ANOTHER_SIZE)
def test_what_has_another_size_in_each_step_stays_in_the_loop(case, mode):
    build, by_hand = OF_ANOTHER_SIZE[case]
    X, sizes = T.dmatrix("X"), T.ivector("sizes")
    y, _ = scan(build, sequences=[X, sizes])
    values, lengths = RNG.normal(size=(3, 5)), np.array([2, 5, 1], "int32")
    f = minigrad.function([X, sizes], [y, grad(y.sum(), X)], mode=mode)
    got, gradient = f(values, lengths)
    np.testing.assert_allclose(
        got, [by_hand(x, n) for x, n in zip(values, lengths, strict=True)], rtol=1e-12
    )
    shift = 1e-6 * RNG.normal(size=values.shape)
    moved = f(values + shift, lengths)[0] - f(values - shift, lengths)[0]
    np.testing.assert_allclose(2 * np.sum(gradient * shift), moved.sum(), rtol=1e-6, atol=1e-12)
