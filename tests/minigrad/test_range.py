"""A factor moves only where the result stays in range whenever the original does."""

from itertools import product

import numpy as np
import pytest
from draws import part_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T

# Each of a number c, a scalar s, and matrices x and y with few columns; m is T, or NumPy.
EXPRESSIONS = {
    "a sum": lambda m, c, s, x, y: (c * x).sum(),
    "sums of rows": lambda m, c, s, x, y: (c * x).sum(axis=0),
    "sums of columns": lambda m, c, s, x, y: (c * x).sum(axis=1),
    "a sum of squares": lambda m, c, s, x, y: m.square(c * x).sum(),
    "a length": lambda m, c, s, x, y: m.sqrt(m.square(c * x).sum()),
    "a sum of products": lambda m, c, s, x, y: ((c * x) * y).sum(),
    "a product": lambda m, c, s, x, y: (c * x) * y,
    "a product with a scalar": lambda m, c, s, x, y: (s * x) * y,
    "a number and a scalar": lambda m, c, s, x, y: s * (c * x),
    "two numbers": lambda m, c, s, x, y: c * (c * x),
    "a quotient": lambda m, c, s, x, y: c * (x / (2 * c)),
    "a difference": lambda m, c, s, x, y: c * x - c * y,
    "an opposite": lambda m, c, s, x, y: (-(c * x)).sum(),
    "a matrix product": lambda m, c, s, x, y: m.dot((c * x).T, y),
    "a wide matrix product": lambda m, c, s, x, y: m.dot(c * x, y[:3].T),
    "sums of products": lambda m, c, s, x, y: m.dot((c * x).T, y) + m.dot(x.T, c * y),
    "differences of products": lambda m, c, s, x, y: m.dot((c * x).T, y) - m.dot(c * x.T, 3 * x),
    "through a function": lambda m, c, s, x, y: m.tanh(m.dot((c * x).T, y)).sum(),
    "a mean, twice": lambda m, c, s, x, y: (c * (x * y).mean(axis=0) + c * y.mean(axis=0)).sum(),
}
LIMIT = {"float64": 300, "float32": 36}  # decimal exponents of the numbers drawn


@pytest.mark.parametrize(
    ("name", "rows", "dtype"),
    part_of(product(EXPRESSIONS, [3, 5000], ["float64", "float32"]), one_of=3),
)
@settings(max_examples=5)
@given(data=st.data())
def test_what_is_in_range_as_written_is_so_in_every_program(name, rows, dtype, data):
    exponents = st.integers(-LIMIT[dtype], LIMIT[dtype])
    c, s, x_size, y_size = (
        np.dtype(dtype).type(f"{data.draw(st.sampled_from([1, -3]))}e{data.draw(exponents)}")
        for _ in range(4)
    )
    pattern = np.arange(1, 3 * rows + 1).reshape(rows, 3) % 7 + 1
    with np.errstate(all="ignore"):
        values = (x_size * pattern).astype(dtype), (y_size * pattern[::-1]).astype(dtype)
        as_written = EXPRESSIONS[name](np, c, s, *values)
        wide = (v.astype("longdouble") for v in (c, s, *values))
        exact = EXPRESSIONS[name](np, *wide).astype("float64")
        rtol = 1e-9 if dtype == "float64" else 1e-3
        assume(np.allclose(as_written, exact, rtol=rtol, atol=0) and np.isfinite(exact).all())
    x, y = T.matrix("x", dtype=dtype), T.matrix("y", dtype=dtype)
    scalar = T.scalar("s", dtype=dtype)
    expression = EXPRESSIONS[name](T, c, scalar, x, y)
    f = minigrad.function([x, y, scalar], expression, on_unused_input="ignore")
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(f(*values, s), exact, rtol=3 * rtol)


def test_results_that_are_infinite_as_written_stay_so():
    x = T.dmatrix("x")
    f = minigrad.function([x], (0.5 * x).sum())
    with np.errstate(all="ignore"):
        assert f(np.full((5000, 3), np.inf)) == np.inf
        assert np.isnan(f(np.full((5000, 3), np.nan)))
