"""Slopes by a step into the complex numbers: those of the derivatives, exact but for rounding."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.ops.linalg import Dot
from minigrad.testing import complex_step

AT = np.array([0.3, 1.7, 2.2])
V = np.array([1.0, -0.5, 2.0])


def built(build, at=AT):
    x = T.dvector("x")
    return x, build(x)


ANALYTIC = {
    "sum and product": lambda x: (x + 2) * (x - x[0]) / x,
    "inverse, square, root": lambda x: T.inv(x) + T.sqr(x) - T.sqrt(x),
    "exponentials": lambda x: T.exp(-x) + T.expm1(x),
    "logarithms": lambda x: T.log(x) * T.log10(x),
    "circular": lambda x: T.sin(x) * T.cos(x) + T.tan(x),
    "hyperbolic": lambda x: T.sinh(x) + T.cosh(x) * T.tanh(x),
    "products": lambda x: T.dot(T.outer(x, x), x[::-1]),
    "shapes": lambda x: T.concatenate([x, x]).reshape((2, x.shape[0])).T.sum(axis=1),
}


@pytest.mark.parametrize("build", ANALYTIC.values(), ids=ANALYTIC)
def test_it_is_the_product_of_the_jacobian_with_the_direction(build):
    x, y = built(build)
    assert complex_step.is_analytic([y])
    (found,) = complex_step.slopes([x], [y], [AT], [V])
    expected = minigrad.gradient.Rop(y, x, V).eval({x: AT})
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["abs_", "maximum", "sigmoid", "floor", "power", "switch"])
def test_what_is_not_analytic_or_not_exact_is_left_to_differences(name):
    builds = {
        "abs_": T.abs_,
        "maximum": lambda x: T.maximum(x, 1),
        "sigmoid": T.nnet.sigmoid,
        "floor": T.floor,
        "power": lambda x: x**2.5,
        "switch": lambda x: T.switch(x > 1, x, 0),
    }
    _, y = built(builds[name])
    assert not complex_step.is_analytic([T.exp(y)])


class Sevenfold(minigrad.Op):
    """7 · x."""

    __props__ = ()
    itypes = otypes = [T.dvector]
    is_analytic = True

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 7 * inputs[0]


class MyDot(Dot):
    """As its parent."""


@pytest.mark.parametrize("build", [Sevenfold(), lambda x: MyDot()(x, x)])
def test_ops_of_users_may_be_analytic_too(build):
    x, y = built(build)
    assert complex_step.is_analytic([y])
    (found,) = complex_step.slopes([x], [y], [AT], [V])
    expected = 7 * V if isinstance(build, Sevenfold) else 2 * AT @ V
    np.testing.assert_allclose(found, expected, rtol=1e-14)
