"""`grad`: what it refuses, its options, and that derivatives have derivatives."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import DisconnectedInputError, grad
from minigrad.testing import check_grad


@pytest.fixture
def x():
    return T.dvector("x")


def test_the_cost_must_be_a_scalar(x):
    with pytest.raises(TypeError, match=r"must be a scalar; .* has 1 dimensions; take its sum"):
        grad(x * 2, x)


def test_a_cost_of_integers_has_derivatives_of_zero(x):
    assert grad((x > 1).sum(), x).eval({x: [1.0, 2.0]}).tolist() == [0.0, 0.0]


def test_a_cost_of_integers_may_be_disconnected_too(x):
    with pytest.raises(minigrad.DisconnectedInputError):
        grad(T.lscalar("n") * 2, x)


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (lambda x, n: (x * n).sum(), [0.5, 2.0]),
        (lambda x, n: (T.cast(n, "float64") ** 2).sum(), [4.0, 6.0]),
        (lambda x, n: T.sqr(T.concatenate([n, x]).sum()), [15.0, 15.0]),
        (lambda x, n: (x.sum() * n).sum() + T.exp(n - 2.0).sum(), [3.5, 2.5 + np.e]),
        (lambda x, n: n[0] * x[1] * 1.0, [0.0, 0.0]),  # n[0] is an integer made of n
        (lambda x, n: T.cast(n * n, "float64").sum(), [0.0, 0.0]),
        (lambda x, n: (n * n).sum(), [0.0, 0.0]),
        (lambda x, n: T.floor(n * 1.5).sum(), [0.0, 0.0]),
        (lambda x, n: T.switch(n > 2, n, x).sum(), [0.0, 1.0]),
    ],
)
def test_the_derivative_by_integers_is_that_by_the_floats_that_are_made_of_them(cost, expected, x):
    n = T.lvector("n")
    derivative = grad(cost(x, n), n)
    assert derivative.type.dtype == "float64"
    value = derivative.eval({x: [0.5, 2.0], n: [2, 3]})
    np.testing.assert_allclose(value, expected)


def test_the_derivative_by_integers_has_the_dtype_of_what_is_made_of_them():
    n, f = T.lvector("n"), T.fvector("f")
    assert grad((f * T.cast(n, "float32")).sum(), n).type.dtype == "float32"


def test_an_index_has_no_derivative(x):
    n = T.lscalar("n")
    with pytest.raises(minigrad.DisconnectedInputError):
        grad(x[n], n)


def test_an_integer_by_itself_has_the_derivative_one():
    n = T.lscalar("n")
    assert grad(n, n).eval({n: 3}) == 1.0


@pytest.mark.parametrize("wrong", [3.0, "x", None])
def test_only_variables_have_derivatives_by_them(x, wrong):
    with pytest.raises(TypeError, match="wrt must be variables"):
        grad(x.sum(), wrong)


def test_a_constant_has_a_derivative_by_it(x):
    c = T.constant([1.0, 2.0])
    assert grad((c**2 * x).sum(), c).eval({x: [1.0, 10.0]}).tolist() == [2.0, 40.0]
    assert grad(grad((c**3).sum(), c).sum(), c).eval().tolist() == [6.0, 12.0]


def test_a_variable_that_the_cost_does_not_depend_on_is_an_error_with_advice(x):
    y = T.dvector("y")
    with pytest.raises(DisconnectedInputError, match="does not depend on y.*disconnected_inputs"):
        grad(x.sum(), y)


def test_or_a_warning_and_zeros(x):
    y = T.dvector("y")
    with pytest.warns(UserWarning, match="does not depend on y"):
        result = grad(x.sum(), y, disconnected_inputs="warn")
    assert result.eval({y: [1.0, 2.0]}).tolist() == [0.0, 0.0]


def test_or_ignored_and_zeros_or_none(x):
    y = T.dvector("y")
    assert grad(x.sum(), y, disconnected_inputs="ignore").eval({y: [1.0]}).tolist() == [0.0]
    for spelling in ("none", "None"):
        how = {"disconnected_inputs": "ignore", "return_disconnected": spelling}
        assert grad(x.sum(), [x, y], **how)[1] is None


def test_a_variable_used_only_for_its_shape_is_disconnected(x):
    y = T.dvector("y")
    with pytest.raises(DisconnectedInputError):
        grad(x.sum() * y.shape[0], y)


def test_a_constant_piecewise_function_is_connected_with_derivative_zero(x):
    assert grad(T.floor(x).sum(), x).eval({x: [0.5]}).tolist() == [0.0]


@pytest.mark.parametrize("kind", [list, tuple])
def test_derivatives_come_in_the_container_that_the_variables_came_in(x, kind):
    y = T.dvector("y")
    result = grad((x * y).sum(), kind([x, y]))
    assert type(result) is kind
    assert len(result) == 2


def test_the_derivative_of_a_named_cost_has_a_name(x):
    cost = x.sum()
    cost.name = "cost"
    assert grad(cost, x).name == "(dcost/dx)"
    assert grad(cost, x, add_names=False).name is None


def test_contributions_of_several_uses_are_added():
    check_grad(lambda x: x * T.sin(x) + x, np.array([0.5, 1.0]))


def test_the_walk_ends_at_a_wrt_that_is_considered_constant(x):
    y = T.sqr(x)
    assert grad(y.sum(), x, consider_constant=[x]).eval({x: [3.0]}).tolist() == [6.0]
    by_y, by_x = grad((x * y).sum(), [y, x], consider_constant=[y])
    assert [by_y.eval({x: [3.0]}).tolist(), by_x.eval({x: [3.0]}).tolist()] == [[3.0], [9.0]]


def test_the_walk_ends_also_at_one_of_several_results(x):
    first, second = T.split(T.sqr(x), [1, 1], 2)
    cost = (first * second).sum()
    by_first, by_x = grad(cost, [first, x], consider_constant=[first])
    assert by_first.eval({x: [3.0, 5.0]}).tolist() == [25.0]
    assert by_x.eval({x: [3.0, 5.0]}).tolist() == [0.0, 9 * 2 * 5.0]
    with pytest.raises(DisconnectedInputError):
        grad(first.sum(), x, consider_constant=[first])


def test_a_derivative_by_an_intermediate_result(x):
    y = T.sqr(x)
    assert grad((3 * y).sum(), y).eval({x: [1.0, 2.0]}).tolist() == [3.0, 3.0]


def test_by_an_intermediate_result_and_by_what_it_is_made_of(x):
    y = T.sqr(x)
    by_y, by_x = grad((y * x).sum(), [y, x])
    assert by_y.eval({x: [2.0]}).tolist() == [2.0]
    assert by_x.eval({x: [2.0]}).tolist() == [12.0]


def test_the_derivative_of_the_cost_by_itself_is_one(x):
    cost = x.sum()
    assert grad(cost, cost).eval({x: [1.0]}) == 1


def test_third_derivatives():
    x = T.dscalar("x")
    y = x**5
    for factor, power in [(5, 4), (20, 3), (60, 2), (120, 1), (120, 0)]:
        y = grad(y, x)
        assert y.eval({x: 2.0}) == pytest.approx(factor * 2.0**power)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_derivative_has_the_dtype_of_its_variable(dtype):
    x, y = T.vector("x", dtype=dtype), T.dvector("y")
    assert grad((x * y).sum(), x).dtype == dtype


def test_considered_constant_nothing_passes(x):
    y = T.sqr(x)
    result = grad((y * x).sum(), x, consider_constant=[y])
    assert result.eval({x: [3.0]}).tolist() == [9.0]


def test_known_derivatives_replace_the_cost(x):
    y = T.sqr(x)
    result = grad(None, x, known_grads={y: T.constant([1.0, 10.0])})
    assert result.eval({x: [1.0, 2.0]}).tolist() == [2.0, 40.0]


def test_known_derivatives_stand_beside_a_cost(x):
    y = T.sqr(x)
    result = grad(y.sum() + x.sum(), x, known_grads={y: T.constant([0.0, 0.0])})
    assert result.eval({x: [1.0, 2.0]}).tolist() == [1.0, 1.0]


def test_without_cost_and_known_derivatives_there_is_nothing_to_do(x):
    with pytest.raises(TypeError, match="got neither"):
        grad(None, x)


def test_an_unknown_option_is_refused(x):
    with pytest.raises(ValueError, match="disconnected_inputs must be one of"):
        grad(x.sum(), x, disconnected_inputs="explode")


class Doubling(minigrad.Op):
    """Doubles, with whatever derivative it is given."""

    itypes = otypes = [T.dvector]

    def __init__(self, derivative):
        self.derivative = derivative

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = 2 * inputs[0]

    def grad(self, inputs, output_grads):
        return self.derivative(*inputs, *output_grads)


def test_a_users_derivative_is_used(x):
    double = Doubling(lambda x, g: [2 * g])
    assert grad(double(x).sum(), x).eval({x: [1.0]}).tolist() == [2.0]


def test_a_users_derivative_may_be_none_for_zero(x):
    double = Doubling(lambda x, g: [None])
    assert grad(double(x).sum(), x).eval({x: [1.0]}).tolist() == [0.0]


def test_too_many_derivatives_are_refused(x):
    double = Doubling(lambda x, g: [g, g])
    with pytest.raises(TypeError, match="a list with an entry for each input, which are 1"):
        grad(double(x).sum(), x)


def test_nothing_passes_an_integer_though_its_derivative_is_given(x):
    n = T.cast(x, "int64")
    by_x = grad(None, x, known_grads={n: T.ones_like(n)})
    assert by_x.eval({x: [1.5, 2.0]}).tolist() == [0.0, 0.0]


def test_a_derivative_of_the_wrong_dimensions_is_refused(x):
    double = Doubling(lambda x, g: [g.sum()])
    with pytest.raises(ValueError, match=r"shape \(\) by x, which has shape \(None,\)"):
        grad(double(x).sum(), x)


def test_an_op_without_derivative_says_how_to_give_it_one(x):
    class Opaque(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

    with pytest.raises(TypeError, match=r"define grad\(inputs, output_grads\) in its class"):
        grad(Opaque()(x).sum(), x)


def test_what_leads_nowhere_needs_no_derivative(x):
    class Opaque(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

    y = T.dvector("y")
    assert grad((Opaque()(y) * x).sum(), x).eval({x: [1.0], y: [5.0]}).tolist() == [5.0]


# ---- What the options take ------------------------------------------------------------------------


def test_what_is_considered_constant_comes_in_a_list(x):
    with pytest.raises(TypeError, match="consider_constant must be a list of variables; got x"):
        grad(x.sum(), x, consider_constant=x)
    with pytest.raises(
        TypeError, match=r"consider_constant must be a list of variables; got \['x'\]"
    ):
        grad(x.sum(), x, consider_constant=["x"])


@pytest.mark.parametrize("known", [[("x", 1.0)], {"x": 1.0}])
def test_known_derivatives_come_in_a_dict_by_variable(x, known):
    with pytest.raises(TypeError, match="known_grads: a dict of derivatives by variable; got"):
        grad(None, x, known_grads=known)


def test_a_known_derivative_has_the_dimensions_of_its_variable(x):
    with pytest.raises(TypeError, match="known_grads: x is .*vector.*, but .* is .*scalar"):
        grad(None, x, known_grads={x: 1.0})


def test_nothing_is_added_to_a_known_derivative(x):
    y = T.sqr(x)
    by_y = grad((y * 5).sum(), y, known_grads={y: T.constant([1.0])})
    assert by_y.eval({x: [3.0]}).tolist() == [1.0]


def test_the_known_derivatives_of_two_results_are_both_followed(x):
    y, z = 2 * x, 3 * x
    known = {y: T.constant([1.0]), z: T.constant([10.0])}
    assert grad(None, x, known_grads=known).eval({x: [0.0]}).tolist() == [32.0]


def test_a_known_derivative_takes_the_dtype_of_its_variable():
    v = T.fvector("v")
    y = T.sqr(v)
    assert grad(None, v, known_grads={y: T.constant([1.0])}).dtype == "float32"


def test_a_known_derivative_takes_the_sizes_of_its_variable():
    v, given = T.TensorType("float64", (3, None))(), T.dmatrix("given")
    derivative = grad(None, v, known_grads={v: given})
    assert derivative.type.shape == (3, None)
    with pytest.raises(ValueError, match="3"):
        derivative.eval({given: np.ones((2, 2))})


@pytest.mark.parametrize("cost", [3.0, "cost", [1.0]])
def test_a_cost_is_an_expression(x, cost):
    with pytest.raises(TypeError, match="the cost must be an expression; got"):
        grad(cost, x)


def test_a_cost_that_does_not_depend_on_what_is_held_constant_is_disconnected(x):
    cost = T.sqr(x).sum()
    with pytest.raises(DisconnectedInputError):
        grad(cost, x, consider_constant=[cost])


def test_a_warning_is_credited_to_the_users_line(x):
    with pytest.warns(UserWarning) as caught:
        grad(x.sum(), T.dvector("y"), disconnected_inputs="warn")
    assert caught[0].filename == __file__


# ---- Which variables ------------------------------------------------------------------------------


def test_a_derivative_by_a_shared_variable():
    w = minigrad.shared(np.array([1.0, 2.0]))
    assert grad(T.sqr(w).sum(), w).eval().tolist() == [2.0, 4.0]


def test_the_same_variable_twice_has_the_same_derivative_twice(x):
    a, b = grad(T.sqr(x).sum(), [x, x])
    assert a.eval({x: [2.0]}).tolist() == b.eval({x: [2.0]}).tolist() == [4.0]


def test_no_variables_have_no_derivatives(x):
    assert grad(x.sum(), []) == []


def test_integers_on_the_way_let_nothing_pass(x):
    y = x * T.cast(x, "int64")
    assert grad(y.sum(), x).eval({x: [2.5]}).tolist() == [2.0]


def test_a_derivative_has_the_type_of_its_variable():
    for v in [T.dscalar(), T.drow(), T.dcol(), T.dtensor3(), T.tensor("float64", (None, 3))]:
        assert grad(T.sqr(v).sum(), v).type == v.type


def test_mixed_precision_keeps_each_variables_own_dtype():
    v, x = T.fvector("v"), T.dvector("x")
    by_v, by_x = grad((T.exp(v) * x).sum(), [v, x])
    assert (by_v.dtype, by_x.dtype) == ("float32", "float64")


def test_differentiation_leaves_the_expression_as_it_was(x):
    cost = T.sqr(x).sum()
    before = minigrad.debugprint(cost, file="str")
    grad(cost, x)
    assert minigrad.debugprint(cost, file="str") == before


def test_a_result_that_has_a_name_keeps_it():
    s = T.dscalar("s")
    s_cost = s * 1
    s_cost.name = "cost"
    assert grad(s_cost, s_cost).name == "(dcost/dcost)"
    assert s_cost.name == "cost"


def test_by_all_parts_at_once_a_second_derivative_is_the_mixed_one():
    a, b = T.dscalars("a", "b")
    mixed = grad(grad(a**2 * b**3, a), b)
    assert mixed.eval({a: 2.0, b: 3.0}) == pytest.approx(6 * 2.0 * 9.0)


# ---- What a user's op may return ------------------------------------------------------------------


@pytest.mark.parametrize("returned", [lambda x, g: 2 * g, lambda x, g: None])
def test_derivatives_are_returned_in_a_list(x, returned):
    with pytest.raises(TypeError, match="its grad or L_op must return a list with an entry for"):
        grad(Doubling(returned)(x).sum(), x)


def test_a_derivative_may_be_of_another_float_type(x):
    double = Doubling(lambda x, g: [T.cast(2 * g, "float32")])
    assert grad(double(x).sum(), x).dtype == "float64"


def test_a_derivative_may_be_numbers(x):
    double = Doubling(lambda x, g: [np.array([2.0, 2.0])])
    assert grad(double(x).sum(), x).eval({x: [0.0, 0.0]}).tolist() == [2.0, 2.0]


def test_an_op_says_to_what_it_is_connected(x):
    class FirstOnly(minigrad.Op):
        itypes = [T.dvector, T.dvector]
        otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0] + len(inputs[1])

        def connection_pattern(self, node):
            return [[True], [False]]

        def grad(self, inputs, output_grads):
            return [output_grads[0], None]

    y = T.dvector("y")
    cost = FirstOnly()(x, y).sum()
    assert grad(cost, x).eval({x: [1.0], y: [1.0]}).tolist() == [1.0]
    with pytest.raises(DisconnectedInputError, match="does not depend on y"):
        grad(cost, y)


def test_an_unknown_way_to_return_what_is_disconnected_is_refused(x):
    with pytest.raises(
        ValueError, match="return_disconnected must be one of 'zero', 'None', .*; got 'zeros'"
    ):
        grad(x.sum(), x, return_disconnected="zeros")


def test_Lop_is_the_product_of_a_vector_with_the_jacobian():
    x, w = T.dvectors("x", "w")
    product = minigrad.gradient.Lop(T.outer(x, w), [x, w], T.ones((2, 3)))
    by_x, by_w = minigrad.function([x, w], product)([1.0, 2.0], [3.0, 4.0, 5.0])
    np.testing.assert_array_equal(by_x, [12, 12])
    np.testing.assert_array_equal(by_w, [3, 3, 3])


def test_Rop_is_the_product_of_the_jacobian_with_a_vector():
    x = T.dvector("x")
    A = np.arange(6.0).reshape(2, 3)
    at, v = np.array([0.3, -0.2, 0.9]), np.array([1.0, 2.0, -1.0])
    product = minigrad.gradient.Rop(T.tanh(T.dot(A, x)), x, v)
    slope = 1 - np.tanh(A @ at) ** 2
    np.testing.assert_allclose(product.eval({x: at}), slope * (A @ v))


def test_Rop_of_several_outputs_by_several_inputs():
    x, y = T.dscalars("x", "y")
    products = minigrad.gradient.Rop([x * y, x + 0 * y, T.constant(3.0)], [x, y], [1.0, 10.0])
    assert [p.eval({x: 2.0, y: 3.0}) for p in products] == [23, 1, 0]


def test_Rop_needs_no_shape_that_only_a_derivative_has():
    x = T.dmatrix("x")
    product = minigrad.gradient.Rop(x + x.sum(axis=0), x, T.ones_like(x))
    np.testing.assert_array_equal(product.eval({x: np.ones((2, 3))}), np.full((2, 3), 3.0))


@pytest.mark.parametrize("operator", [minigrad.gradient.Lop, minigrad.gradient.Rop])
def test_Lop_and_Rop_want_a_point_for_each_variable(operator):
    x = T.dscalar("x")
    with pytest.raises(ValueError, match="1 variables, but 2 eval_points"):
        operator([x], [x], [1.0, 2.0])


@pytest.mark.parametrize("point", [T.dvector(), T.dtensor3(), 1.0, np.ones((1, 1))])
def test_Lop_and_Rop_want_points_of_the_same_dimensions(point):
    x = T.TensorType("float64", (None, 2))()
    with pytest.raises(ValueError, match="Rop: the point .* must be of the shape of"):
        minigrad.gradient.Rop(x**2, x, point)
    with pytest.raises(ValueError, match="Lop: the point .* must be of the shape of"):
        minigrad.gradient.Lop(x**2, x, point)


def test_a_point_does_not_broadcast_by_chance(x):
    product = minigrad.gradient.Rop(x**2, x, [1.0])
    assert product.eval({x: [3.0]}).tolist() == [6.0]
    with pytest.raises(ValueError, match="sizes differ"):
        product.eval({x: [3.0, 4.0]})


def test_the_point_of_a_single_variable_may_stand_in_a_list(x):
    v = T.dvector("v")
    assert minigrad.gradient.Rop(x**2, x, [v]).eval({x: [3.0], v: [2.0]}).tolist() == [12.0]
    assert minigrad.gradient.Lop(x**2, x, [v]).eval({x: [3.0], v: [2.0]}).tolist() == [12.0]


def test_Lop_counts_all_ways_where_one_output_depends_on_another():
    x = T.dscalar("x")
    y = 3 * x
    assert minigrad.gradient.Lop([y, y**2], x, [1.0, 10.0]).eval({x: 2.0}) == 3 + 10 * 2 * 6 * 3
