"""Graphs as text."""

import ast
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad import debugprint, pp
from minigrad.core.credit import DerivedLine, credited_to
from minigrad.core.elementwise import Elementwise
from minigrad.core.evaluate import evaluate
from minigrad.protocol.walks import graph_inputs


@pytest.fixture
def x():
    return T.dmatrix("x")


@pytest.mark.parametrize(
    ("build", "formula"),
    [
        (lambda x: x + 1, "x + 1.0"),
        (lambda x: -x * 2, "-x * 2.0"),
        (lambda x: x.dot(x.T), "x @ x.T"),
        (lambda x: T.exp(x).sum(axis=0), "sum(exp(x), axis=0)"),
        (lambda x: x.max(), "max(x)"),
        (lambda x: x[0, 1:], "x[0, 1:]"),
        (lambda x: T.cast(x, "float32"), "x.astype(float32)"),
        (lambda x: x > 0, "x > 0.0"),
        (lambda x: T.nnet.softmax(x), "softmax(x, axis=1)"),
        (lambda x: x.shape[0], "x.shape[0]"),
    ],
)
def test_an_expression_is_written_as_people_write_it(x, build, formula):
    assert pp(build(x)) == formula


# ---- Brackets -------------------------------------------------------------------------------------

BINARY = "+ - * / // % ** @".split()
COMPARISONS = {"<": T.lt, "<=": T.le, ">": T.gt, ">=": T.ge, "==": T.eq, "!=": T.neq}
VALUES = {"a": [[1.5, -2.0], [0.25, 3.0]], "b": [[-0.5, 1.0], [2.0, -1.5]]}
NAMESPACE = {
    **{name: np.array(value) for name, value in VALUES.items()},
    **{name: getattr(np, name) for name in ("exp", "maximum", "sum", "float64")},
    "switch": np.where,
}
LEAVES = st.sampled_from([T.dmatrix("a"), T.dmatrix("b"), T.constant(2.5), T.constant(-1.5)])


def _numbers(x):
    return T.switch(x, 1.0, 0.0) if x.dtype == "bool" else x


@st.composite
def expressions(draw, depth=4):
    """A random expression of `a` and `b`, 2 by 2, with all operators of Python that T has."""
    if not depth:
        return draw(LEAVES)
    kind = draw(st.sampled_from(["binary", "binary", "comparison", "bits", "other"]))
    x = _numbers(draw(expressions(depth - 1)))
    if kind == "other":
        others = [-x, T.exp(x), abs(x), x.T, ~(x > 0), T.maximum(x, 2), T.switch(x > 1, x, 1)]
        if x.ndim:
            others += [x[0], x.sum(axis=0)]
        return draw(st.sampled_from(others))
    y = _numbers(draw(expressions(draw(st.integers(0, depth - 1)))))
    if kind == "comparison":
        return COMPARISONS[draw(st.sampled_from(list(COMPARISONS)))](x, y)
    if kind == "bits":
        return draw(st.sampled_from([(x > 0) & (y > 0), (x > y) | (y > x), (x < 0) ^ (y < 0)]))
    symbol = draw(st.sampled_from(BINARY))
    return x * y if symbol == "@" and not (x.ndim and y.ndim) else eval(f"x {symbol} y")


def grouping_brackets(text):
    """The places of the pairs of brackets that are not those of a call."""
    stack = []
    for place, character in enumerate(text):
        if character == "(":
            stack.append(place)
        elif character == ")":
            first = stack.pop()
            if not first or not re.match(r"[\w\])]", text[first - 1]):
                yield first, place


@given(expressions())
def test_a_formula_has_the_value_of_the_expression(e):
    inputs = [v for v in graph_inputs([e]) if v.name]
    with np.errstate(all="ignore"):
        (expected,) = evaluate([e], {v: NAMESPACE[v.name] for v in inputs})
        value = eval(re.sub(r"\d+\.\d+", r"float64(\g<0>)", pp(e)), NAMESPACE)
    np.testing.assert_allclose(np.asarray(value), expected, rtol=1e-12, equal_nan=True)


@given(expressions())
def test_no_pair_of_brackets_can_be_left_out_of_a_formula(e):
    text = pp(e)
    parsed = ast.dump(ast.parse(text))
    for first, last in grouping_brackets(text):
        less = f"{text[:first]} {text[first + 1 : last]} {text[last + 1 :]}".strip()
        try:
            assert ast.dump(ast.parse(less)) != parsed, less
        except SyntaxError:
            continue


def test_brackets_stand_where_the_order_is_not_pythons():
    a, b, c = T.dscalars("a", "b", "c")
    assert pp(a - (b - c)) == "a - (b - c)"
    assert pp(a - b - c) == "a - b - c"
    assert pp(a / (b * c)) == "a / (b * c)"
    assert pp((-a) ** b) == "(-a) ** b"
    assert pp(-(a**b)) == "-a ** b"
    assert pp(a**b**c) == "a ** b ** c"
    assert pp((a**b) ** c) == "(a ** b) ** c"
    assert pp(a**-b) == "a ** -b"
    assert pp(-(a + b) * c) == "-(a + b) * c"
    assert pp((a < b) & (b < c)) == "(a < b) & (b < c)"


class Cube(minigrad.Op):
    itypes = otypes = [T.dscalar]

    def formula(self, node, inputs):
        return f"{inputs[0]} ** 3"


class Outlined(Cube):
    def formula(self, node, inputs):
        return f"({inputs[0]} + 1)"


class Wordy(Cube):
    def formula(self, node, inputs):
        return f"the cube of {inputs[0]}"


@pytest.mark.parametrize(
    ("op", "formula"),
    [
        (Cube(), "2.0 * (a + b) ** 3"),
        (Outlined(), "2.0 * (a + b + 1)"),
        (Wordy(), "2.0 * the cube of (a + b)"),
    ],
)
def test_the_formula_of_a_users_op_gets_the_brackets_that_it_needs(op, formula):
    a, b = T.dscalars("a", "b")
    assert pp(2 * op(a + b)) == formula


# ---- Derivatives ----------------------------------------------------------------------------------


def fill(x, value):
    return np.full(np.shape(x), value)


def alloc(value, *sizes):
    return np.full(sizes, value)


def softmax(x, axis):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def inc_subtensor(part, value):
    part += value
    return part.base


V, X, Y, S = T.dvector("v"), T.dmatrix("X"), T.dmatrix("Y"), T.dscalar("s")
POINT = {
    V: np.array([0.5, -1.5, 2.0]),
    X: np.array([[1.0, 2.0, -0.5], [0.25, 3.0, 1.5]]),
    Y: np.array([[0.5, -2.0, 1.0], [1.25, -1.0, 0.5]]),
    S: np.array(1.5),
}
WORDS = {
    **{name: getattr(np, name) for name in ("exp", "sin", "sum", "sqrt", "tanh", "max", "float64")},
    **{v.name: value for v, value in POINT.items()},
    **{"fill": fill, "alloc": alloc, "softmax": softmax, "inc_subtensor": inc_subtensor},
    **{"sqr": np.square, "sgn": np.sign, "switch": np.where, "norm": np.linalg.norm},
}
DERIVATIVES = [
    (V.mean(), V, "fill(v, 1.0 / v.shape[0])"),
    (X.mean(), X, "fill(X, 1.0 / (X.shape[0] * X.shape[1]))"),
    (X.mean(axis=0).sum(), X, "fill(X, 1.0 / X.shape[0])"),
    (V.sum(), V, "fill(v, 1.0)"),
    (S**2, S, "2.0 * s"),
    (S**3, S, "3.0 * s ** 2.0"),
    (S**1, S, "1.0"),
    (S**0.5, S, "0.5 * s ** -0.5"),
    ((V**2).sum(), V, "2.0 * v"),
    ((V**2).mean(), V, "1.0 / v.shape[0] * 2.0 * v"),
    (T.exp(V).sum(), V, "exp(v)"),
    (-T.cos(V).sum(), V, "sin(v)"),
    (T.cos(V).sum(), V, "-sin(v)"),
    ((X * Y).sum(), X, "Y"),
    ((X * V).sum(), V, "sum(X, axis=0)"),
    (T.dot(V, V), V, "v + v"),
    (X.sum(axis=1).sum(), X, "fill(X, 1.0)"),
    (T.sqr(X.dot(V)).sum(), V, "X.T @ (2.0 * (X @ v))"),
    (T.maximum(V, 0).sum(), V, "(v >= 0.0).astype(float64)"),
    (abs(V).sum(), V, "sgn(v)"),
    (V.norm(2), V, "v / norm(v)"),
    (T.sqr(X.dot(Y.T)).mean(), Y,
     "(X.T @ (1.0 / (X.shape[0] * Y.shape[0]) * (2.0 * (X @ Y.T)))).T"),
    (X.max(axis=1).sum(), X, "switch(X == max(X, axis=1)[:, None], 1.0, 0.0)"),
    (V[1:].sum(), V, "inc_subtensor(fill(v, 0.0)[1:], fill(v[1:], 1.0))"),
    ((T.nnet.softmax(X) * Y).sum(), X,
     "Y * softmax(X, axis=1) - softmax(X, axis=1) * sum(Y * softmax(X, axis=1), axis=1)[:, None]"),
    (T.sqr(X - X.mean(axis=0)).sum(), Y, "fill(Y, 0.0)"),
]  # fmt: skip


@pytest.mark.parametrize(("cost", "wrt", "formula"), DERIVATIVES)
def test_a_derivative_is_written_without_what_people_leave_out(cost, wrt, formula):
    g = minigrad.grad(cost, wrt, disconnected_inputs="ignore")
    assert pp(g) == formula
    (expected,) = evaluate([g], POINT)
    np.testing.assert_allclose(eval(formula, WORDS), expected)


@pytest.mark.parametrize(
    ("order", "formula"), [(2, "-sin(x)"), (3, "-cos(x)"), (5, "cos(x)"), (6, "-sin(x)")]
)
def test_a_higher_derivative_is_written_without_the_factors_1_that_each_begins_with(order, formula):
    x = T.dscalar("x")
    y = T.sin(x)
    for _ in range(order):
        y = minigrad.grad(y, x)
    assert pp(y) == formula


def test_a_factor_1_of_the_users_is_written(x):
    assert pp(1 * x) == "1.0 * x"
    assert pp(T.ones((2, 2)) * x) == "1.0 * x"


@pytest.mark.parametrize(
    ("cost", "wrt", "formula"),
    [
        (-T.sin(-S), S, "cos(-s)"),
        (T.log(1 / (1 + T.exp(-V))).sum(), V, "sigmoid(-v)"),
        (-T.nnet.softplus(-V).sum(), V, "sigmoid(-v)"),
    ],
)
def test_two_signs_that_cancel_in_a_derivative_are_not_written(cost, wrt, formula):
    assert pp(minigrad.grad(cost, wrt)) == formula


@pytest.mark.parametrize(
    ("cost", "wrt", "formula"),
    [
        (T.exp(-S), S, "exp(-s)"),
        (T.exp(-V).sum(), V, "exp(-v)"),
        (T.tanh(V).sum(), V, "-(2.0 * tanh(v)) * (1.0 - sqr(tanh(v)))"),
        ((V**2).sum(), V, "fill(v, 2.0)"),
        ((V**3).sum(), V, "3.0 * 2.0 * v"),
    ],
)
def test_no_second_derivative_shows_the_1_that_the_first_began_with(cost, wrt, formula):
    first = minigrad.grad(cost, wrt)
    assert pp(minigrad.grad(first.sum(), wrt)) == formula


def test_no_third_derivative_shows_a_1_that_one_before_began_with():
    derivative = V**2 * T.exp(V)
    for _ in range(3):
        derivative = minigrad.grad(derivative.sum(), V)
    assert "1.0" not in pp(derivative)


def test_ones_of_another_shape_than_their_product_are_written_in_a_derivative():
    line, r = DerivedLine("derivative.py", 1), T.drow("r")
    product = credited_to(line, lambda: T.ones_like(r) * T.alloc(2.0, *X.shape))
    assert pp(product) == "fill(r, 1.0) * fill(X, 2.0)"


def test_two_signs_of_the_users_are_written(x):
    assert pp(T.exp(T.neg(T.neg(x)))) == "exp(--x)"


def test_signs_of_a_derivative_are_left_out_whatever_their_number():
    for n in range(20):
        y = S
        for _ in range(n):
            y = T.sin(-y)
        assert "--" not in pp(minigrad.grad(y, S))


def test_a_repeated_value_is_written_as_such_where_broadcasting_does_not_repeat_it():
    assert pp(T.ones_like(V) * 2) == "fill(v, 1.0) * 2.0"
    assert pp(T.alloc(S, 3, X.shape[0]).dot(X)) == "alloc(s, 3, X.shape[0]) @ X"


def test_the_size_of_a_result_is_written_as_that_of_an_input(x):
    assert pp(T.exp(x.dot(x)).shape[1]) == "x.shape[1]"
    assert pp((x.sum(axis=0) * 2).shape[0]) == "x.shape[1]"


# ---- Line by line ---------------------------------------------------------------------------------


@pytest.fixture
def network():
    w, b = T.dmatrix("W"), T.dvector("b")
    hidden = T.tanh(X.dot(w) + b)
    return T.sqr(hidden - Y).mean(), hidden, [w, b]


def test_what_is_shared_is_written_once(network):
    cost, _, parameters = network
    assert pp(minigrad.grad(cost, parameters), let=True).splitlines() == [
        "n = X.shape[0]",
        "m = W.shape[1]",
        "a = tanh(X @ W + b)",
        "c = 1.0 / (n * m) * (2.0 * (a - Y)) * (1.0 - sqr(a))",
        "X.T @ c",
        "sum(c, axis=0)",
    ]


def test_what_the_user_has_named_has_a_line_with_its_name(network):
    cost, hidden, parameters = network
    hidden.name, cost.name = "hidden", "cost"
    text = pp([cost, *minigrad.grad(cost, parameters)], let=True)
    assert "hidden = tanh(X @ W + b)" in text
    assert "cost = sum(sqr(a)) / (n * m)" in text
    assert text.splitlines()[-1].startswith("(dcost/db) = sum(")


def test_equal_computations_are_one_line():
    lines = pp(T.exp(V * 2) * 2 + T.exp(V * 2) * 3, let=True).splitlines()
    assert lines == ["a = exp(v * 2.0)", "a * 2.0 + a * 3.0"]


def test_new_names_are_no_words_that_are_taken():
    a, n = T.dvector("a"), T.dvector("n")
    assert pp(T.exp(a * n) + 1 / T.exp(a * n) + a.shape[0], let=True).splitlines() == [
        "m = a.shape[0]",
        "b = exp(a * n)",
        "b + 1.0 / b + m",
    ]


def test_a_long_formula_is_cut_into_lines(x):
    y = x
    for _ in range(30):
        y = T.sin(y)
    assert max(map(len, pp(y, let=True).splitlines())) < 70


@given(expressions())
def test_the_lines_compute_the_value_of_the_expression(e):
    inputs = [v for v in graph_inputs([e]) if v.name]
    *lines, last = re.sub(r"\d+\.\d+", r"float64(\g<0>)", pp(e, let=True)).splitlines()
    with np.errstate(all="ignore"):
        (expected,) = evaluate([e], {v: NAMESPACE[v.name] for v in inputs})
        scope = dict(NAMESPACE)
        exec("\n".join(lines), scope)
        value = eval(last, scope)
    np.testing.assert_allclose(np.asarray(value), expected, rtol=1e-12, equal_nan=True)


def test_lines_are_as_many_as_a_graph_has_nodes_however_much_it_shares(doubled):
    assert len(pp(doubled, let=True).splitlines()) == 100


# ---- Formulas in short ----------------------------------------------------------------------------


def test_an_expression_is_shown_as_its_formula(x):
    assert str(T.exp(x) * 2) == repr(T.exp(x) * 2) == "exp(x) * 2.0"


def test_what_has_a_name_is_shown_by_it(x):
    y = T.exp(x)
    y.name = "y"
    assert str(y) == "y"
    assert str(1 - y) == "1.0 - y"
    assert pp(1 - y) == "1.0 - exp(x)"


def test_dots_stand_for_what_is_too_long_to_be_shown(x):
    y = x
    for _ in range(100):
        y = T.sin(y)
    assert str(y * x) == "sin(" * 11 + "…" + ")" * 11 + " * x"


def test_what_has_too_many_operands_is_shown_as_an_output_of_its_op():
    assert str(T.stack([T.dscalar(f"x{i}") for i in range(100)])) == "Join{axis=0}.0"


def test_to_show_a_large_graph_is_no_more_work_than_a_small_one(doubled, monkeypatch):
    written = []
    formula = Elementwise.formula
    monkeypatch.setattr(
        Elementwise,
        "formula",
        lambda *args: written.append(args) or formula(*args),
    )
    assert len(str(doubled)) <= 60
    assert len(written) <= 60


# ---- Leaves ---------------------------------------------------------------------------------------


def test_a_name_stands_for_an_input(x):
    assert pp(x) == "x"
    assert pp(T.dmatrix()) == "<TensorType(float64, matrix)>"


def test_pp_takes_variables_only():
    with pytest.raises(TypeError, match="pp takes a variable"):
        pp(3)
    with pytest.raises(TypeError, match="pp takes a variable"):
        pp([T.dscalar()])
    with pytest.raises(TypeError, match="pp takes a variable"):
        pp([3], let=True)


def test_debugprint_prints_a_tree_with_ids(x, capsys):
    debugprint(T.exp(x) + x)
    assert capsys.readouterr().out.splitlines() == [
        "add [id A]",
        "  exp [id B]",
        "    x [id C]",
        "  x [id C]",
    ]


def test_what_was_printed_before_is_not_printed_again(x):
    y = T.exp(x)
    assert debugprint(y * y, file="str").splitlines() == [
        "mul [id A]",
        "  exp [id B]",
        "    x [id C]",
        "  exp [id B] ···",
    ]


@pytest.mark.parametrize(
    ("ids", "first"), [("CHAR", "exp [id A]"), ("int", "exp [id 0]"), ("", "exp")]
)
def test_ids_can_be_letters_numbers_or_none(x, ids, first):
    assert debugprint(T.exp(x), file="str", ids=ids).splitlines()[0] == first


def test_after_z_comes_aa():
    y = T.stack([T.dscalar(f"x{i}") for i in range(30)])
    assert "[id AA]" in debugprint(y, file="str")


def test_depth_limits_the_levels(x):
    assert debugprint(T.exp(T.sin(x)), depth=2, file="str").splitlines() == [
        "exp [id A]",
        "  sin [id B] ···",
    ]


def test_lines_below_50_levels_begin_with_the_number_of_their_level(x):
    y = x
    for _ in range(51):
        y = T.sin(y)
    lines = debugprint(y, file="str", ids="").splitlines()
    assert lines[49:] == ["  " * 49 + "sin", "  " * 50 + "50: sin", "  " * 50 + "51: x"]


def test_types_and_names_can_be_printed(x):
    y = T.exp(x)
    y.name = "y"
    assert debugprint(y, print_type=True, file="str").startswith(
        "exp 'y' <TensorType(float64, matrix)> [id A]"
    )
    assert (
        debugprint(y + 1, stop_on_name=True, file="str").splitlines()[1] == "  exp 'y' [id B] ···"
    )


def test_a_function_is_printed_as_it_is_after_the_rewrites(x):
    f = minigrad.function([x], T.log(1 + T.exp(x)))
    assert debugprint(f, file="str").startswith("softplus")


def test_a_file_is_written_to_and_returned(x):
    file = io.StringIO()
    assert debugprint([x, T.exp(x).owner], file=file) is file
    assert file.getvalue().startswith("x [id A]\nexp")


def test_what_is_no_graph_is_refused():
    with pytest.raises(TypeError, match="debugprint takes"):
        debugprint(np.ones(2))
    with pytest.raises(ValueError, match="ids must be one of"):
        debugprint(T.dscalar(), ids="roman")


# ---- Sharing and size -----------------------------------------------------------------------------


@pytest.fixture
def doubled(x):
    y = x
    for _ in range(100):  # 2 ** 100 paths
        y = y + y
    return y


def test_a_formula_that_repeats_what_is_shared_is_cut_off(doubled):
    text = pp(doubled)
    assert 90_000 <= len(text) <= 100_000
    assert "…" in text


def test_a_tree_has_a_line_for_each_use_not_for_each_path(doubled):
    assert len(debugprint(doubled, file="str").splitlines()) == 201


def test_several_graphs_share_their_ids(x):
    y = T.exp(x)
    assert debugprint([T.sin(y), T.cos(y)], file="str").splitlines() == [
        "sin [id A]",
        "  exp [id B]",
        "    x [id C]",
        "cos [id D]",
        "  exp [id B] ···",
    ]


def test_equal_but_separate_nodes_have_ids_of_their_own(x):
    lines = debugprint(T.exp(x) + T.exp(x), file="str").splitlines()
    assert lines == ["add [id A]", "  exp [id B]", "    x [id C]", "  exp [id D]", "    x [id C]"]


def test_the_outputs_of_one_node_share_its_id_and_are_numbered(x):
    a, b = T.split(x, [1, 1], 2)
    first, *rest = debugprint([a, b], file="str").splitlines()
    assert ".0 [id A]" in first
    assert ".1 [id A] ···" in rest[-1]


def test_pythons_ids_can_be_printed(x):
    assert debugprint(x, ids="id", file="str") == f"x [id {id(x)}]\n"


# ---- Odd names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["two\nlines", "a\rb", "a\u2028b", "a\0b", "\0" + "1\0"])
def test_a_name_never_breaks_a_line(name):
    v = T.dvector(name)
    assert len(pp(T.exp(v)).splitlines()) == 1
    assert len(debugprint(T.exp(v), file="str").splitlines()) == 2


@pytest.mark.parametrize("text", ["two\nlines", "a\0b", "((((", "not"])
def test_nor_does_the_text_of_an_op(x, text):
    class Odd(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def __str__(self):
            return text

    assert pp(Odd()(x)).endswith("(x)")
    assert len(debugprint(Odd()(x), file="str").splitlines()) == 2


def test_words_that_look_like_the_place_of_an_operand_are_words(x):
    class Odd(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def formula(self, node, inputs):
            return "_operand_7_"

    assert pp(Odd()(x)) == "_operand_7_"


def test_a_variable_of_empty_name_is_called_by_its_type():
    v = T.dvector("")
    assert pp(v) == str(v) == "<TensorType(float64, vector)>"
    assert debugprint(v, file="str") == "<TensorType(float64, vector)> [id A]\n"


def test_a_large_constant_is_short():
    assert len(pp(T.constant(np.zeros((100, 100))))) < 200
    assert len(debugprint(T.constant(np.zeros((100, 100))), file="str").splitlines()) == 1


def test_a_users_op_is_written_with_its_properties(x):
    class Scale(minigrad.Op):
        __props__ = ("factor",)
        itypes = otypes = [T.dmatrix]

        def __init__(self, factor):
            self.factor = factor

    assert pp(Scale(3)(x)) == "Scale{factor=3}(x)"


def test_a_functions_outputs_and_updates_are_printed(x):
    w = minigrad.shared(1.0, name="w")
    f = minigrad.function([x], T.exp(x), updates=[(w, w * 2)])
    assert [line.split()[0] for line in debugprint(f, file="str").splitlines()] == [
        "exp", "x", "mul", "w", "Constant{2.0}",
    ]  # fmt: skip
