"""The many small names of T, and what checks, shows or compares: values, derivatives, errors."""

import sys

import numpy as np
import pytest
from draws import FLOATS, few
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import assert_computes
from scipy import special

import minigrad
import minigrad.tensor as T
from minigrad.ops.checking import PdbBreakpoint
from minigrad.printing import Print, min_informative_str
from minigrad.testing import check_grad, check_op
from minigrad.theano.gof.graph import equal_computations, is_same_graph, ops

MATRIX = np.random.default_rng(2).uniform(-2, 2, (3, 4))
MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]


# ---- x log x ---------------------------------------------------------------------------------------


@few
@given(arrays("float64", (2, 3), elements=st.floats(0, 5)))
def test_xlogx_and_xlogy_are_scipys(x):
    y = x[::-1]
    assert_computes(T.xlogx.xlogx, lambda x: special.xlogy(x, x), x)
    with np.errstate(divide="ignore"):
        assert_computes(T.xlogx.xlogy0, special.xlogy, x, y)


def test_xlogx_and_xlogy_keep_all_promises_of_ops():
    x = np.array([[0.5, 1.0, 3.0]])
    check_op(T.xlogx.xlogx, x, max_examples=1)
    check_op(T.xlogx.xlogy0, x, x.T, max_examples=1)


def test_xlogy_has_no_derivative_by_y_where_both_are_zero():
    x, y = T.dscalars("x", "y")
    assert minigrad.grad(T.xlogx.xlogy0(x, y), y).eval({x: 0.0, y: 0.0}) == 0


# ---- Functions of elements, stacks, products --------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_small_functions_of_elements_are_numpys(dtype):
    x, y = MATRIX.astype(dtype), (MATRIX * 1.5).astype(dtype)
    assert_computes(T.round_half_to_even, np.round, x)
    assert_computes(T.round_half_away_from_zero, lambda x: np.trunc(x + np.sign(x) / 2), x)
    assert_computes(T.largest, lambda x, y, z: np.maximum(np.maximum(x, y), z), x, y, -y)
    assert_computes(T.smallest, lambda x, y: np.minimum(x, y), x, y)
    assert_computes(T.allclose, lambda x, y: np.asarray(np.allclose(x, y)), x, y)
    assert_computes(T.allclose, lambda x, y: np.asarray(np.allclose(x, y)), x, x)


@given(st.integers(-20, 20), st.integers(1, 7))
def test_a_quotient_rounded_up(a, b):
    assert T.ceil_intdiv(a, b).eval() == -(-a // b)


def test_names_of_the_same_function():
    assert T.second is T.fill and T.isnan_ is T.isnan
    assert T.inplace.exp_inplace is T.exp and T.inplace.add_inplace is T.add
    assert T.inplace.transpose_inplace is T.transpose
    assert "float32" in T.float_dtypes and "int8" in T.discrete_dtypes


def test_matrices_are_stacked():
    assert_computes(T.horizontal_stack, lambda x, y: np.hstack([x, y]), MATRIX, MATRIX[:, :2])
    assert_computes(T.vertical_stack, lambda x, y: np.vstack([x, y]), MATRIX, MATRIX[:2])
    with pytest.raises(ValueError, match="takes matrices"):
        T.vertical_stack([1.0], [2.0])


def test_places_and_inverse_permutations():
    assert_computes(T.flatnonzero, np.flatnonzero, (MATRIX > 0).astype("int8"))
    rows = np.array([[1, 2, 0], [2, 1, 0]], "int32")
    assert_computes(T.inverse_permutation, lambda p: np.argsort(p).astype("int32"), rows)
    with pytest.raises(ValueError):
        T.flatnonzero(1)


@pytest.mark.parametrize(
    "options",
    [{}, {"bias": True}, {"ddof": 2}, {"rowvar": False}, {"fweights": [1, 2, 1, 3]},
     {"aweights": [0.5, 1.0, 2.0, 1.0]}, {"fweights": [1, 2, 1, 1], "aweights": [1.0, 2.0, 1.0, 1.0]}],
)  # fmt: skip
def test_covariances_are_numpys(options):
    x = MATRIX.T if options.get("rowvar") is False else MATRIX
    assert_computes(lambda x: T.cov(x, **options), lambda x: np.cov(x, **options), x)
    if "rowvar" not in options:
        assert_computes(
            lambda x, y: T.cov(x, y, **options), lambda x, y: np.cov(x, y, **options), x, x[0] ** 2
        )


def test_the_variance_of_a_vector_and_the_derivative():
    assert_computes(T.cov, lambda x: np.asarray(np.cov(x)), MATRIX[0])
    check_grad(lambda x: T.cov(x, aweights=[0.5, 1.0, 2.0, 1.0]), MATRIX)
    with pytest.raises(ValueError, match="vector or a matrix"):
        T.cov(np.zeros((2, 2, 2)))


# ---- What is known beforehand ------------------------------------------------------------------------


def test_a_single_known_value_is_found():
    x = T.dmatrix("x")
    for v, value in [
        (3, 3), (T.constant([2.0, 2.0]), 2), (T.zeros_like(x), 0), (T.ones_like(x) * 2 + 1, 3),
        (T.alloc(5, x.shape[0]), 5), (T.cast(T.fill(x, 2), "int8"), 2), (T.constant([1, 2])[1], 2),
        (T.ones((2, 3)).dimshuffle(1, "x", 0), 1),
    ]:  # fmt: skip
        assert T.get_scalar_constant_value(v) == value
    for v in (x, x.shape[0], T.constant([1, 2]), x + 1, T.constant(np.zeros(0))):
        with pytest.raises(T.NotScalarConstantError):
            T.get_scalar_constant_value(v)
    with pytest.raises(T.NotScalarConstantError):
        T.get_scalar_constant_value(T.zeros_like(x), only_process_constants=True)
    with pytest.raises(T.NotScalarConstantError):
        T.get_scalar_constant_value(T.zeros_like(x) + 1, elemwise=False)


def test_a_known_length_and_a_default():
    assert T.get_vector_length(T.stack([T.dscalar(), T.dscalar()])) == 2
    for wrong in (T.dvector(), T.dmatrix()):
        with pytest.raises((ValueError, TypeError)):
            T.get_vector_length(wrong)
    x = T.dvector("x")
    assert T.default(x, [1.0]) is x
    with pytest.raises(TypeError):
        T.default(x, 1.0)


# ---- Assert, Print, as_op ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_assert_passes_its_value_on_or_raises(mode):
    x = T.dvector("x")
    y = T.opt.Assert("x must be positive")(x, T.all(x > 0), x.shape[0] > 1)
    f = minigrad.function([x], [y * 2, minigrad.grad((y**2).sum(), x)], mode=mode)
    assert f([1.0, 2.0])[1].tolist() == [2, 4]
    for wrong in ([1.0, -1.0], [1.0]):
        with pytest.raises(AssertionError, match="x must be positive"):
            f(wrong)


def test_assert_checks_also_where_only_the_shape_is_needed():
    x = T.dvector("x")
    f = minigrad.function([x], T.opt.assert_op(x, T.all(x > 0)).shape)
    assert f([1.0, 2.0]) == [2]
    with pytest.raises(AssertionError, match="Theano Assert failed!"):
        f([-1.0])


def test_assert_keeps_all_promises_of_ops():
    check_op(lambda x: T.opt.Assert("no")(x, T.all(x < 1e9)), MATRIX, max_examples=1)


def test_print_prints_once_when_its_value_is_computed(capsys):
    x = T.dvector("x")
    y = Print("x =", ("shape", "sum"))(x)
    f = minigrad.function([x], [(y**2).sum(), minigrad.grad((y**2).sum(), x)])
    f([1.0, 2.0])
    assert capsys.readouterr().out == "x = shape = (2,)\nx = sum = 3.0\n"
    minigrad.function([x], y.shape[0])([1.0])
    assert capsys.readouterr().out == ""


def test_print_calls_a_function_of_its_own_and_prints_arrays_as_numpy_does(capsys):
    x, seen = T.dvector("x"), []
    Print("here", global_fn=lambda op, value: seen.append((op.message, value)))(x).eval({x: [1.0]})
    assert seen == [("here", [1.0])]
    Print("x")(x).eval({x: [1.0, 2.0]})
    assert capsys.readouterr().out == "x __str__ = [1. 2.]\n"


@pytest.mark.parametrize("mode", MODES)
def test_a_python_function_is_an_op(mode):
    @minigrad.as_op([T.dvector, T.dscalar], [T.dvector, T.lscalar], lambda node, s: [s[0], ()])
    def scaled(x, factor):
        return x * factor, np.asarray(len(x))

    x = T.dvector("x")
    y, n = scaled(x + 1, 2.0)
    f = minigrad.function([x], [y, n, y.shape], mode=mode)
    assert [result.tolist() for result in f([1.0, 2.0])] == [[4, 6], 2, [2]]
    assert str(scaled) == "scaled"
    with pytest.raises(TypeError, match="no derivative"):
        minigrad.grad(y.sum(), x)


def test_a_python_function_that_returns_other_things_is_refused():
    x = T.dvector("x")
    for function in (lambda x: (x, x), lambda x: x.astype("float32")):
        with pytest.raises((ValueError, TypeError)):
            minigrad.as_op(T.dvector, T.dvector)(function)(x).eval({x: [1.0]})


# ---- Graphs ------------------------------------------------------------------------------------------


def test_graphs_that_compute_the_same_are_equal():
    x, y, z = T.dvectors("x", "y", "z")
    assert is_same_graph(T.exp(x) + 2.0, T.exp(x) + 2.0)
    assert not is_same_graph(x + y, y + x)
    assert is_same_graph(x + y, x + z, {z: y}) and is_same_graph(x + y, x + z, {y: z})
    assert not is_same_graph(x + 1.0, x + 2.0) and not is_same_graph(x, y)
    one, other = T.split(x, [1, 1], 2)
    assert not is_same_graph(one, other)
    assert equal_computations([x + z, x], [y + z, y], [x], [y])
    assert not equal_computations([x + x], [y + z], [x], [y])
    with pytest.raises(ValueError):
        equal_computations([x], [x, y])
    shared = T.exp(x)
    assert len(ops([x], [shared + shared])) == 2


def test_an_informative_string_ends_at_names():
    a, b = T.dscalars("a", "b")
    c = a + b
    c.name = "c"
    assert min_informative_str(c * (a - b)) == ("A. mul\n B. c\n C. sub\n  D. a\n  E. b")


# ---- Breakpoints -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_breakpoint_stops_where_its_condition_holds_and_goes_on_with_what_was_put_in(
    mode, monkeypatch, capsys
):
    seen = []

    def debug():
        monitored = sys._getframe(1).f_locals["monitored"]
        seen.append(monitored[0].tolist())
        monitored[0] = monitored[0] + 10

    monkeypatch.setattr(sys, "breakpointhook", debug)
    x, y = T.dvector("x"), T.dscalar("y")
    a, b = PdbBreakpoint("too large")(T.gt(x.sum(), 5), 2 * x, y)
    f = minigrad.function([x, y], [a + b, minigrad.grad((a * b).sum(), [x, y])[0]], mode=mode)
    assert [r.tolist() for r in f([1.0, 2.0], 3.0)] == [[5, 7], [6, 6]] and not seen
    value = f([3.0, 3.0], 1.0)[0]
    assert value.tolist() == [17, 17] and seen[0] == [6, 6]
    assert "breakpoint too large" in capsys.readouterr().out


def test_the_condition_of_a_breakpoint_is_a_scalar():
    with pytest.raises(ValueError, match=r"the condition must be a scalar; got TensorType\(bool, "):
        PdbBreakpoint("b")(T.dvector("x") > 0, T.dscalar("y"))


def test_rebroadcast_changes_the_axes_that_it_names():
    rebroadcast = minigrad.theano.compile.Rebroadcast((0, True), (1, False))
    x = T.TensorType("float64", (None, 1, None))("x")
    assert rebroadcast(x).broadcastable == (True, False, False)
    assert rebroadcast(x).eval({x: np.ones((1, 1, 2))}).shape == (1, 1, 2)
    with pytest.raises(ValueError, match="Rebroadcast: v has 1 axes, not 2"):
        rebroadcast(T.dvector("v"))
