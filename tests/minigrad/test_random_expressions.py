"""Random expressions of several ops: the three oracles agree."""

from draws import at_least
from hypothesis import given
from oracles import weighted_sum

import minigrad
from minigrad.testing import assert_program_agrees, check_grad, expressions
from minigrad.testing.grammar import FAMILIES


@at_least(80)
@given(expressions(tuple(FAMILIES), dtype=["float64", "float32", "int64", "bool"], layouts=True))
def test_the_compiled_program_computes_what_the_interpreter_does(drawn):
    assert_program_agrees(drawn.inputs, [drawn.result], drawn.values, rtol=1e-9, atol=1e-10)


@at_least(20)
@given(expressions())
def test_it_does_so_for_all_intermediate_results_at_once(drawn):
    assert_program_agrees(drawn.inputs, drawn.variables, drawn.values, rtol=1e-9, atol=1e-10)


@at_least(25)
@given(expressions())
def test_the_gradient_is_that_of_finite_differences(drawn):
    check_grad(drawn.build, *drawn.values)


@at_least(20)
@given(expressions(most_operations=4))
def test_the_gradient_agrees_between_interpreter_and_program(drawn):
    cost = weighted_sum(drawn.result)
    gradients = minigrad.grad(cost, drawn.inputs, disconnected_inputs="ignore")
    outputs = [*drawn.variables, *gradients]
    assert_program_agrees(drawn.inputs, outputs, drawn.values, rtol=1e-7, atol=1e-9)


@at_least(12)
@given(expressions(most_operations=3))
def test_the_second_derivative_is_that_of_finite_differences(drawn):
    check_grad(drawn.build, *drawn.values, order=2)
