"""`scan` computes what the loop written out computes, and so do its derivatives."""

from collections import OrderedDict

import numpy as np
import pytest
from draws import few
from hypothesis import example, given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad import foldl, foldr, grad, map, reduce, scan
from minigrad.gradient import NullTypeGradError, grad_undefined
from minigrad.theano.scan_module import until
from minigrad.theano.tensor.shared_randomstreams import RandomStreams

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]
RNG = np.random.default_rng(0)


# ---- What Theano's documentation shows -----------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_powers(mode):
    k, A = T.iscalar("k"), T.vector("A")
    powers, updates = scan(
        lambda prior, A: prior * A, outputs_info=T.ones_like(A), non_sequences=A, n_steps=k
    )
    power = minigrad.function([A, k], powers[-1], updates=updates, mode=mode)
    np.testing.assert_array_equal(power(range(10), 2), np.arange(10) ** 2)
    np.testing.assert_array_equal(power(range(10), 4), np.arange(10) ** 4)


def test_a_polynomial():
    coefficients, x = T.vector("coefficients"), T.scalar("x")
    terms, _ = scan(
        lambda coefficient, power, value: coefficient * value**power,
        outputs_info=None,
        sequences=[coefficients, T.arange(10000)],
        non_sequences=x,
    )
    polynomial = minigrad.function([coefficients, x], terms.sum())
    assert polynomial([1, 0, 2], 3) == 19


def test_a_sum_that_is_accumulated_from_a_typed_zero():
    up_to = T.iscalar("up_to")
    seq = T.arange(up_to)
    result, _ = scan(
        lambda arange_val, sum_to_date: sum_to_date + arange_val,
        outputs_info=T.as_tensor_variable(np.asarray(0, seq.dtype)),
        sequences=seq,
    )
    triangular = minigrad.function([up_to], result)
    np.testing.assert_array_equal(triangular(15), np.arange(15).cumsum())


def test_values_are_set_at_places_step_by_step():
    location, values = T.imatrix("location"), T.vector("values")
    model = T.matrix("model")

    def set_value_at_position(a_location, a_value, output_model):
        zeros = T.zeros_like(output_model)
        return T.set_subtensor(zeros[a_location[0], a_location[1]], a_value)

    result, _ = scan(
        set_value_at_position, outputs_info=None, sequences=[location, values], non_sequences=model
    )
    assign = minigrad.function([location, values, model], result)
    made = assign([[1, 1], [2, 3]], [42, 50], np.zeros((5, 5)))
    expected = np.zeros((2, 5, 5))
    expected[0, 1, 1], expected[1, 2, 3] = 42, 50
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("mode", MODES)
def test_a_recurrent_network_with_taps(mode):
    n = 3
    W, W_in_1, W_in_2, W_feedback, W_out = (
        minigrad.shared(RNG.normal(size=(n, n)) / 2, name=name) for name in "ABCDE"
    )
    u, x0, y0 = T.matrix("u"), T.matrix("x0"), T.vector("y0")

    def one_step(u_tm4, u_t, x_tm3, x_tm1, y_tm1, W, W_in_1, W_in_2, W_feedback, W_out):
        x_t = T.tanh(
            T.dot(x_tm1, W) + T.dot(u_t, W_in_1) + T.dot(u_tm4, W_in_2) + T.dot(y_tm1, W_feedback)
        )
        return [x_t, T.dot(x_tm3, W_out)]

    (x_vals, y_vals), updates = scan(
        fn=one_step,
        sequences={"input": u, "taps": [-4, -0]},
        outputs_info=[{"initial": x0, "taps": [-3, -1]}, y0],
        non_sequences=[W, W_in_1, W_in_2, W_feedback, W_out],
        strict=True,
    )
    f = minigrad.function([u, x0, y0], [x_vals, y_vals], updates=updates, mode=mode)
    values = RNG.normal(size=(9, n)), RNG.normal(size=(3, n)), RNG.normal(size=n)
    A, B, C, D, E = (w.get_value() for w in (W, W_in_1, W_in_2, W_feedback, W_out))
    xs, y, ys = list(values[1]), values[2], []
    for t in range(4, 9):
        x = np.tanh(xs[-1] @ A + values[0][t] @ B + values[0][t - 4] @ C + y @ D)
        y = xs[-3] @ E
        xs.append(x)
        ys.append(y)
    got = f(*values)
    np.testing.assert_allclose(got[0], xs[3:])
    np.testing.assert_allclose(got[1], ys)


@pytest.mark.parametrize("mode", MODES)
def test_gibbs_sampling_counts_its_steps_in_a_shared_variable(mode):
    W = minigrad.shared(RNG.normal(size=(4, 3)), name="W")
    count = minigrad.shared(0, name="count")
    v = T.vector("v")

    def step(v):
        hidden = T.nnet.sigmoid(T.dot(v, W))
        return T.nnet.sigmoid(T.dot(hidden, W.T)), {count: count + 1}

    values, updates = scan(step, outputs_info=v, n_steps=10)
    f = minigrad.function([v], values[9], updates=updates, mode=mode)
    expected = start = RNG.normal(size=4)
    w = W.get_value()
    for _ in range(10):
        expected = 1 / (1 + np.exp(-(1 / (1 + np.exp(-expected @ w))) @ w.T))
    np.testing.assert_allclose(f(start), expected)
    assert count.get_value() == 10
    f(start)
    assert count.get_value() == 20


@pytest.mark.parametrize("mode", MODES)
def test_a_while_loop_ends_after_the_step_in_which_its_condition_holds(mode):
    max_value = T.scalar("max_value")
    values, _ = scan(
        lambda previous, max_value: (previous * 2, until(previous * 2 > max_value)),
        outputs_info=T.constant(1.0, dtype="float64"),
        non_sequences=max_value,
        n_steps=1024,
    )
    f = minigrad.function([max_value], values, mode=mode)
    np.testing.assert_array_equal(f(45), [2, 4, 8, 16, 32, 64])


def test_a_jacobian_and_a_hessian_row_by_row():
    x = T.dvector("x")
    y = x**2
    J, updates = scan(
        lambda i, y, x: T.grad(y[i], x), sequences=T.arange(y.shape[0]), non_sequences=[y, x]
    )
    f = minigrad.function([x], J, updates=updates)
    np.testing.assert_array_equal(f([4, 4]), [[8, 0], [0, 8]])
    cost = (x**3).sum() * x[0]
    gradient = T.grad(cost, x)
    H, updates = scan(
        lambda i, gradient, x: T.grad(gradient[i], x),
        sequences=T.arange(gradient.shape[0]),
        non_sequences=[gradient, x],
    )
    got = minigrad.function([x], H, updates=updates)([1.0, 2.0])
    np.testing.assert_allclose(got, [[12, 12], [12, 12]])


def test_map_reduce_and_folds():
    x = T.dvector("x")
    squares, _ = map(lambda x: x**2, x)
    total, _ = reduce(lambda x, so_far: so_far + x, x, T.constant(0.0, dtype="float64"))
    left, _ = foldl(lambda x, so_far: 2 * so_far + x, x, T.constant(0.0, dtype="float64"))
    right, _ = foldr(lambda x, so_far: 2 * so_far + x, x, T.constant(0.0, dtype="float64"))
    values = minigrad.function([x], [squares, total, left, right])([1, 2, 3])
    np.testing.assert_array_equal(values[0], [1, 4, 9])
    assert values[1:] == [6, 11, 17]


# ---- Arguments and results ----------------------------------------------------------------------


def test_no_result_one_result_and_a_list_of_one():
    x = T.dvector("x")
    total = minigrad.shared(0.0, name="total")
    nothing, updates = scan(lambda x: [(total, total + x)], x)
    assert nothing is None
    assert list(updates) == [total]
    minigrad.function([x], [], updates=updates)([1, 2])
    assert total.get_value() == 3
    assert isinstance(scan(lambda x: 2 * x, x)[0], minigrad.Variable)
    (one,), _ = scan(lambda x: 2 * x, x, return_list=True)
    np.testing.assert_array_equal(one.eval({x: [1, 2]}), [2, 4])


@pytest.mark.parametrize("kind", [dict, OrderedDict, lambda pairs: pairs])
def test_updates_are_a_dict_or_pairs_before_or_after_the_results(kind):
    total = minigrad.shared(1.0, name="total")
    new = kind([(total, 2 * total)])
    for returned in ([3.0 * total, new], (new, [3.0 * total])):
        y, updates = scan(lambda returned=returned: returned, n_steps=3)
        f = minigrad.function([], y, updates=updates)
        total.set_value(1.0)
        np.testing.assert_array_equal(f(), [3, 6, 12])
        assert total.get_value() == 8


def test_positive_and_negative_taps_of_a_sequence():
    x, y = T.dvector("x"), T.dvector("y")
    differences, _ = scan(
        lambda before, after, y: after - before + y,
        [{"input": x, "taps": [-1, 2]}, y],
    )
    values = np.arange(8.0) ** 2
    np.testing.assert_array_equal(
        differences.eval({x: values, y: np.zeros(9)}), values[3:] - values[:-3]
    )


def test_backwards_the_last_elements_come_first():
    x = T.dvector("x")
    y, _ = scan(lambda x, h: 2 * h + x, x, T.constant(0.0, dtype="float64"), go_backwards=True)
    np.testing.assert_array_equal(y.eval({x: [1, 2, 3]}), [3, 8, 17])


def test_n_steps_reads_as_many_elements():
    x, n = T.dvector("x"), T.iscalar("n")
    y, _ = scan(lambda x: 2 * x, x, n_steps=n)
    np.testing.assert_array_equal(y.eval({x: [1, 2, 3], n: 2}), [2, 4])
    y, _ = scan(lambda x: 2 * x, x, n_steps=2, go_backwards=True)
    np.testing.assert_array_equal(y.eval({x: [1, 2, 3]}), [6, 4])


@pytest.mark.parametrize("mode", MODES)
def test_a_loop_in_a_loop_reads_n_steps_elements_of_each_row(mode):
    x = T.dmatrix("x")
    y, _ = scan(lambda row: scan(lambda x, h: x + h, row, 0.0, n_steps=2)[0], x)
    f = minigrad.function([x], y, mode=mode)
    for values in ([[1.0, 2, 3]], [[1.0, 2], [3, 4], [5, 6]]):
        np.testing.assert_array_equal(f(values), np.cumsum(values, axis=1)[:, :2])
    with pytest.raises(ValueError, match="2 steps, but sequence 0 has 1 elements"):
        f([[1.0], [2]])


@pytest.mark.parametrize("mode", MODES)
def test_no_steps_make_empty_results_and_leave_shared_variables_as_they_are(mode):
    x, n = T.dmatrix("x"), T.iscalar("n")
    total = minigrad.shared(np.ones(2), name="total")
    (y, z), updates = scan(
        lambda row, h: ([h + row, row.sum()], {total: total + row}),
        x,
        [T.zeros_like(x[0]), None],
        n_steps=n,
    )
    f = minigrad.function([x, n], [y, z], updates=updates, mode=mode)
    y, z = f(np.ones((3, 2)), 0)
    assert y.shape == (0, 2)
    assert z.shape == (0,)
    np.testing.assert_array_equal(total.get_value(), [1, 1])


def test_the_result_of_zero_steps_has_a_zero_derivative():
    h, n = T.dvector("h"), T.iscalar("n")
    y, _ = scan(lambda h: h**2, outputs_info=h, n_steps=n)
    f = minigrad.function([h, n], grad(y.sum(), h))
    np.testing.assert_array_equal(f([1, 2], 0), [0, 0])
    np.testing.assert_array_equal(f([1, 2], 1), [2, 4])


OF_A_ROW = {
    "a sum": lambda x, n: x.sum(),
    "a product": lambda x, n: T.prod(x),
    "a reshape": lambda x, n: x.reshape((n, -1)).sum(),
    "what is repeated": lambda x, n: T.repeat(x, 2, axis=-1).sum(),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", OF_A_ROW)
def test_without_steps_derivatives_by_sequences_have_the_shape_of_these(name, mode):
    x, n = T.dmatrix("x"), T.iscalar("n")
    h, _ = scan(lambda x, h: h * OF_A_ROW[name](x, n), {"input": x, "taps": [1]}, 1.5)
    f = minigrad.function([x, n], grad(h.sum(), x), mode=mode, on_unused_input="ignore")
    for rows in (0, 1):
        assert f(np.ones((rows, 2)), 2).shape == (rows, 2)


def test_results_of_no_step_have_the_shape_that_steps_would_give_them():
    x, h = T.dvector("x"), T.dmatrix("h")

    def step(x, h):
        return [h + x, h[2::-1, 0], h.reshape(h.shape[::-1])]

    parts, _ = scan(step, x, [h, None, None])
    f = minigrad.function([x, h], parts, mode="FAST_COMPILE")
    assert [y.shape for y in f([], np.ones((5, 2)))] == [(0, 5, 2), (0, 3), (0, 2, 5)]


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "FAST_RUN"])
def test_slices_that_end_at_a_computed_size_have_their_sizes_where_there_is_no_step(mode):
    x, h = T.dvector("x"), T.dtensor3("h")

    def step(x, h):
        middle = h[:, h.shape[1] // 2 :]
        parts = [T.roll(h, -1, axis=-2), h[: h.shape[0] - 1], middle, middle[::-1, 1:]]
        return [h, *parts, middle[h.shape[0] - 1 :, T.constant([-1, 0, 1])]]

    parts, _ = scan(step, x, [h, *[None] * 5])
    f = minigrad.function([x, h], parts[1:], mode=mode)
    shapes = [y.shape for y in f([], np.ones((2, 3, 4)))]
    assert shapes == [(0, 2, 3, 4), (0, 1, 3, 4), (0, 2, 2, 4), (0, 2, 1, 4), (0, 1, 3, 4)]


def test_a_users_function_is_not_called_where_there_is_no_step():
    called = []

    @minigrad.as_op(itypes=[T.dvector], otypes=[T.dvector])
    def counted(x):
        called.append(x)
        return x

    x, h = T.dvector("x"), T.dvector("h")
    y, _ = scan(lambda x, h: counted(h + x), x, non_sequences=h)
    f = minigrad.function([x, h], y, mode="FAST_COMPILE")
    assert (f([], [1, 2, 3]).shape[0], called) == (0, [])
    assert f([1], [1, 2, 3]).tolist() == [[2, 3, 4]] and len(called) == 1


def test_a_state_of_no_step_has_the_shape_of_its_first_value_whatever_a_step_makes_of_it():
    x, h = T.dvector("x"), T.dvector("h")
    y, _ = scan(lambda x, h: (h + x)[(h > 0).nonzero()], x, h)
    f = minigrad.function([x, h], y, mode="DebugMode")
    assert f([], [1, 2, 3]).shape == (0, 3)


def test_without_steps_derivatives_of_loops_in_loops_have_the_shape_of_the_sequence():
    x = T.dtensor3("x")
    h, _ = scan(lambda x, h: h * scan(lambda e, s: s * e[-1], x, 1.5)[0][-1], x[1:], 0.5)
    f = minigrad.function([x], grad(h.sum(), x), mode="FAST_COMPILE")
    assert f(np.ones((1, 3, 1))).shape == (1, 3, 1)


def test_shared_and_outer_variables_are_found():
    x, z = T.dvector("x"), T.dscalar("z")
    w = minigrad.shared(2.0, name="w")
    y, _ = scan(lambda x: w * x + T.exp(z), x)
    f = minigrad.function([x, z], [y, *grad(y.sum(), [w, z])])
    values, by_w, by_z = f([1, 2], 0.0)
    np.testing.assert_array_equal(values, [3, 5])
    assert (by_w, by_z) == (3, 2)


def test_strict_refuses_variables_that_were_not_passed():
    w = minigrad.shared(2.0, name="w")
    with pytest.raises(ValueError, match="fn uses w, which was not passed"):
        scan(lambda x: w * x, T.dvector("x"), strict=True)
    scan(lambda x, w: w * x, T.dvector("x"), non_sequences=w, strict=True)


def test_a_number_as_the_initial_value_takes_on_the_dtype_of_the_result():
    x = T.dvector("x")
    y, _ = scan(lambda x, h: h + x, x, outputs_info=0)
    assert y.type.dtype == "float64"
    np.testing.assert_array_equal(y.eval({x: [1, 2]}), [1, 3])


def test_default_updates_of_shared_variables_happen_in_each_step():
    count = minigrad.shared(0, name="count")
    count.default_update = count + 1
    y, updates = scan(lambda: 10 * count, n_steps=3)
    f = minigrad.function([], y, updates=updates)
    np.testing.assert_array_equal(f(), [0, 10, 20])
    np.testing.assert_array_equal(f(), [30, 40, 50])


def test_what_is_passed_with_a_default_update_is_the_same_in_all_steps():
    count = minigrad.shared(0, name="count")
    count.default_update = count + 1
    y, updates = scan(lambda c: 10 * c, non_sequences=count + 5, n_steps=2)
    assert not updates
    np.testing.assert_array_equal(minigrad.function([], y)(), [50, 50])


def test_a_size_of_what_is_passed_does_not_draw_it_anew_in_each_step():
    drawn = RandomStreams(1).uniform((2,))
    y, updates = scan(lambda u: u * u.shape[0], non_sequences=drawn, n_steps=2)
    assert not updates
    y, u = minigrad.function([], [y, drawn])()
    np.testing.assert_array_equal(y, [2 * u, 2 * u])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_results_have_their_dtype(dtype):
    x = T.vector("x", dtype=dtype)
    y, _ = scan(lambda x, h: h + x, x, T.zeros((), dtype=dtype))
    values = y.eval({x: np.arange(4, dtype=dtype)})
    assert values.dtype == dtype
    np.testing.assert_array_equal(values, [0, 1, 3, 6])


def test_last_values_of_what_is_updated_have_derivatives_too():
    x = T.dvector("x")
    first, second = (minigrad.shared(value, name=name) for name, value in [("a", 2.0), ("b", 3.0)])
    _, updates = scan(lambda x: {first: first * second, second: second + x}, x)
    wrt = [x, first, second]
    square = updates[second] ** 2
    gradients = grad(updates[first], wrt) + grad(square, wrt, disconnected_inputs="ignore")
    f = minigrad.function([x], gradients)
    a, b, (x0, x1) = 2.0, 3.0, (1.0, 4.0)  # a · b · (b + x0), and b + x0 + x1
    got = f([x0, x1])
    np.testing.assert_allclose(got[0], [a * b, 0])
    np.testing.assert_allclose(got[1:3], [b * (b + x0), a * (2 * b + x0)])
    np.testing.assert_allclose(got[3], [16, 16])
    np.testing.assert_allclose(got[4:], [0, 16])


def test_second_derivatives_of_a_last_value_are_those_of_the_loop_written_out():
    x, state = T.dvector("x"), minigrad.shared(0.5, name="state")
    _, updates = scan(lambda x: {state: T.sin(state * x)}, x)

    def second(last):
        return grad(T.sqr(grad(last, x)).sum(), [x, state])

    written_out = T.sin(T.sin(T.sin(state * x[0]) * x[1]) * x[2])
    f = minigrad.function([x], [*second(updates[state]), *second(written_out)])
    by_x, by_state, right_x, right_state = f([1.0, 2.0, 3.0])
    np.testing.assert_allclose(by_x, right_x)
    np.testing.assert_allclose(by_state, right_state)


class HalfDefined(minigrad.Op):
    """x + y, whose derivative by y is not defined."""

    itypes = (T.dscalar, T.dscalar)
    otypes = (T.dscalar,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] + inputs[1]

    def grad(self, inputs, output_grads):
        return [output_grads[0], grad_undefined(self, 1, inputs[1])]


def test_a_derivative_that_is_not_defined_in_a_step_is_none_of_the_loop():
    x, y, z = T.dvector("x"), T.dvector("y"), T.dscalar("z")
    total, _ = scan(lambda x, y, h: HalfDefined()(h * x, y), [x, y], z)
    last, _ = scan(lambda x, y, h: HalfDefined()(x, h), [x, y], z)
    cost = total[-1]
    assert grad(cost, x).eval({x: [2, 3], y: [5, 7], z: 1}).tolist() == [3, 7]
    assert grad(cost, z).eval({x: [2, 3], y: [5, 7], z: 1}) == 6
    with pytest.raises(NullTypeGradError, match="HalfDefined by its input 1"):
        grad(cost, y)
    with pytest.raises(NullTypeGradError):
        grad(last[-1], z)


# ---- Errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda x: scan(lambda: 1), ValueError, "neither sequences nor n_steps"),
        (lambda x: scan(lambda x: x, x, n_steps=-1), ValueError, "n_steps is -1"),
        (lambda x: scan(lambda x: x, x, n_steps=1.5), TypeError, "n_steps must be a whole number"),
        (lambda x: scan(3, x), TypeError, "fn must be a function"),
        (lambda x: scan(lambda x: x, x[0]), TypeError, "is a scalar"),
        (lambda x: scan(lambda x: [x, x], x, [None]), ValueError, "1 results, but fn returned 2"),
        (lambda x: scan(lambda x: "x", x), TypeError, "fn returns variables, updates"),
        (
            lambda x: scan(lambda x, h: x * h, x, T.constant([1.0, 2.0])),
            None,
            "",
        ),
        (
            lambda x: scan(lambda x, h: x, x, T.dvector("h0")),
            TypeError,
            "result 0 of fn, .*, has 0 dimensions, but its initial value h0 has 1",
        ),
        (
            lambda x: scan(lambda x, h: x, x, T.fscalar("h0")),
            TypeError,
            "is float64, but its initial value h0 is float32",
        ),
        (
            lambda x: scan(lambda x, h: h, x, {"initial": x, "taps": [0]}),
            ValueError,
            "its taps must be negative",
        ),
        (
            lambda x: scan(lambda x, h: h, x, {"initial": x, "tap": [-1]}),
            TypeError,
            "got 'tap'",
        ),
        (
            lambda x: scan(lambda x, h: h, x, {"initial": T.dscalar(), "taps": [-2]}),
            TypeError,
            "is a scalar",
        ),
        (lambda x: until(x), TypeError, "until takes a scalar condition"),
        (lambda x: scan(lambda x: x, T.constant([1, 2]), n_steps=3), ValueError, "elements for 2"),
    ],
)
def test_a_mistake_is_told_where_the_loop_is_written(make, error, words):
    x = T.dvector("x")
    if error is None:
        make(x)
        return
    with pytest.raises(error, match=words):
        make(x)


@pytest.mark.parametrize("mode", MODES)
def test_a_sequence_that_is_too_short_is_refused(mode):
    x, n = T.dvector("x"), T.iscalar("n")
    y, _ = scan(lambda x: 2 * x, x, n_steps=n)
    f = minigrad.function([x, n], y, mode=mode)
    with pytest.raises(ValueError, match="5 steps, but sequence 0 has 3 elements"):
        f([1, 2, 3], 5)
    with pytest.raises(ValueError, match="the number of steps is -1"):
        f([1, 2, 3], -1)


@pytest.mark.parametrize("mode", MODES)
def test_a_state_that_changes_its_shape_is_refused(mode):
    h = T.dvector("h")
    y, _ = scan(lambda h: T.concatenate([h, h]), outputs_info=h, n_steps=2)
    f = minigrad.function([h], y, mode=mode)
    with pytest.raises(ValueError, match="of a state of shape .1,. one of shape .2,."):
        f([1.0])


def test_an_error_in_a_step_names_the_line_of_the_step():
    x, W = T.dmatrix("x"), T.dmatrix("W")
    y, _ = scan(
        lambda row: T.dot(row, W),  # here
        x,
    )
    f = minigrad.function([x, W], y)
    with pytest.raises(ValueError, match="# here"):
        f(np.ones((2, 3)), np.ones((4, 5)))


# ---- Beside the loop that is written by hand -------------------------------------------------------

N = 2  # the size of all vectors


@st.composite
def programs(draw):
    """Draw what a random loop consists of."""
    taps = st.lists(st.integers(-1, 1), min_size=1, max_size=2, unique=True)
    back = st.lists(st.integers(-3, -1), min_size=1, max_size=2, unique=True)
    return {
        "sequences": draw(st.lists(taps, max_size=2)),
        "states": draw(st.lists(back, max_size=2)),
        "n_others": draw(st.integers(0, 1)),
        "n_steps": draw(st.integers(0, 4)),
        "backwards": draw(st.booleans()),
        "truncate": draw(st.sampled_from([-1, -1, 1, 2])),
        "limit": draw(st.sampled_from([None, None, 0.0, 0.4])),
        "nested": draw(st.booleans()),
        "last": draw(st.booleans()),
        "dtype": draw(st.sampled_from(["float64", "float64", "float32"])),
        "order": draw(st.sampled_from([1, 1, 2])),
        "seed": draw(st.integers(0, 1000)),
    }


class Program:
    """A loop, as a `scan` and as the graph that is written out step by step."""

    def __init__(self, drawn):
        self.__dict__.update(drawn)
        self.rng = np.random.default_rng(self.seed)
        self.n_results = len(self.states) + self.n_others or 1
        matrix, vector = (T.TensorType(self.dtype, [None] * ndim) for ndim in (2, 1))
        self.W, self.W_value = matrix("W"), self.rng.normal(size=(N, N))
        self.xs = [matrix(f"x{i}") for i, _ in enumerate(self.sequences)]
        self.hs = [
            (vector if taps == [-1] else matrix)(f"h{i}") for i, taps in enumerate(self.states)
        ]
        depth = [-min(taps) for taps in self.states]
        self.values = [
            *[self.rng.normal(size=(self.n_steps + 2, N)) for _ in self.xs],
            *[
                self.rng.normal(size=(N,) if taps == [-1] else (d, N))
                for d, taps in zip(depth, self.states, strict=True)
            ],
            self.W_value,
        ]
        self.values = [np.asarray(value, self.dtype) for value in self.values]
        self.inputs = [*self.xs, *self.hs, self.W]
        n_arguments = sum(map_len(self.sequences)) + sum(map_len(self.states))
        self.weights = self.rng.normal(size=(self.n_results, n_arguments + 1))

    def step(self, *arguments):
        *arguments, W = arguments
        results = []
        for row in self.weights.tolist():
            total = T.constant(np.full(N, row[-1], self.dtype))
            for weight, v in zip(row, arguments, strict=False):
                total = total + T.tanh(T.dot(v, W) * weight) if weight > 0 else total * v + weight
            if self.nested:
                inner, _ = scan(lambda e, s: T.tanh(e + s * s), total, outputs_info=W[0, 0])
                total = total + inner
            results.append(T.sin(total))
        if self.limit is None:
            return results
        return results, until(results[0][0] > self.limit)

    def scanned(self):
        results, updates = scan(
            self.step,
            [{"input": x, "taps": taps} for x, taps in zip(self.xs, self.sequences, strict=True)],
            [
                *[
                    h if taps == [-1] else {"initial": h, "taps": taps}
                    for h, taps in zip(self.hs, self.states, strict=True)
                ],
                *[None] * (self.n_results - len(self.states)),
            ],
            non_sequences=self.W,
            n_steps=self.n_steps,
            truncate_gradient=self.truncate,
            go_backwards=self.backwards,
            return_list=True,
        )
        assert not updates
        return results

    def written_out(self, n_steps):
        """The results of all steps, by step."""
        known = [
            [h] if taps == [-1] else [h[i] for i in range(-min(taps))]
            for h, taps in zip(self.hs, self.states, strict=True)
        ]
        steps = []
        for t in range(n_steps):
            arguments = []
            for x, taps in zip(self.xs, self.sequences, strict=True):
                first, last = min(0, *taps), max(0, *taps)
                length = self.n_steps + 2 - last + first
                at = length - 1 - t if self.backwards else t
                arguments += [x[at + tap - first] for tap in taps]
            for values, taps in zip(known, self.states, strict=True):
                arguments += [values[tap] for tap in taps]
            results = self.step(*arguments, self.W)
            if self.limit is not None:
                results, _ = results
            for values, result in zip(known, results, strict=False):
                values.append(result)
            steps.append(results)
        return steps

    def n_done(self):
        """Return the number of steps."""
        if self.limit is None:
            return self.n_steps
        firsts = [results[0][0] for results in self.written_out(self.n_steps)]
        if not firsts:
            return 0
        values = minigrad.function(self.inputs, firsts, on_unused_input="ignore")(*self.values)
        return next((i for i, v in enumerate(values, 1) if v > self.limit), self.n_steps)


def map_len(lists):
    return [len(entries) for entries in lists]


def cost_of(results, weights):
    return sum((w * T.sqr(r)).sum() for w, r in zip(weights, results, strict=True))


PLAIN = {
    "sequences": [[0, -1], [1]],
    "states": [[-1], [-2, -1]],
    "n_others": 1,
    "n_steps": 3,
    "backwards": False,
    "truncate": -1,
    "limit": None,
    "nested": False,
    "last": False,
    "dtype": "float64",
    "order": 1,
    "seed": 3,
}
ONE_STATE = {**PLAIN, "sequences": [[0]], "states": [[-1]], "n_others": 0}


@few
@given(programs(), st.sampled_from(MODES))
@example(PLAIN, "FAST_RUN")
@example({**PLAIN, "sequences": [], "states": [[-1], [-1]], "n_steps": 2, "order": 2}, "FAST_RUN")
@example({**PLAIN, "backwards": True, "truncate": 2}, "FAST_RUN")
@example({**ONE_STATE, "truncate": 2, "limit": 0.9, "last": True}, "FAST_RUN")
@example({**ONE_STATE, "limit": 0.9, "seed": 5, "order": 2}, "FAST_RUN")
@example({**ONE_STATE, "nested": True, "n_steps": 2}, "FAST_RUN")
def test_a_random_loop_and_its_derivatives_are_those_of_the_loop_written_out(drawn, mode):
    program = Program(drawn)
    done = program.n_done()
    steps = program.written_out(done)
    results = program.scanned()
    weights = np.linspace(0.5, 1.5, done * N).reshape(done, N).astype(program.dtype)
    if program.last and done:
        cost = cost_of([r[-1] for r in results], [weights[-1]] * len(results))
        expected = cost_of(steps[-1], [weights[-1]] * len(results))
    else:
        cost = cost_of(results, [weights] * len(results))
        expected = sum(cost_of(s, [weights[t]] * len(s)) for t, s in enumerate(steps))
    stop = []
    if program.truncate != -1:
        stop = [v for s in steps[: max(0, done - program.truncate)] for v in s]
        if program.truncate < done:
            stop += program.hs
    inputs, n_results = program.inputs, len(results)

    def derivatives(cost, stop):
        if not isinstance(cost, minigrad.Variable):
            return []
        first = grad(cost, inputs, disconnected_inputs="ignore", consider_constant=stop)
        if program.order == 1 or program.truncate != -1:
            return first
        more = sum(T.sqr(g).sum() for v, g in zip(inputs, first, strict=True) if v not in stop)
        return [*first, *grad(more, inputs, disconnected_inputs="ignore")]

    f = minigrad.function(
        inputs, [*results, cost, *derivatives(cost, [])], mode=mode, on_unused_input="ignore"
    )
    got = f(*program.values)
    if not steps:
        assert got[n_results] == 0
        assert not any(g.any() for g in got[n_results + 1 :])
        return
    g = minigrad.function(
        inputs,
        [*[v for s in steps for v in s], expected, *derivatives(expected, stop)],
        on_unused_input="ignore",
    )
    right = g(*program.values)
    close = (
        {"rtol": 1e-7, "atol": 1e-9} if program.dtype == "float64" else {"rtol": 2e-3, "atol": 1e-3}
    )
    for r, history in enumerate(got[:n_results]):
        assert history.dtype == program.dtype
        np.testing.assert_allclose(history, right[r : done * n_results : n_results], **close)
    names = ["cost", *inputs, *inputs]
    for name, mine, theirs in zip(names, got[n_results:], right[done * n_results :], strict=False):
        theirs = np.zeros_like(theirs) if name in stop else theirs
        np.testing.assert_allclose(mine, theirs, err_msg=str(name), **close)


@pytest.mark.parametrize("mode", MODES)
def test_draws_in_a_loop_are_others_in_each_step_and_the_same_in_its_derivative(mode):
    x, h0 = T.dvector("x"), T.dvector("h0")
    stream = RandomStreams(1)

    def step(h, x):
        noise = stream.normal((2,), dtype="float64")
        return [T.tanh(h * x + noise), noise]

    (h, noise), updates = scan(step, outputs_info=[h0, None], non_sequences=x, n_steps=4)
    f = minigrad.function([x, h0], [h, noise, *grad(h.sum(), [x, h0])], updates=updates, mode=mode)
    given = T.dmatrix("given")
    written_out, last = [], h0
    for t in range(4):
        last = T.tanh(last * x + given[t])
        written_out.append(last)
    total = sum(h.sum() for h in written_out)
    g = minigrad.function([x, h0, given], [T.stack(written_out), *grad(total, [x, h0])])
    seen = []
    for _ in range(2):
        h, noise, *gradients = f([0.5, -1], [1, 2])
        for mine, right in zip([h, *gradients], g([0.5, -1], [1, 2], noise), strict=True):
            np.testing.assert_allclose(mine, right)
        seen += [tuple(row) for row in noise]
    assert len(set(seen)) == 8


def test_derivatives_go_through_the_steps_that_until_has_left():
    def step(x, h):
        new = T.tanh(w * h + x)
        return new, until(new > 0.9)

    x, w = T.dvector("x"), T.dscalar("w")
    h, _ = scan(step, x, T.constant(0.1))
    cost = T.sqr(h).sum()
    f = minigrad.function([x, w], [h, cost, *grad(cost, [x, w])])
    values, eps = np.array([0.1, 0.2, 1.5, 0.3]), 1e-6
    done, _, by_x, by_w = f(values, 0.7)
    assert len(done) == 3
    slopes = [(f(values + d, 0.7)[1] - f(values - d, 0.7)[1]) / (2 * eps) for d in eps * np.eye(4)]
    np.testing.assert_allclose(by_x, slopes, rtol=1e-6, atol=1e-12)
    slope = (f(values, 0.7 + eps)[1] - f(values, 0.7 - eps)[1]) / (2 * eps)
    np.testing.assert_allclose(by_w, slope, rtol=1e-6)


class Unknown(minigrad.Op):
    """x, whose derivative is not defined."""

    __props__ = ()
    itypes = otypes = [T.dscalar]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0]

    def grad(self, inputs, output_grads):
        return [grad_undefined(self, 0, inputs[0], "nobody knows")]


def test_what_leads_to_a_state_without_a_derivative_has_none():
    x = T.dvector("x")
    h, _ = scan(lambda x, h: Unknown()(h) + x, x, T.zeros(()))
    with pytest.raises(NullTypeGradError, match="nobody knows"):
        grad(h[-1], x)
