"""``T.nlinalg`` and ``T.slinalg``, held against NumPy, SciPy and finite differences."""

import numpy as np
import pytest
import scipy.linalg
from draws import FLOATS
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad, check_op

RNG = np.random.default_rng(4)
SQUARE = RNG.uniform(-1, 1, (3, 3)) + 2 * np.eye(3)
TALL, WIDE = RNG.uniform(-1, 1, (4, 2)), RNG.uniform(-1, 1, (2, 3))
POSITIVE = SQUARE @ SQUARE.T + np.eye(3)
VECTOR, RIGHT = RNG.uniform(-1, 1, 3), RNG.uniform(-1, 1, (3, 2))

# What the function is of NumPy or SciPy, and the arguments.
ORACLES = {
    "matrix_inverse": (T.nlinalg.matrix_inverse, np.linalg.inv, SQUARE),
    "det": (T.nlinalg.det, np.linalg.det, SQUARE),
    "pinv": (T.nlinalg.pinv, np.linalg.pinv, TALL),
    "pinv, wide": (T.nlinalg.pinv, np.linalg.pinv, WIDE),
    "trace": (T.nlinalg.trace, np.trace, SQUARE),
    "diag": (T.nlinalg.diag, np.diag, SQUARE),
    "extract_diag": (T.nlinalg.extract_diag, np.diag, WIDE),
    "alloc_diag": (T.nlinalg.alloc_diag, np.diag, VECTOR),
    "matrix_dot": (T.nlinalg.matrix_dot, lambda x, y, z: x @ y @ z, SQUARE, RIGHT, WIDE),
    "matrix_power, 0": (lambda x: T.nlinalg.matrix_power(x, 0), lambda x: np.eye(3), SQUARE),
    "matrix_power, 1": (lambda x: T.nlinalg.matrix_power(x, 1), lambda x: x, SQUARE),
    "matrix_power, 5": (
        lambda x: T.nlinalg.matrix_power(x, 5), lambda x: np.linalg.matrix_power(x, 5), SQUARE,
    ),
    "matrix_power, -2": (
        lambda x: T.nlinalg.matrix_power(x, -2), lambda x: np.linalg.matrix_power(x, -2), SQUARE,
    ),
    "tensorinv": (
        lambda x: T.nlinalg.tensorinv(x, 1), lambda x: np.linalg.tensorinv(x, 1),
        RNG.uniform(-1, 1, (6, 2, 3)),
    ),
    "tensorsolve": (
        T.nlinalg.tensorsolve, np.linalg.tensorsolve, RNG.uniform(-1, 1, (2, 3, 6)),
        RNG.uniform(-1, 1, (2, 3)),
    ),
    "tensorsolve, axes": (
        lambda a, b: T.nlinalg.tensorsolve(a, b, (0, 2)),
        lambda a, b: np.linalg.tensorsolve(a, b, (0, 2)),
        RNG.uniform(-1, 1, (2, 6, 3)), RNG.uniform(-1, 1, 6),
    ),
    "cholesky": (T.slinalg.cholesky, np.linalg.cholesky, POSITIVE),
    "cholesky, upper": (
        T.slinalg.Cholesky(lower=False), lambda x: scipy.linalg.cholesky(x), POSITIVE,
    ),
    "solve": (T.slinalg.solve, scipy.linalg.solve, SQUARE, RIGHT),
    "solve, vector": (T.slinalg.solve, scipy.linalg.solve, SQUARE, VECTOR),
    "solve_symmetric": (T.slinalg.solve_symmetric, scipy.linalg.solve, POSITIVE, VECTOR),
    "solve_lower": (
        T.slinalg.solve_lower_triangular,
        lambda a, b: scipy.linalg.solve_triangular(a, b, lower=True), SQUARE, RIGHT,
    ),
    "solve_upper": (
        T.slinalg.solve_upper_triangular, scipy.linalg.solve_triangular, SQUARE, VECTOR,
    ),
    "cho_solve": (
        lambda a, b: T.slinalg.cho_solve((T.slinalg.cholesky(a), True), b), scipy.linalg.solve,
        POSITIVE, RIGHT,
    ),
    "cho_solve, upper": (
        lambda a, b: T.slinalg.cho_solve((T.slinalg.Cholesky(lower=False)(a), False), b),
        scipy.linalg.solve, POSITIVE, VECTOR,
    ),
    "expm": (T.slinalg.expm, scipy.linalg.expm, SQUARE),
    "expm, large": (T.slinalg.expm, scipy.linalg.expm, 5 * SQUARE),
    "kron": (T.slinalg.kron, np.kron, TALL, WIDE),
    "kron, of a vector": (T.slinalg.kron, np.kron, TALL, VECTOR),
    "kron, of three axes": (T.slinalg.kron, np.kron, WIDE, RNG.uniform(-1, 1, (2, 1, 2))),
    "eigvalsh": (T.slinalg.eigvalsh, scipy.linalg.eigvalsh, POSITIVE),
    "eigvalsh, upper": (
        lambda a: T.slinalg.eigvalsh(a, lower=False),
        lambda a: scipy.linalg.eigvalsh(a, lower=False), SQUARE,
    ),
    "eigvalsh, general": (T.slinalg.eigvalsh, scipy.linalg.eigvalsh, SQUARE, POSITIVE),
    "eigvalsh, general, upper": (
        lambda a, b: T.slinalg.eigvalsh(a, b, lower=False),
        lambda a, b: scipy.linalg.eigvalsh(a, b, lower=False), SQUARE, POSITIVE,
    ),
    "singular values": (
        lambda x: T.nlinalg.svd(x, compute_uv=False),
        lambda x: np.linalg.svd(x, compute_uv=False), TALL,
    ),
    "eigh": (T.nlinalg.eigh, np.linalg.eigh, POSITIVE),
    "eigh, upper": (
        lambda x: T.nlinalg.eigh(x, "U"), lambda x: np.linalg.eigh(x, "U"), SQUARE,
    ),
    "eig": (T.nlinalg.eig, np.linalg.eig, POSITIVE),
    "qr": (T.nlinalg.qr, np.linalg.qr, TALL),
    "qr, wide": (T.nlinalg.qr, np.linalg.qr, WIDE),
    "qr, complete": (
        lambda x: T.nlinalg.qr(x, "complete"), lambda x: np.linalg.qr(x, "complete"), TALL,
    ),
    "qr, r": (lambda x: T.nlinalg.qr(x, "r"), lambda x: np.linalg.qr(x, "r"), TALL),
    "svd": (T.nlinalg.svd, np.linalg.svd, WIDE),
    "svd, reduced": (
        lambda x: T.nlinalg.svd(x, full_matrices=False),
        lambda x: np.linalg.svd(x, full_matrices=False), TALL,
    ),
    "svd of a wide matrix, reduced": (
        lambda x: T.nlinalg.svd(x, full_matrices=False),
        lambda x: np.linalg.svd(x, full_matrices=False), WIDE,
    ),
}  # fmt: skip
WITHOUT_DERIVATIVE = ["eig", "qr, complete", "svd"]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ORACLES)
def test_a_function_is_numpys_or_scipys(name, dtype):
    function, reference, *values = ORACLES[name]
    values = [value.astype(dtype) for value in values]

    def expected(*values):
        results = reference(*values)
        is_one = isinstance(results, np.ndarray) or np.isscalar(results)
        return (
            np.asarray(results, dtype)
            if is_one
            else [np.asarray(result, dtype) for result in results]
        )

    def built(*inputs):
        results = function(*inputs)
        return list(results) if isinstance(results, (list, tuple)) else results

    assert_computes(built, expected, *values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in ORACLES if name not in WITHOUT_DERIVATIVE])
def test_its_derivative_is_right(name):
    function, _, *values = ORACLES[name]
    check_grad(function, *values)


@pytest.mark.parametrize(
    "name",
    ["matrix_inverse", "det", "pinv", "cholesky", "solve", "solve_lower", "expm", "eigh", "qr",
     "svd, reduced", "singular values"],
)  # fmt: skip
def test_an_op_keeps_all_promises(name):
    function, _, *values = ORACLES[name]
    check_op(function, *values, max_examples=1, order=1 if name in ("eigh", "qr") else 2)


@pytest.mark.parametrize("name", WITHOUT_DERIVATIVE)
def test_others_say_that_they_have_no_derivative(name):
    function, _, value = ORACLES[name]
    x = T.TensorType("float64", value.shape)("x")
    with pytest.raises(TypeError, match="derivative"):
        minigrad.grad(function(x)[0].sum(), x)


@pytest.mark.parametrize("name", ["qr, complete", "svd"])
def test_of_square_matrices_they_have_one(name):
    function, _, value = ORACLES[name]
    check_grad(function, SQUARE)
    x = T.dmatrix("x")
    with pytest.raises(ValueError):
        minigrad.grad(function(x)[0].sum(), x).eval({x: value})


def test_second_derivatives_of_a_log_determinant_are_right():
    check_grad(lambda x: T.log(T.nlinalg.det(x)), POSITIVE, order=2)
    check_grad(lambda x: T.log(T.diagonal(T.slinalg.cholesky(x))).sum(), POSITIVE, order=2)


@pytest.mark.parametrize("ord", [None, "fro", "nuc", "inf", "-inf", np.inf, -np.inf, 1, -1, 2, -2])
def test_norms_of_matrices_are_numpys(ord):
    oracle = float(ord) if ord in ("inf", "-inf") else ord
    assert_computes(lambda x: T.nlinalg.norm(x, ord), lambda x: np.linalg.norm(x, oracle), WIDE)
    check_grad(lambda x: T.nlinalg.norm(x, ord), WIDE)


@pytest.mark.parametrize("ord", [None, "inf", "-inf", 0, 1, 2, 3, 0.5])
def test_norms_of_vectors_are_numpys(ord):
    oracle = float(ord) if isinstance(ord, str) else ord
    dtype = "int64" if ord == 0 else "float64"
    assert_computes(
        lambda x: T.nlinalg.norm(x, ord),
        lambda x: np.asarray(np.linalg.norm(x, oracle), dtype),
        VECTOR,
    )


def test_least_squares_are_numpys():
    b = np.arange(4.0)

    def reference(a, b):
        x, residuals, rank, s = np.linalg.lstsq(a, b, rcond=None)
        return [x, residuals, np.int64(rank), s]

    assert_computes(T.nlinalg.lstsq(), reference, TALL, b)
    x, residuals, rank, s = T.nlinalg.lstsq()(TALL, b, 0.9)
    assert rank.eval() == np.linalg.lstsq(TALL, b, 0.9)[2]


@given(st.integers(0, 5), st.floats(-8, 12))
def test_the_exponential_is_that_of_the_eigenvalues(n, scale):
    a = np.random.default_rng(n).uniform(-1, 1, (n, n))
    a = (a + a.T) * 10.0 ** (scale - 10)
    w, v = np.linalg.eigh(a)
    y = T.slinalg.expm(a.reshape(n, n) if n else T.zeros((0, 0))).eval()
    assert y.shape == (n, n)
    np.testing.assert_allclose(
        y, v * np.exp(w) @ v.T, rtol=1e-9, atol=1e-11 * np.exp(max(w, default=0))
    )


def test_one_triangle_is_read_and_gets_the_derivative():
    x = T.dmatrix("x")
    junk = np.triu(np.full((3, 3), np.nan), 1)
    for function in (
        lambda x: T.slinalg.cholesky(x),
        lambda x: T.nlinalg.eigh(x)[0],
        lambda x: T.slinalg.solve_lower_triangular(x, VECTOR),
    ):
        f = minigrad.function([x], minigrad.grad((function(x) ** 3).sum(), x))
        np.testing.assert_array_equal(f(POSITIVE)[np.triu_indices(3, 1)], 0)
        np.testing.assert_allclose(f(np.tril(POSITIVE)), f(POSITIVE), rtol=1e-9)
    assert np.isfinite(T.slinalg.cholesky(np.tril(POSITIVE) + np.nan_to_num(junk)).eval()).all()


def test_equal_eigenvalues_have_the_derivative_that_does_not_depend_on_the_vectors():
    x = T.dmatrix("x")
    w, v = T.nlinalg.eigh(x)
    square = T.dot(v * w**2, v.T)  # x · x, whatever the vectors
    g = minigrad.grad(T.sum(square * SQUARE), x).eval({x: 3 * np.eye(3)})
    both = 6 * SQUARE
    expected = np.tril(both + both.T) - np.diag(np.diag(both))
    np.testing.assert_allclose(np.diag(g), np.diag(expected))
    w, v = T.nlinalg.eigh(x)
    np.testing.assert_allclose(
        minigrad.grad(w.sum(), x).eval({x: np.eye(3)}), np.eye(3), atol=1e-15
    )


def test_triangular_systems_are_solved_as_scipy_does_it():
    for trans in (0, 1, "N", "T"):
        for lower in (False, True):
            for unit in (False, True):
                options = {"trans": trans, "lower": lower, "unit_diagonal": unit}
                np.testing.assert_allclose(
                    T.slinalg.solve_triangular(SQUARE, RIGHT, **options).eval(),
                    scipy.linalg.solve_triangular(SQUARE, RIGHT, **options),
                )


def test_integers_are_cast_and_half_floats_widened():
    assert T.nlinalg.matrix_inverse([[2, 0], [0, 1]]).eval().tolist() == [[0.5, 0], [0, 1]]
    assert T.nlinalg.det(T.TensorType("float16", (2, 2))()).dtype == "float32"


def test_where_there_is_no_result_there_is_an_error_or_nan():
    x = T.dmatrix("x")
    f = minigrad.function([x], T.slinalg.cholesky(x))
    with pytest.raises(np.linalg.LinAlgError):
        f(-np.eye(2))
    with pytest.raises(np.linalg.LinAlgError):
        T.slinalg.solve(x, [1.0, 1.0]).eval({x: np.zeros((2, 2))})
    assert np.isnan(T.slinalg.Cholesky(on_error="nan")(x).eval({x: -np.eye(2)})).all()
    assert np.isnan(T.slinalg.expm(x).eval({x: np.full((2, 2), np.inf)})).all()
    with pytest.raises(ValueError, match="complex"):
        T.nlinalg.eig(x)[0].eval({x: np.array([[0.0, 1.0], [-1.0, 0.0]])})


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: T.nlinalg.matrix_inverse(x),
        lambda x: T.nlinalg.det(np.zeros((2, 3))),
        lambda x: T.nlinalg.eigh(np.eye(2), "M"),
        lambda x: T.nlinalg.qr(np.eye(2), "raw"),
        lambda x: T.nlinalg.extract_diag(x),
        lambda x: T.nlinalg.alloc_diag(np.eye(2)),
        lambda x: T.nlinalg.matrix_dot(),
        lambda x: T.nlinalg.matrix_power(np.eye(2), 0.5),
        lambda x: T.nlinalg.matrix_power(x, 2),
        lambda x: T.nlinalg.norm(np.eye(2), 3),
        lambda x: T.nlinalg.norm(x, "fro"),
        lambda x: T.nlinalg.tensorinv(x, 0),
        lambda x: T.nlinalg.tensorsolve(x, np.eye(2)),
        lambda x: T.slinalg.solve(np.eye(2), [1.0, 2.0, 3.0]),
        lambda x: T.slinalg.solve_triangular(np.eye(2), x, trans=2),
        lambda x: T.slinalg.Solve("banded"),
        lambda x: T.nlinalg.lstsq()(np.eye(2), x, x),
    ],
)
def test_what_they_do_not_take_is_refused(wrong):
    with pytest.raises((ValueError, TypeError)):
        wrong(T.dvector("x"))
