"""Random expressions of several ops: the three oracles agree."""

from expressions import expressions
from hypothesis import given, settings
from oracles import assert_program_agrees, weighted_sum

import minigrad
from minigrad.testing import check_grad

# In the `ci` profile; `thorough` draws as many as it is told to.
AT_LEAST = max(500, settings().max_examples)


@settings(max_examples=AT_LEAST)
@given(expressions())
def test_the_compiled_program_computes_what_the_interpreter_does(drawn):
    inputs, values, pool = drawn
    assert_program_agrees(inputs, [pool[-1]], values, rtol=1e-9, atol=1e-10)


@settings(max_examples=100)
@given(expressions())
def test_it_does_so_for_all_intermediate_results_at_once(drawn):
    inputs, values, pool = drawn
    assert_program_agrees(inputs, pool, values, rtol=1e-9, atol=1e-10)


@settings(max_examples=max(200, settings().max_examples))
@given(expressions())
def test_the_gradient_is_that_of_finite_differences(drawn):
    inputs, values, pool = drawn
    check_grad(minigrad.function(inputs, pool[-1], on_unused_input="ignore"), *values)


@settings(max_examples=100)
@given(expressions(most_operations=4))
def test_the_gradient_agrees_between_interpreter_and_program(drawn):
    inputs, values, pool = drawn
    gradients = minigrad.grad(weighted_sum(pool[-1]), inputs, disconnected_inputs="ignore")
    assert_program_agrees(inputs, [*pool, *gradients], values, rtol=1e-7, atol=1e-9)


@settings(max_examples=60)
@given(expressions(most_operations=3))
def test_the_second_derivative_is_that_of_finite_differences(drawn):
    inputs, values, pool = drawn
    check_grad(minigrad.function(inputs, pool[-1], on_unused_input="ignore"), *values, order=2)
