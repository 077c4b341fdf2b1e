"""Random expressions of several ops: the three oracles agree."""

import numpy as np
from expressions import expressions
from hypothesis import given, settings
from oracles import assert_program_agrees, numeric_gradient, weighted_sum

import minigrad

# In the `ci` profile; `thorough` draws as many as it is told to.
AT_LEAST = max(500, settings().max_examples)


@settings(max_examples=AT_LEAST)
@given(expressions())
def test_the_compiled_program_computes_what_the_interpreter_does(drawn):
    inputs, values, output = drawn
    assert_program_agrees(inputs, [output], values, rtol=1e-9, atol=1e-10)


@settings(max_examples=AT_LEAST)
@given(expressions())
def test_the_gradient_is_that_of_finite_differences(drawn):
    inputs, values, output = drawn
    cost = weighted_sum(output)
    gradients = minigrad.grad(cost, inputs, disconnected_inputs="ignore")
    f = minigrad.function(inputs, cost, on_unused_input="ignore")
    analytic = minigrad.function(inputs, gradients, on_unused_input="ignore")(*values)
    for place, result in enumerate(analytic):

        def moved(x, place=place):
            return f(*values[:place], x, *values[place + 1 :])

        numeric = numeric_gradient(moved, values[place])
        scale = 1 + np.max(np.abs(numeric), initial=0)
        np.testing.assert_allclose(result, numeric, rtol=1e-5, atol=1e-7 * scale)


@settings(max_examples=100)
@given(expressions(most_operations=4))
def test_the_gradient_agrees_between_interpreter_and_program(drawn):
    inputs, values, output = drawn
    gradients = minigrad.grad(weighted_sum(output), inputs, disconnected_inputs="ignore")
    assert_program_agrees(inputs, gradients, values, rtol=1e-7, atol=1e-9)


@settings(max_examples=100)
@given(expressions(most_operations=3))
def test_the_second_derivative_is_that_of_finite_differences(drawn):
    inputs, values, output = drawn
    first = minigrad.grad(weighted_sum(output), inputs, disconnected_inputs="ignore")
    total = sum(weighted_sum(gradient) for gradient in first)
    second = minigrad.grad(total, inputs, disconnected_inputs="ignore")
    f = minigrad.function(inputs, total, on_unused_input="ignore")
    analytic = minigrad.function(inputs, second, on_unused_input="ignore")(*values)
    for place, result in enumerate(analytic):

        def moved(x, place=place):
            return f(*values[:place], x, *values[place + 1 :])

        numeric = numeric_gradient(moved, values[place])
        scale = 1 + np.max(np.abs(numeric), initial=0)
        np.testing.assert_allclose(result, numeric, rtol=1e-5, atol=1e-6 * scale)
