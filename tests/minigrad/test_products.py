"""Products: NumPy's values and dtypes at any sizes, also 0; derivatives; what does not fit."""

import numpy as np
import pytest
from draws import ALL, few
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_computes

import minigrad
import minigrad.tensor as T
from minigrad.testing import check_grad, tensors

# name: the function, NumPy's, and the shapes of its arguments by letters, each one size.
PRODUCTS = {
    "dot of vectors": (T.dot, np.dot, ["i", "i"]),
    "dot of matrix and vector": (T.dot, np.dot, ["ai", "i"]),
    "dot of vector and matrix": (T.dot, np.dot, ["i", "ia"]),
    "dot of matrices": (T.dot, np.dot, ["ai", "ib"]),
    "dot of tensor and matrix": (T.dot, np.dot, ["abi", "ic"]),
    "dot of tensor and vector": (T.dot, np.dot, ["abi", "i"]),
    "dot of matrix and tensor": (T.dot, np.dot, ["ai", "bic"]),
    "dot of scalar and matrix": (T.dot, np.dot, ["", "ab"]),
    "dot of matrix and scalar": (T.dot, np.dot, ["ab", ""]),
    "matmul of matrices": (T.matmul, np.matmul, ["ai", "ib"]),
    "matmul of vectors": (T.matmul, np.matmul, ["i", "i"]),
    "matmul of batches": (T.matmul, np.matmul, ["nai", "nib"]),
    "matmul of a batch and a matrix": (T.matmul, np.matmul, ["nai", "ib"]),
    "matmul of a matrix and batches": (T.matmul, np.matmul, ["ai", "mnib"]),
    "matmul of a batch and a vector": (T.matmul, np.matmul, ["nai", "i"]),
    "matmul of a vector and a batch": (T.matmul, np.matmul, ["i", "nib"]),
    "outer": (T.outer, np.outer, ["a", "b"]),
    "outer of matrices": (T.outer, np.outer, ["ab", "c"]),
    "tensordot over 0": (
        lambda x, y: T.tensordot(x, y, 0),
        lambda x, y: np.tensordot(x, y, 0),
        ["ab", "c"],
    ),
    "tensordot over 1": (
        lambda x, y: T.tensordot(x, y, 1),
        lambda x, y: np.tensordot(x, y, 1),
        ["abi", "ic"],
    ),
    "tensordot over 2": (T.tensordot, np.tensordot, ["aij", "ijb"]),
    "tensordot over named axes": (
        lambda x, y: T.tensordot(x, y, [[0, 2], [-1, 0]]),
        lambda x, y: np.tensordot(x, y, [[0, 2], [-1, 0]]),
        ["iaj", "jbi"],
    ),
    "batched_dot of matrices": (T.batched_dot, np.matmul, ["nai", "nib"]),
    "batched_dot of vectors": (
        T.batched_dot,
        lambda x, y: np.einsum("ni,ni->n", x, y),
        ["ni", "ni"],
    ),
    "batched_dot of vectors and matrices": (
        T.batched_dot,
        lambda x, y: np.einsum("ni,nia->na", x, y),
        ["ni", "nia"],
    ),
    "batched_dot of matrices and vectors": (
        T.batched_dot,
        lambda x, y: np.einsum("nai,ni->na", x, y),
        ["nai", "ni"],
    ),
    "batched_dot of scalars and matrices": (
        T.batched_dot,
        lambda x, y: x[:, np.newaxis, np.newaxis] * y,
        ["n", "nab"],
    ),
    "batched_dot of tensors and matrices": (
        T.batched_dot,
        lambda x, y: np.einsum("nabi,nij->nabj", x, y),
        ["nabi", "nij"],
    ),
    "batched_dot of matrices and tensors": (
        T.batched_dot,
        lambda x, y: np.einsum("nai,nbij->nabj", x, y),
        ["nai", "nbij"],
    ),
    "batched_dot of vectors and tensors": (
        T.batched_dot,
        lambda x, y: np.einsum("ni,naij->naj", x, y),
        ["ni", "naij"],
    ),
    "batched_dot of tensors and vectors": (
        T.batched_dot,
        lambda x, y: np.einsum("nabi,ni->nab", x, y),
        ["nabi", "ni"],
    ),
    "batched_tensordot over 1": (
        lambda x, y: T.batched_tensordot(x, y, 1),
        lambda x, y: np.einsum("nabi,nic->nabc", x, y),
        ["nabi", "nic"],
    ),
    "batched_tensordot over 2": (
        T.batched_tensordot,
        lambda x, y: np.einsum("naij,nijb->nab", x, y),
        ["naij", "nijb"],
    ),
    "batched_tensordot over named axes": (
        lambda x, y: T.batched_tensordot(x, y, [[1, 3], [3, 1]]),
        lambda x, y: np.einsum("niaj,njbi->nab", x, y),
        ["niaj", "njbi"],
    ),
}
# einsum and batched sums of bool and small integers are in NumPy's other dtypes.
ANY_DTYPE = [
    name for name, (_, reference, _) in PRODUCTS.items() if reference.__name__ != "<lambda>"
]


@pytest.mark.parametrize("name", PRODUCTS)
@few
@given(data=st.data())
def test_a_product_is_numpys_at_any_sizes(name, data):
    function, reference, arguments = PRODUCTS[name]
    # Sizes of 1 would be taken to broadcast.
    sizes = {letter: data.draw(st.sampled_from([0, 2, 3])) for letter in "".join(arguments)}
    dtypes = ALL if name in ANY_DTYPE else ["float32", "float64"]
    values = [data.draw(tensors(dtypes, tuple(map(sizes.get, letters)))) for letters in arguments]
    assert_computes(function, reference, *values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_has_its_derivative_by_either_factor(name):
    function, _, arguments = PRODUCTS[name]
    sizes = dict(zip("abcijmn", (2, 3, 2, 3, 2, 2, 2), strict=True))
    random = np.random.default_rng(7)
    values = [random.uniform(0.5, 2, [sizes[letter] for letter in word]) for word in arguments]
    check_grad(function, *values)


@pytest.mark.parametrize("pair", [("ai", "ib"), ("i", "i"), ("nai", "nib")])
def test_a_matrix_product_has_its_second_derivative(pair):
    sizes = {"a": 2, "b": 1, "i": 2, "n": 2}
    random = np.random.default_rng(7)
    values = [random.uniform(0.5, 2, [sizes[letter] for letter in word]) for word in pair]
    check_grad(lambda x, y: T.matmul(x**2, y**3), *values, order=2)


def test_batches_of_size_1_broadcast_in_a_matrix_product():
    random = np.random.default_rng(7)
    x, y = random.uniform(0.5, 2, (1, 2, 2, 3)), random.uniform(0.5, 2, (3, 1, 3, 2))
    assert_computes(T.matmul, np.matmul, x, y)
    check_grad(T.matmul, x, y)


def test_the_sizes_that_are_known_are_kept():
    x, y = T.TensorType("float64", (4, None))("x"), T.TensorType("float64", (3, 5))("y")
    assert T.dot(x, y).type.shape == (4, 5)
    assert T.outer(x[:, 0], y[0]).type.shape == (4, 5)


@pytest.mark.parametrize("function", [T.dot, T.matmul])
def test_known_sizes_that_do_not_fit_are_refused_when_written(function):
    x, y = T.TensorType("float64", (4, 2))("x"), T.TensorType("float64", (3, 5))("y")
    with pytest.raises(ValueError, match="x is .4, 2. and y is .3, 5."):
        function(x, y)


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda x: T.tensordot(x, x, [[0], [0, 1]]), "1 axes of x but 2 axes"),
        (lambda x: T.tensordot(x, x, [[2], [0]]), "axis 2"),
        (lambda x: T.batched_dot(x, x.sum()), "at least one dimension"),
        (lambda x: T.matmul(x, 2.0), r"use \*"),
        (lambda x: T.matmul(2.0, x), r"use \*"),
    ],
)
def test_axes_that_do_not_fit_are_refused_when_written(build, problem):
    with pytest.raises(ValueError, match=problem):
        build(T.dmatrix("x"))


WRONG = {
    "dot": (T.dot, (2, 3), (2, 3)),
    "dot, 1 against n": (T.dot, (2, 1), (3, 2)),
    "dot, n against 1": (T.dot, (2, 3), (1, 2)),
    "matmul, batch": (T.matmul, (1, 2, 3), (4, 3, 2)),
    "matmul, inner": (T.matmul, (2, 2, 3), (2, 1, 2)),
    "batched_dot, batch": (T.batched_dot, (1, 2, 3), (4, 3, 2)),
    "batched_dot of vectors": (T.batched_dot, (2, 3), (2, 1)),
    "batched_dot of tensors": (T.batched_dot, (2, 3, 2, 2), (3, 2, 2)),
    "tensordot, 1 against n": (lambda x, y: T.tensordot(x, y, 1), (2, 1), (3, 2)),
    "tensordot, equal products": (T.tensordot, (2, 3), (3, 2)),
    "batched_tensordot, batch": (lambda x, y: T.batched_tensordot(x, y, 1), (1, 2, 3), (2, 3, 2)),
    "batched_tensordot, equal products": (T.batched_tensordot, (2, 2, 3), (2, 3, 2)),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("name", WRONG)
def test_sizes_that_do_not_fit_are_a_value_error_and_1_does_not_broadcast(name, mode):
    function, *sizes = WRONG[name]
    x, y = (
        T.TensorType("float64", [None] * len(shape))(v)
        for v, shape in zip("xy", sizes, strict=True)
    )
    f = minigrad.function([x, y], function(x, y), mode=mode)
    with pytest.raises(ValueError):
        f(*map(np.ones, sizes))
