"""The core is whole by itself: what a student does with it, where nothing else of minigrad is."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.core import backprop, elementwise
from minigrad.core.evaluate import evaluate
from minigrad.core.graph import Apply, NumPyOp
from minigrad.core.sharing import SharedVariable
from minigrad.core.types import TensorType

PACKAGE = Path(minigrad.__file__).parent


def run_with_the_core_alone(program):
    """Return what the program prints, where `core` is a package of its own, without minigrad."""
    start = f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); sys.modules['minigrad'] = None\n"
    process = subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(program)], capture_output=True, text=True
    )
    assert not process.returncode, process.stderr
    return process.stdout.split()


def test_an_expression_is_built_printed_differentiated_and_evaluated():
    printed = run_with_the_core_alone("""
        from core.backprop import grad
        from core.evaluate import evaluate
        from core.types import TensorType

        x = TensorType("float64", ())("x")
        cost = x * x + 3 * x
        (slope,) = grad(cost, [x])
        (curvature,) = grad(slope, [x])
        print(*evaluate([cost, slope, curvature], {x: 2.0}))
        print(cost)
    """)
    assert printed[:3] == ["10.0", "7.0", "2.0"]
    assert "".join(printed[3:]) == "(x*x)+(3.0*x)"


def test_a_derivative_by_what_the_cost_does_not_depend_on_is_zero():
    printed = run_with_the_core_alone("""
        from core.backprop import grad
        from core.evaluate import evaluate
        from core.types import TensorType

        x, y = (TensorType("float64", ())(name) for name in "xy")
        print(*evaluate(grad(x * x, [y]), {x: 2.0, y: 1.0}))
    """)
    assert printed == ["0.0"]


def test_gradient_descent_on_a_shared_value_finds_a_line_through_points():
    printed = run_with_the_core_alone("""
        import numpy as np
        from core.backprop import grad
        from core.evaluate import evaluate
        from core.sharing import SharedVariable
        from core.table import sqr
        from core.types import TensorType

        vector, scalar = TensorType("float64", (None,)), TensorType("float64", ())
        x, y = vector("x"), vector("y")
        slope, start = (SharedVariable(scalar, np.array(0.0), name) for name in ("slope", "start"))
        cost = sqr(slope * x + start - y).sum()
        derivatives = grad(cost, [slope, start])
        points = {x: np.array([0.0, 1.0, 2.0]), y: np.array([1.0, 3.0, 5.0])}
        for _ in range(500):
            for variable, g in zip((slope, start), evaluate(derivatives, points)):
                variable.set_value(variable.get_value() - 0.1 * g)
        print(slope.get_value().round(6), start.get_value().round(6))
    """)
    assert printed == ["2.0", "1.0"]


def test_a_student_adds_a_function_with_its_derivative():
    printed = run_with_the_core_alone("""
        import numpy as np
        from core.backprop import grad
        from core.elementwise import unary
        from core.evaluate import evaluate
        from core.types import TensorType

        cube = unary("cube", lambda x: x ** 3, lambda x, y, gy: gy * 3 * x * x)
        x = TensorType("float64", (None,))("x")
        print(*evaluate(grad(cube(x).sum(), [x]), {x: np.array([1.0, 2.0])})[0])
    """)
    assert printed == ["3.0", "12.0"]


def test_sizes_that_differ_are_refused():
    printed = " ".join(
        run_with_the_core_alone("""
            import numpy as np
            from core.evaluate import evaluate
            from core.types import TensorType

            x, y = (TensorType("float64", (None,))(name) for name in "xy")
            try:
                evaluate([x + y], {x: np.ones(2), y: np.ones(3)})
            except ValueError as error:
                print(error)
        """)
    )
    assert "(2,) (3,)" in printed


def test_the_derivatives_of_the_core_are_those_of_grad():
    x, y, n = T.dvector("x"), T.fvector("y"), T.ivector("n")
    cost = (x * n * T.exp(y) + x / (n + 1)).sum()
    values = {
        x: np.array([1.0, 2.0]),
        y: np.array([0.5, 1.0], "float32"),
        n: np.array([2, 3], "int32"),
    }
    for mine, theirs in zip(backprop.grad(cost, [x, y]), minigrad.grad(cost, [x, y]), strict=True):
        assert mine.type.dtype == theirs.type.dtype
        (value,) = evaluate([mine], values)
        np.testing.assert_allclose(value, theirs.eval(values), rtol=1e-6)


def test_what_is_not_float_has_no_derivative_in_the_core_and_gets_zeros():
    n = T.ivector("n")
    (by_n,) = evaluate(backprop.grad((n * 2.0).sum(), [n]), {n: np.array([2, 3], "int32")})
    assert by_n.dtype == "int32" and by_n.tolist() == [0, 0]


@pytest.mark.parametrize(
    "of_what",
    [
        lambda x: (x * x, [x]),
        lambda x: ((x * x).sum(), x),
        lambda x: (T.cast(x.sum(), "int64"), [x]),
    ],
)
def test_the_core_takes_a_float_scalar_as_cost_and_a_list(of_what):
    with pytest.raises(TypeError, match="takes a float scalar and a list of variables"):
        backprop.grad(*of_what(T.dvector("x")))


def test_nothing_passes_an_integer_in_the_core():
    x = T.dvector("x")
    (by_x,) = backprop.grad(T.cast(T.cast(x, "int64"), "float64").sum(), [x])
    assert evaluate([by_x], {x: [1.5, 2.0]})[0].tolist() == [0.0, 0.0]


def test_an_array_beside_a_variable_makes_an_expression():
    printed = run_with_the_core_alone("""
        import numpy as np
        from core.evaluate import evaluate
        from core.types import TensorType

        X, w = np.array([[1.0, 2.0], [3.0, 4.0]]), TensorType("float64", (None,))("w")
        cost = (X * w + np.float64(1.0) * w).sum()
        print(type(X > w).__name__, *evaluate([cost], {w: [1.0, 10.0]}))
    """)
    assert printed == ["Variable", "86.0"]


def test_a_derivative_of_other_dimensions_than_the_output_is_refused():
    op, x = elementwise.Elementwise("cube", 1, np.copy, lambda x, y, gy: gy.sum()), T.dvector("x")
    with pytest.raises(TypeError, match="the derivative of cube is .* of 1 dimensions"):
        backprop.grad(op(x).sum(), [x])


@pytest.mark.parametrize(
    ("n_inputs", "derivative", "shown"),
    [
        (1, lambda x, y, gy: 0, "int 0"),
        (1, lambda x, y, gy: [gy], "list"),
        (1, lambda x, y, gy: np.ones(2), "an array of shape"),
        (1, lambda x, y, gy: (gy, gy), "tuple"),
        (2, lambda x, y, z, gz: gz, "Variable"),
        (2, lambda x, y, z, gz: None, "None"),
        (2, lambda x, y, z, gz: (gz, 0), "tuple"),
    ],
)
def test_a_derivative_that_is_no_expression_for_each_input_is_refused(n_inputs, derivative, shown):
    op = elementwise.Elementwise("cube", n_inputs, np.add, derivative)
    x, y = T.dscalars("x", "y")
    with pytest.raises(
        TypeError, match=f"the derivative of cube is .*{shown}.* each of {n_inputs}"
    ):
        op.L_op([x, y][:n_inputs], [x], [(x + y).sum()])


@pytest.mark.parametrize("computed", [np.zeros(2), np.zeros((3, 1)), np.zeros(3, "float32")])
def test_a_result_of_another_type_than_was_promised_is_refused(computed):
    class Promising(NumPyOp):
        def make_node(self, x):
            return Apply(self, [x], [TensorType("float64", (3,))("three")])

        def compute(self, x):
            return computed

    x = T.dvector("x")
    with pytest.raises(TypeError, match=r"promised .*\(3,\).* but its perform computed"):
        evaluate([Promising()(x)], {x: [1.0]})


@pytest.mark.parametrize("g", [T.dscalar("g"), T.dmatrix("g"), 0.0])
def test_a_derivative_of_other_dimensions_than_its_input_is_refused_in_the_core(g):
    class Wrong(NumPyOp):
        def make_node(self, x):
            return Apply(self, [x], [T.dscalar()])

        def grad(self, inputs, output_grads):
            return [g]

    x = T.dvector("x")
    with pytest.raises(TypeError, match=r"Wrong: its derivative by x of .*vector.* is "):
        backprop.grad(Wrong()(x), [x])


def test_evaluate_asks_for_a_list_of_variables():
    x = T.dscalar("x")
    with pytest.raises(TypeError, match="evaluate takes a list of variables; got x: put it in"):
        evaluate(x, {x: 1.0})


def test_an_op_that_is_given_some_of_its_properties_must_be_given_all():
    class Scaled(NumPyOp):
        __props__ = ("factor", "shift")

    assert Scaled(2.0, shift=1.0) == Scaled(2.0, 1.0)
    for properties in ({"shift": 1.0}, {"factor": 1.0, "shift": 1.0, "more": 1.0}):
        with pytest.raises(TypeError, match="Scaled takes factor, shift"):
            Scaled(**properties)


def test_an_op_may_set_its_properties_itself_or_have_them_from_its_class():
    class Scaled(NumPyOp):
        __props__ = ("factor", "shift")
        shift = 0.0

        def __init__(self, factor):
            super().__init__()
            self.factor = factor

    class Shifted(NumPyOp):
        __props__ = ("factor", "shift")
        factor = 1.0

    assert Scaled(2.0) == Scaled(2.0) != Scaled(3.0)
    assert Shifted(shift=1.0) == Shifted(1.0, 1.0)


def test_the_core_prints_named_parts_by_their_names_and_tells_outputs_apart():
    printed = run_with_the_core_alone("""
        from core.graph import Apply, Op
        from core.types import TensorType

        class Two(Op):
            def make_node(self, x):
                return Apply(self, [x], [x.type(), x.type()])

        x = TensorType("float64", ())("x")
        first, second = Two()(x)
        y = x * x
        y.name = "y"
        print(first, second, y + first, sep="; ")
    """)
    assert " ".join(printed) == "Two(x)[0]; Two(x)[1]; y + Two(x)[0]"


def test_a_name_of_the_table_is_not_given_away():
    with pytest.raises(ValueError, match="the table has a 'sin'"):
        elementwise.unary("sin", np.sin, None)
    assert elementwise.TABLE["sin"].function is np.sin and elementwise.TABLE["sin"].vjp


def test_a_shared_variable_holds_a_copy_of_its_type():
    mine = np.array([1.0, 2.0])
    own, lent, whole = (
        SharedVariable(T.dvector, mine),
        SharedVariable(T.dvector, mine, borrow=True),
        SharedVariable(T.dvector, [1, 2]),
    )
    assert own.data is not mine and lent.data is mine and whole.data.dtype == "float64"
    with pytest.raises(TypeError, match="expected 1"):
        SharedVariable(T.dvector, 3.0)
