"""`OpFromGraph`: an expression as an op, in every mode, with its derivative or another."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import OpFromGraph
from minigrad.gradient import NullTypeGradError
from minigrad.testing import check_grad, check_op

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]
X = np.array([[0.5, 1.0], [2.0, 3.0]])


def product_and_sum():
    x, y = T.dmatrices("x", "y")
    return OpFromGraph([x, y], [T.dot(x, y), x + T.exp(y)], name="both")


@pytest.mark.parametrize("mode", MODES)
def test_it_computes_what_the_expression_does(mode):
    a = T.dmatrix("a")
    z, s = product_and_sum()(a + 1, a)
    f = minigrad.function([a], [z, s], mode=mode)
    for result, expected in zip(f(X), [(X + 1) @ X, X + 1 + np.exp(X)], strict=True):
        np.testing.assert_allclose(result, expected)


def test_it_keeps_all_promises_of_ops():
    check_op(lambda x, y: product_and_sum()(x, y), X, X + 1, max_examples=1)


def test_an_input_that_is_given_twice_gets_both_derivatives():
    check_grad(lambda a: product_and_sum()(a, a), X, order=2)


def test_its_inputs_may_be_used_elsewhere():
    x = T.dscalar("x")
    op = OpFromGraph([x], [x**2])
    cost = op(x) * op(3 * x) * x
    np.testing.assert_allclose(minigrad.grad(cost, x).eval({x: 2.0}), 45 * 2.0**4)


@pytest.mark.parametrize("inline", [False, True])
def test_shared_variables_inside_have_derivatives_and_updates(inline):
    x, w = T.dvector("x"), minigrad.shared(np.array([1.0, 2.0]), "w")
    y = OpFromGraph([x], [x * w], inline=inline)(x + 1)
    f = minigrad.function([x], minigrad.grad(y.sum(), w), updates=[(w, 2 * w)])
    assert f([1.0, 2.0]).tolist() == [2, 3]
    assert y.eval({x: [0.0, 0.0]}).tolist() == [2, 4]


def test_an_output_may_be_an_input():
    x, y = T.dscalars("x", "y")
    one, other = OpFromGraph([x, y], [y, x])(x, y)
    assert minigrad.grad(one * 2 + other, [x, y])[1].eval() == 2


def test_derivatives_may_be_others():
    x, y, a = T.dscalars("x", "y", "a")
    for options, expected in [
        ({"grad_overrides": lambda inputs, grads: [grads[0] * 7, inputs[0]]}, [7, 3]),
        ({"lop_overrides": lambda inputs, outputs, grads: [outputs[0], grads[0]]}, [12, 1]),
        ({"grad_overrides": ["default", lambda inputs, grads: grads[0] * 5]}, [4, 5]),
        ({"grad_overrides": [None, "default"]}, [0, 3]),
    ]:
        z = OpFromGraph([x, y], [x * y], **options)(x, y)
        found = minigrad.grad(z, [x, y], disconnected_inputs="ignore")
        values = {x: 3.0, y: 4.0, a: 0.0}
        assert [float((g + 0 * (x + y + a)).eval(values)) for g in found] == expected


def test_what_it_does_not_take_is_refused():
    x = T.dscalar("x")
    with pytest.raises(TypeError, match="takes 1 inputs"):
        OpFromGraph([x], [x])(x, x)
    with pytest.raises(TypeError, match="not both"):
        OpFromGraph([x], [x], lop_overrides=len, grad_overrides=len)
    with pytest.raises(TypeError, match="lists of variables"):
        OpFromGraph([x], [1.0])
    with pytest.raises(TypeError, match="expected"):
        OpFromGraph([x], [x])(T.dvector("v"))
    with pytest.raises(TypeError, match="0 derivatives for 1 inputs"):
        minigrad.grad(OpFromGraph([x], [x], grad_overrides=lambda i, g: [])(x), x)


def test_its_expression_is_improved_like_any_other():
    x = T.dvector("x")
    f = minigrad.function([x], OpFromGraph([x], [T.log(1 + T.exp(x))])(x))
    np.testing.assert_array_equal(f([1000.0]), [1000.0])


def test_a_derivative_that_is_not_written_inside_is_missed_only_where_it_is_needed():
    k, x = T.dscalars("k", "x")
    y = OpFromGraph([k, x], [T.gammainc(k, x)])(k, x)
    np.testing.assert_allclose(minigrad.grad(y, x).eval({k: 1.0, x: 2.0}), np.exp(-2.0))
    with pytest.raises(NullTypeGradError, match="gammainc by its input 0, k, has not been written"):
        minigrad.grad(y, k)


def test_outputs_that_depend_on_other_outputs_have_their_derivatives_once_improved():
    x, y = T.dscalars("x", "y")
    op = OpFromGraph([x, y], [x, x * y, T.log(1 + T.exp(x * y)), x * y])
    a, b, c, d = op(x, y)
    e, f, g, h = op.inner[0].on([x, y])
    for_both = minigrad.function(
        [x, y], [minigrad.grad(a * b + c * d, x), minigrad.grad(e * f + g * h, x)]
    )
    np.testing.assert_allclose(*for_both(1.3, 0.7))


def test_a_derivative_that_is_given_needs_none_inside():
    square = minigrad.as_op([T.dscalar], [T.dscalar])(lambda x: x**2)
    x, y = T.dscalars("x", "y")
    whole = OpFromGraph([x], [square(x)], grad_overrides=lambda inputs, grads: [2 * inputs[0]])
    part = OpFromGraph([x, y], [square(x) * y], grad_overrides=[lambda x, g: 2 * x[0], "default"])
    assert minigrad.grad(whole(x), x).eval({x: 3.0}) == 6
    assert minigrad.grad(part(x, y), y).eval({x: 3.0, y: 5.0}) == 9


def test_more_derivatives_than_inputs_are_refused():
    x = T.dscalar("x")
    with pytest.raises(TypeError, match="2 derivatives for 1 inputs"):
        minigrad.grad(OpFromGraph([x], [x], grad_overrides=["default", "default"])(x), x)


def test_a_cost_is_disconnected_from_inputs_that_its_output_does_not_use():
    x, y = T.dscalars("x", "y")
    first, _ = OpFromGraph([x, y], [x**2, x * y])(x, y)
    with pytest.raises(minigrad.gradient.DisconnectedInputError):
        minigrad.grad(first, y)
