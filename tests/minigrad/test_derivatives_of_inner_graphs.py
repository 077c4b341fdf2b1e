"""Derivatives of what is inside of loops, choices and `OpFromGraph`: the same as outside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad import OpFromGraph, scan
from minigrad.gradient import (
    DisconnectedInputError,
    DisconnectedType,
    NullTypeGradError,
    disconnected_grad,
    grad_undefined,
    zero_grad,
)
from minigrad.theano.ifelse import ifelse


class Product(minigrad.Op):
    """x · y, whose `grad` returns something else for y."""

    __props__ = ("by_y",)

    def make_node(self, x, y):
        return minigrad.Apply(self, [x, y], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.asarray(inputs[0] * inputs[1])

    def grad(self, inputs, output_grads):
        return [output_grads[0] * inputs[1], self.by_y(self, inputs[1], output_grads[0])]


FUNCTIONS = {
    "a derivative": lambda x, y: x * y**2,
    "one not written": T.gammainc,
    "a sum with one not written": lambda x, y: x * y + T.gammainc(y, x),
    "one not defined": Product(lambda op, y, g: grad_undefined(op, 1, y)),
    "one declared disconnected": Product(lambda op, y, g: DisconnectedType()()),
    "one that is None": Product(lambda op, y, g: None),
    "a number": Product(lambda op, y, g: 2.0),
    "a wrong shape": Product(lambda op, y, g: T.stack([g, g])),
    "no use of y": lambda x, y: x**2,
    "a stop at y": lambda x, y: x**2 * disconnected_grad(y),
    "zeros for y": lambda x, y: x**2 * zero_grad(y),
    "an integer in between": lambda x, y: x**2 * T.cast(y, "int32"),
}


def in_an_op(f):
    a, b = T.dscalars("a", "b")
    return OpFromGraph([a, b], [f(a, b)])


def in_an_inline_op(f):
    a, b = T.dscalars("a", "b")
    return OpFromGraph([a, b], [f(a, b)], inline=True)


def beside_an_undefined_one(f):
    a, b = T.dscalars("a", "b")
    op = OpFromGraph([a, b], [T.gammainc(a, b), f(a, b), T.gammainc(b, a)])
    return lambda x, y: op(x, y)[1]


def in_an_op_that_y_enters_unseen(f):
    a = T.dscalar("a")
    return lambda x, y: OpFromGraph([a], [f(a, y)])(x)


def in_a_choice(f):
    return lambda x, y: ifelse(x > 0, f(x, y), x)


def in_a_sum_over_two_steps(f):
    def half_of_both(x, y):
        added, _ = scan(lambda h, x, y: h + f(x, y), None, T.zeros(()), [x, y], n_steps=2)
        return added[-1] / 2

    return half_of_both


def in_a_step_from_sequences(f):
    return lambda x, y: scan(f, [T.stack([x]), T.stack([y])])[0].sum()


WRAPPERS = [
    in_an_op,
    in_an_inline_op,
    beside_an_undefined_one,
    in_an_op_that_y_enters_unseen,
    in_a_choice,
    in_a_sum_over_two_steps,
    in_a_step_from_sequences,
]


def derivative_or_error(f, place, order):
    """Return the derivative at a point; if there is none, the error and what it says of an op."""
    variables = T.dscalars("x", "y")
    result = f(*variables)
    try:
        for _ in range(order):
            result = minigrad.grad(result, variables[place])
    except (NullTypeGradError, DisconnectedInputError) as error:
        return type(error)
    except ValueError as error:
        return str(error).split(" by ")[0]
    return minigrad.function(variables, result, on_unused_input="ignore")(1.5, 2.5)


@pytest.mark.parametrize("kind", FUNCTIONS)
@settings(max_examples=16)
@given(
    st.lists(st.sampled_from(WRAPPERS), min_size=1, max_size=3),
    st.integers(0, 1),
    st.integers(1, 2),
)
def test_a_derivative_is_the_same_inside_of_other_operations(kind, wrappers, place, order):
    inside = FUNCTIONS[kind]
    expected = derivative_or_error(inside, place, order)
    for wrap in wrappers:
        inside = wrap(inside)
    found = derivative_or_error(inside, place, order)
    if isinstance(expected, np.ndarray):
        np.testing.assert_allclose(found, expected)
    else:
        assert found == expected


# Functions of a float and an integer.
FUNCTIONS_OF_INTEGERS = {
    "a product": lambda x, n: x * n,
    "a power, and a float of its own": lambda x, n: x**n + T.sin(n),
    "two dtypes": lambda x, n: x * T.cast(n, "float32") + x * n,
    "a factor that is an index, too": lambda x, n: x * n + T.constant([1.0, 2.0, 3.0, 4.0])[n],
    "integers in between": lambda x, n: x * n + x * (n * n // 2),
    "a comparison beside": lambda x, n: T.switch(n > 1, x, 2 * x) * n,
}


def of_an_op(f):
    def call(x, n):
        a, b = x.type(), n.type()
        return OpFromGraph([a, b], [f(a, b)])(x, n)

    return call


def of_an_op_that_integers_enter_unseen(f):
    def call(x, n):
        a = x.type()
        return OpFromGraph([a], [f(a, n)])(x)

    return call


def of_a_choice(f):
    return lambda x, n: ifelse(x.sum() > 0, f(x, n), x)


def of_a_step_from_the_last(f):
    return lambda x, n: scan(f, None, x, [n], n_steps=2)[0][-1]


def twice(f):
    return lambda x, n: f(f(x, n), n)


# The plain function beside each.
WRAPPERS_OF_INTEGERS = [
    (of_an_op, lambda f: f),
    (of_an_op_that_integers_enter_unseen, lambda f: f),
    (of_a_choice, lambda f: f),
    (of_a_step_from_the_last, twice),
]


@pytest.mark.parametrize("kind", FUNCTIONS_OF_INTEGERS)
@settings(max_examples=16)
@given(
    st.lists(st.sampled_from(WRAPPERS_OF_INTEGERS), min_size=0, max_size=2),
    st.booleans(),
    st.sampled_from([[1], [1, 0], [0, 1]]),
)
def test_a_derivative_by_integers_is_the_same_inside_of_other_operations(
    kind, wrappers, in_a_sequence, places
):
    plain = inside = FUNCTIONS_OF_INTEGERS[kind]
    for wrap, beside in wrappers:
        inside, plain = wrap(inside), beside(plain)
    x, n = inputs = T.dvector("x"), T.ivector("n")
    if in_a_sequence:
        found, expected = scan(lambda n: inside(x.sum(), n), [n])[0], plain(x.sum(), n)
    else:
        found, expected = inside(x, n), plain(x, n)
    for place in places:
        found = minigrad.grad(found.sum(), inputs[place])
        expected = minigrad.grad(expected.sum(), inputs[place])
    f = minigrad.function(inputs, [found, expected], on_unused_input="ignore")
    assert found.type.dtype == expected.type.dtype
    np.testing.assert_allclose(*f([1.25, 0.5], np.array([1, 3], "int32")), rtol=1e-6)


def test_a_derivative_by_integers_that_is_overridden_is_zero():
    x, n = T.dvector("x"), T.ivector("n")
    op = OpFromGraph([x, n], [x * n], lop_overrides=lambda inputs, _, g: [g[0], g[0]])
    slope = minigrad.grad(op(x, n).sum(), n)
    f = minigrad.function([x, n], slope, on_unused_input="ignore")
    np.testing.assert_array_equal(f([1.25, 0.5], np.array([1, 3], "int32")), [0.0, 0.0])
