"""No rewrite computes a part in a narrower dtype than was asked for, nor lets it overflow."""

import numpy as np
import pytest

import minigrad.tensor as T
from minigrad.testing import assert_program_agrees


def of(dtype, shape):
    return T.TensorType(dtype, [None] * len(shape))(), np.full(shape, 100).astype(dtype)


MIXED = {
    "c * a + c * b": (lambda c, a, b: c * a + c * b, ["float64", "int8", "int8"]),
    "c * a - c * b": (lambda c, a, b: c * a - c * b, ["float64", "uint8", "uint8"]),
    "(c * a) * b": (lambda c, a, b: (c * a) * b, ["float64", "int8", "int8"]),
    "a * (b * c)": (lambda c, a, b: a * (b * c), ["float64", "int8", "int8"]),
    "-(a * c)": (lambda c, a, b: -(a * c) + b, ["float64", "uint8", "uint8"]),
    "a / -c": (lambda c, a, b: a / (-c) + b, ["float64", "uint8", "uint8"]),
    "a * (b * (c / d)) * d": (
        lambda c, a, b: a * (b * (c / (c + 1))) * (c + 1),
        ["float64", "int8", "int8"],
    ),
    "(a * c) * (a / c)": (
        lambda c, a, b: (a * c) * (a / (c + 1)) * (c + 1) + b,
        ["float64", "int8", "int8"],
    ),
    "(c * a) + (c * b)": (lambda c, a, b: c * a + c * b, ["float64", "float32", "float32"]),
}


@pytest.mark.parametrize("build, dtypes", MIXED.values(), ids=MIXED)
@pytest.mark.parametrize("shapes", [[(), (3,), (3,)], [(3,), (), ()], [(3,), (3,), (3,)]])
def test_no_part_is_computed_in_a_narrower_dtype(build, dtypes, shapes):
    inputs, values = zip(*map(of, dtypes, shapes), strict=True)
    assert_program_agrees(list(inputs), [build(*inputs)], list(values))


@pytest.mark.parametrize("place", [0, 1])
def test_a_product_of_matrices_is_not_scaled_in_a_narrower_dtype(place):
    d, (R, r), (S, s) = T.bscalar("d"), of("float64", (40, 20)), of("int8", (20, 38))
    product = T.dot(d * R, S) if place == 0 else T.dot(S.T, d * R.T)
    assert_program_agrees([d, R, S], [product], [np.int8(100), r, s])


@pytest.mark.parametrize("build", [lambda b: b * b, lambda b: b**2, lambda b: b * b * b])
def test_products_of_truths_stay_what_they_are(build):
    b = T.TensorType("bool", (None,))("b")
    assert_program_agrees([b], [build(b)], [np.array([True, False])])


def test_factors_and_sums_of_halves_do_not_overflow():
    h, s = T.TensorType("float16", (None,))("h"), T.TensorType("float16", ())("s")
    value, small = np.full(100, 1000, "float16"), np.float16(1e-3)
    outputs = [(s * h).sum(), s * h + s * h, (s * h) * h]
    assert_program_agrees([h, s], outputs, [value, small])
    many = np.ones(70_000, "float16")
    assert_program_agrees([h], [T.zeros_like(h).sum()], [many])
