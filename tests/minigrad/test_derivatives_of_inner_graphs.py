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
