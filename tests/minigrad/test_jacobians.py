"""Jacobians and Hessians against formulas, and against products with vectors."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T

X = np.array([0.5, -1.0, 2.0])


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_row_i_of_the_jacobian_is_the_derivative_of_element_i(dtype, mode):
    x, A = T.vector("x", dtype), (np.arange(6.0).reshape(2, 3) / 10).astype(dtype)
    J = T.jacobian(T.tanh(T.dot(A, x)), x)
    value = minigrad.function([x], J, mode=mode)(X.astype(dtype))
    expected = (1 - np.tanh(A @ X) ** 2)[:, None] * A
    np.testing.assert_allclose(value, expected, rtol=1e-4 if dtype == "float32" else 1e-12)
    assert J.type.dtype == dtype


def test_a_jacobian_has_the_form_of_wrt():
    x, W = T.dvector("x"), T.dmatrix("W")
    by_x, by_W = T.jacobian(T.dot(W, x), [x, W])
    values = {x: X, W: np.ones((2, 3))}
    np.testing.assert_array_equal(by_x.eval(values), np.ones((2, 3)))
    np.testing.assert_array_equal(by_W.eval(values), np.einsum("ij,k->ijk", np.eye(2), X))


def test_the_jacobian_of_a_scalar_is_its_gradient():
    x = T.dvector("x")
    assert T.jacobian((x**2).sum(), x).eval({x: X}).tolist() == (2 * X).tolist()


def test_the_hessian_is_the_jacobian_of_the_gradient_and_gives_its_products():
    x, v = T.dvector("x"), T.dvector("v")
    cost = (x[0] ** 2 * x[1]) + T.exp(x).sum()
    H = T.hessian(cost, x).eval({x: X})
    expected = np.diag(np.exp(X))
    expected[:2, :2] += [[2 * X[1], 2 * X[0]], [2 * X[0], 0]]
    np.testing.assert_allclose(H, expected)
    product = T.hessian_vector_product(cost, x, v).eval({x: X, v: [1.0, 2.0, 3.0]})
    np.testing.assert_allclose(product, expected @ [1.0, 2.0, 3.0])


def test_the_hessian_of_something_linear_is_zero():
    x = T.dvector("x")
    assert not T.hessian((3 * x).sum(), x).eval({x: X}).any()


def test_what_has_no_such_matrix_is_refused():
    M = T.dmatrix("M")
    with pytest.raises(TypeError, match="jacobian takes a vector or a scalar"):
        T.jacobian(M, M)
    with pytest.raises(TypeError, match="hessian: wrt must be vectors"):
        T.hessian(M.sum(), M)
