"""Ops of the user's own: the same protocol, in every mode."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.core.graph import NumPyOp
from minigrad.ops.softmax import Softmax
from minigrad.rewrite import improve
from minigrad.testing import assert_program_agrees, check_grad

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]


class Cube(minigrad.Op):
    """With everything that Theano's documentation shows."""

    __props__ = ("scale",)

    def __init__(self, scale=1.0):
        self.scale = scale

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return minigrad.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.scale * inputs[0] ** 3

    def infer_shape(self, node, input_shapes):
        return input_shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * 3 * self.scale * inputs[0] ** 2]


class SumAndDifference(minigrad.Op):
    __props__ = ()
    itypes = [T.dvector, T.dvector]
    otypes = [T.dvector, T.dvector]

    def perform(self, node, inputs, output_storage):
        x, y = inputs
        output_storage[0][0] = x + y
        output_storage[1][0] = x - y

    def L_op(self, inputs, outputs, output_grads):
        total, difference = output_grads
        return [total + difference, total - difference]


class Itself(minigrad.Op):
    """Returns its input, and does not say so in view_map."""

    itypes = otypes = [T.dvector]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0]


def returning(value):
    class Wrong(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = value

    return Wrong()


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.mark.parametrize("mode", MODES)
def test_it_computes_in_every_mode(x, mode):
    assert minigrad.function([x], Cube(2.0)(x), mode=mode)([1.0, 2.0]).tolist() == [2.0, 16.0]


@pytest.mark.parametrize("order", [1, 2])
def test_its_derivatives_are_used(order):
    check_grad(Cube(0.5), np.array([0.5, 1.5]), order=order)


def test_several_outputs_come_as_a_list(x):
    y = T.dvector("y")
    outputs = SumAndDifference()(x, y)
    assert_program_agrees([x, y], outputs, [np.array([3.0]), np.array([1.0])])


def test_several_outputs_have_derivatives():
    check_grad(
        lambda x, y: T.stack([T.sin(part) for part in SumAndDifference()(x, y)]),
        np.array([0.3, 0.7]),
        np.array([1.0, -0.5]),
    )


def test_one_of_several_outputs_may_be_unused():
    check_grad(
        lambda x, y: SumAndDifference()(x, y)[1], np.array([0.3, 0.7]), np.array([1.0, -0.5])
    )


def test_equal_ops_on_equal_inputs_are_merged(x):
    first, second = improve([Cube(2.0)(x), Cube(2.0)(x)])
    assert first is second


def test_ops_of_other_properties_are_not(x):
    first, second = improve([Cube(2.0)(x), Cube(3.0)(x)])
    assert first is not second


def test_ops_without_properties_equal_only_themselves():
    assert Itself() != Itself()
    assert Cube(1.0) == Cube(1.0)
    assert hash(Cube(1.0)) == hash(Cube(1.0))


@pytest.mark.parametrize("mode", MODES)
def test_a_result_that_is_the_input_is_the_callers_own_all_the_same(x, mode):
    argument = np.ones(2)
    result = minigrad.function([x], Itself()(x), mode=mode)(argument)
    assert not np.shares_memory(result, argument)


class Checked(NumPyOp):
    """Checks its input and returns it; whoever makes it so promises nothing."""

    __props__ = ()

    def make_node(self, x):
        return minigrad.Apply(self, [x], [x.type()])

    def compute(self, x):
        return x


class CheckedInSource(Checked):
    def expression(self, node, inputs, use):
        return inputs[0]


class Kept(Checked):
    """Returns an array that it keeps."""

    def __init__(self):
        self.array = np.arange(100.0)

    def compute(self, x):
        return self.array


BUILT_ON = {
    "exp": T.exp,
    "itself": lambda y: y,
    "a view": lambda y: y[::-1],
    "a chain": lambda y: T.exp(T.sin(y[1:]) * 2),
}


@pytest.mark.parametrize("op", [Checked, CheckedInSource, Itself, Kept])
@pytest.mark.parametrize("build", BUILT_ON.values(), ids=BUILT_ON)
@pytest.mark.parametrize("mode", MODES)
def test_what_an_op_returns_without_having_made_it_is_not_written_to(op, build, mode):
    op = op()
    kept = np.arange(100.0)
    argument, w = np.arange(100.0), minigrad.shared(np.arange(100.0))
    x = T.dvector("x")
    outputs = [build(op(x)), build(op(w)), build(op(T.as_tensor_variable(kept)))]
    f = minigrad.function([x], outputs, updates=[(w, op(w))], mode=mode)
    for _ in range(3):
        for result in f(argument):
            result[...] = -1
    for array in (argument, w.get_value(), kept, getattr(op, "array", kept)):
        assert array.tolist() == list(range(100))


@pytest.mark.parametrize("value", [np.ones(2, "float32"), np.ones((1, 2)), 3.0, None, "text"])
@pytest.mark.parametrize("mode", MODES)
def test_a_result_of_another_type_than_promised_is_an_error(x, value, mode):
    with pytest.raises(TypeError, match="Wrong promised TensorType"):
        minigrad.function([x], returning(value)(x), mode=mode)([1.0])


def test_wrong_inputs_are_refused():
    with pytest.raises(TypeError, match="takes 2 inputs, got 1"):
        SumAndDifference()(T.dvector())
    with pytest.raises(TypeError, match="expected TensorType"):
        SumAndDifference()(T.dvector(), T.fvector("single"))


def test_an_op_without_perform_says_so(x):
    class Empty(minigrad.Op):
        itypes = otypes = [T.dvector]

    with pytest.raises(TypeError, match="define perform"):
        Empty()(x).eval({x: [1.0]})


def test_an_op_without_make_node_says_so():
    class Empty(minigrad.Op):
        pass

    with pytest.raises(TypeError, match="define make_node, or itypes and otypes"):
        Empty()(1.0)


def test_the_size_of_its_result_is_inferred(x):
    assert [str(v.owner.op) for v in improve([Cube()(T.exp(x)).shape[0]])] == ["Size{axis=0}"]


def test_debug_mode_finds_a_program_that_differs_from_perform(x):
    class TwoMinds(minigrad.Op):
        __props__ = ()
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = 2 * inputs[0]

        def expression(self, node, inputs, use):
            return f"3 * {inputs[0]}"

    f = minigrad.function([x], TwoMinds()(x), mode="DebugMode", name="f")
    with pytest.raises(AssertionError, match=r"f: result 0 .*differs.*3.0 instead of 2.0"):
        f([1.0])


# ---- Whose the arrays are -------------------------------------------------------------------------


class Table(minigrad.Op):
    """Returns the array that it keeps."""

    itypes = []
    otypes = [T.dvector]

    def __init__(self):
        self.kept = np.ones(2)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.kept


class Reusing(minigrad.Op):
    """Writes each result into the same array."""

    itypes = otypes = [T.dvector]

    def __init__(self):
        self.buffer = np.zeros(2)

    def perform(self, node, inputs, output_storage):
        self.buffer[:] = inputs[0]
        output_storage[0][0] = self.buffer


class Twice(minigrad.Op):
    """Returns one array as two outputs."""

    itypes = []
    otypes = [T.dvector, T.dvector]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = output_storage[1][0] = np.ones(2)


@pytest.mark.parametrize("mode", MODES)
def test_an_array_that_an_op_keeps_is_not_given_away(mode):
    op = Table()
    minigrad.function([], op(), mode=mode)()[:] = 7
    assert op.kept.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("mode", MODES)
def test_an_array_that_an_op_keeps_is_not_overwritten_on_the_way(mode):
    op = Table()
    minigrad.function([], T.sin(op()) * 2 + 1, mode=mode)()
    assert op.kept.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("mode", MODES)
def test_an_array_that_an_op_reuses_is_not_an_earlier_result(x, mode):
    f = minigrad.function([x], Reusing()(T.sqr(x)), mode=mode)
    first = f([1.0, 2.0])
    f([5.0, 6.0])
    assert first.tolist() == [1.0, 4.0]


@pytest.mark.parametrize("mode", MODES)
def test_an_array_that_an_op_keeps_is_not_the_value_of_a_shared_variable(mode):
    op, w = Table(), minigrad.shared(np.zeros(2))
    minigrad.function([], updates=[(w, op())], mode=mode)()
    op.kept[:] = 7
    assert w.get_value().tolist() == [1.0, 1.0]


@pytest.mark.parametrize("mode", MODES)
def test_one_array_as_two_outputs_comes_as_two(mode):
    first, second = minigrad.function([], Twice()(), mode=mode)()
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize("mode", MODES)
def test_an_input_returned_is_not_overwritten_while_it_is_needed(x, mode):
    y = T.exp(x)
    same = Itself()(y)
    f = minigrad.function([x], [T.sin(same) + y, same * 2 + y], mode=mode)
    expected = np.exp(np.array([0.0, 1.0]))
    results = f([0.0, 1.0])
    np.testing.assert_allclose(results[0], np.sin(expected) + expected)
    np.testing.assert_allclose(results[1], 3 * expected)


def test_a_subclass_of_a_built_in_op_inherits_its_storage():
    class Named(Softmax):
        def __str__(self):
            return "named"

    y = Named((1,))(T.dmatrix("x"))
    x = y.owner.inputs[0]
    assert "out=named_1" in minigrad.function([x], T.exp(y), mode="FAST_COMPILE").source


# ---- What an op says of itself --------------------------------------------------------------------


@pytest.mark.parametrize("shapes", [[()], [], [(1, 2)], (3,)])
def test_a_wrong_infer_shape_is_refused_with_what_is_expected(x, shapes):
    class Wrong(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

        def infer_shape(self, node, input_shapes):
            return shapes

    with pytest.raises(ValueError, match="infer_shape of Wrong returned .* a tuple of sizes, here"):
        minigrad.function([x], Wrong()(x) + x)


@pytest.mark.parametrize("kinds", [[T.vector], ["float64"]])
def test_itypes_are_types(kinds):
    class Wrong(minigrad.Op):
        itypes = otypes = kinds

    with pytest.raises(TypeError, match="itypes and otypes must be TensorTypes, such as T.dvector"):
        Wrong()(1.0)


def test_numbers_become_inputs_of_the_types_it_takes():
    assert SumAndDifference()([1.0], [2])[0].eval().tolist() == [3.0]


def test_a_number_without_dimensions_may_be_returned_as_pythons(x):
    class Total(minigrad.Op):
        itypes = [T.dvector]
        otypes = [T.dscalar]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = float(inputs[0].sum())

    for mode in MODES:
        result = minigrad.function([x], Total()(x), mode=mode)([1.0, 2.0])
        assert (type(result), result.shape, float(result)) == (np.ndarray, (), 3.0)


def test_ops_without_properties_are_never_merged(x):
    op = Itself()
    first, second = improve([Itself()(x), Itself()(x)])
    assert first is not second
    first, second = improve([op(x), op(x)])
    assert first is second


def test_ops_of_two_classes_are_never_equal():
    class Other(Cube):
        pass

    assert Other(1.0) != Cube(1.0)


def test_it_is_shown_by_its_class_and_properties():
    assert str(Cube(2.0)) == "Cube{scale=2.0}"
    assert str(Itself()) == "Itself"


@pytest.mark.parametrize("mode", MODES)
def test_what_cannot_be_inferred_is_computed(x, mode):
    class Positive(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0][inputs[0] > 0]

    f = minigrad.function([x], Positive()(x).shape[0], mode=mode)
    assert f([1.0, -1.0, 2.0]) == 2


class AddOneInPlace(minigrad.Op):
    """As Theano's programs write an operation that works in place."""

    __props__ = ()
    destroy_map = {0: [0]}
    itypes = otypes = [T.dvector]

    def perform(self, node, inputs, output_storage):
        inputs[0] += 1
        output_storage[0][0] = inputs[0]


@pytest.mark.parametrize("mode", MODES)
def test_an_op_that_writes_to_its_inputs_is_not_compiled(x, mode):
    w = minigrad.shared(np.zeros(2))
    in_a_loop, _ = minigrad.scan(AddOneInPlace(), outputs_info=[w], n_steps=2)
    for y in (AddOneInPlace()(w), in_a_loop):
        with pytest.raises(TypeError, match="f: AddOneInPlace .*user_ops.*writes to its inputs"):
            minigrad.function([], y, mode=mode, name="f")
    with pytest.raises(TypeError, match="writes to its inputs"):
        AddOneInPlace()(w).eval()
    assert w.get_value().tolist() == [0, 0]


class Doubling(minigrad.Op):
    """Its output has the type of the input, but twice as many elements."""

    __props__ = ()

    def make_node(self, x):
        return minigrad.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.concatenate([inputs[0], inputs[0]])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda y: T.exp(y) - 1, np.expm1([1.0, 2.0, 1.0, 2.0])),
        (lambda y: y.mean(), 1.5),
        (lambda y: y.shape[0], 4),
        (lambda y: y.reshape((2, -1)).sum(axis=0), [2.0, 4.0]),
    ],
    ids=["a function of elements", "a mean", "a size", "another shape"],
)
def test_an_op_that_says_nothing_of_sizes_may_change_them(build, expected, mode):
    x = T.dvector("x")
    f = minigrad.function([x], build(Doubling()(x)), mode=mode)
    for _ in range(2):
        np.testing.assert_allclose(f([1.0, 2.0]), expected)
