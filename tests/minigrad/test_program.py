"""The program that a function prints: it reads well, it is what runs, no name can harm it."""

import ast
import re
import weakref

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T

HOSTILE = [
    "\"); import os; os.system('x') #",
    "class",
    "None",
    "two\nlines",
    "a\u2028b",
    "dot",
    "exp",
    "array",
    "asarray",
    "float64",
    "program",
    "",
    "   ",
    "naïve 😀",
    "x" * 1000,
    "__builtins__",
    "1st",
]


@pytest.fixture
def x():
    return T.dmatrix("x")


def statements(f):
    return [s for s in ast.parse(f.source).body[-1].body if isinstance(s, ast.Assign)]


def assert_is_harmless(f):
    """There is nothing in the source but imports, values for names, and functions."""
    kinds = (ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef)
    assert all(isinstance(part, kinds) for part in ast.parse(f.source).body)


def test_there_is_one_statement_for_each_operation(x):
    f = minigrad.function([x], T.exp(x).sum(axis=0) + 1)
    assert len(statements(f)) == 3


def test_the_users_names_are_the_programs_names(x):
    W = minigrad.shared(np.ones((2, 2)), name="W")
    hidden = T.tanh(x.dot(W))
    hidden.name = "hidden"
    source = minigrad.function([x], hidden + 1, name="predict").source
    assert "\ndef predict(x, W):" in source
    assert "hidden = tanh(" in source


def test_each_statement_has_its_expression_and_the_users_line_as_a_comment(x):
    f = minigrad.function([x], T.exp(x) * 2)  # this line
    (line,) = [line for line in f.source.splitlines() if "mul(" in line]
    assert re.search(r"# exp\(x\) \* 2\.0 +test_program\.py:\d+$", line)


def test_the_line_is_the_one_that_wrote_the_expression(x):
    y = T.exp(x)
    number = y.owner.made_at.number
    assert minigrad.function([x], y).source.count(f"test_program.py:{number}") == 1


def test_a_long_formula_is_broken_off(x):
    y = x
    for _ in range(50):
        y = T.sin(y + 1.5)
    assert max(map(len, minigrad.function([x], y).source.splitlines())) < 160


def test_the_source_is_what_runs(x):
    f = minigrad.function([x], T.sqr(x))
    scope = {}
    exec(f.source, scope)
    assert scope["program"](np.array([[3.0]]))[0].tolist() == f([[3.0]]).tolist()


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_of_an_input_will_do(name):
    v = T.dmatrix(name)
    f = minigrad.function([v], T.exp(v).dot(v))
    np.testing.assert_allclose(f(np.eye(2)), np.exp(np.eye(2)))
    assert_is_harmless(f)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_of_a_result_a_function_a_shared_variable_or_a_constant_will_do(x, name):
    shared = minigrad.shared(np.ones((2, 2)), name=name)
    constant = T.constant(np.eye(2), name=name)
    y = T.exp(x) + shared
    y.name = name
    f = minigrad.function([x], y.dot(constant), name=name)
    np.testing.assert_allclose(f(np.zeros((2, 2))), np.full((2, 2), 2.0))
    assert_is_harmless(f)
    minigrad.pp(y), minigrad.debugprint(y, file="str")


def test_an_ops_name_is_as_harmless(x):
    class Odd(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0] + 1

        def __str__(self):
            return "\n    raise SystemExit #"

    assert minigrad.function([x], Odd()(x))([[1.0]]).tolist() == [[2.0]]


def test_inputs_of_one_name_are_told_apart():
    a, b = T.dscalar("a"), T.dscalar("a")
    f = minigrad.function([a, b], a - 2 * b)
    assert "\ndef program(a, a_1):" in f.source
    assert f(5.0, 1.0) == 3


def test_sizes_are_checked_once(x):
    W = minigrad.shared(np.ones((2, 2)), name="W")
    f = minigrad.function([x], T.tanh(x.dot(W)).dot(W) + x.dot(W))
    checks = [line for line in f.source.splitlines() if "assert" in line]
    assert len(checks) == len(set(checks)) == 2


def test_intermediate_arrays_are_released_as_soon_as_they_can_be(x):
    alive = []

    class Watch(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            alive[:] = [reference() is not None for reference in seen]
            result = inputs[0] + 1
            seen.append(weakref.ref(result))
            output_storage[0][0] = result

    seen = []
    watch = Watch()
    minigrad.function([x], watch(watch(watch(x))))(np.ones((2, 2)))
    assert alive == [False, True]


def test_an_array_that_nothing_needs_any_more_takes_the_next_result(x):
    assert "out=exp_1" in minigrad.function([x], T.sin(T.exp(x))).source


@pytest.mark.parametrize(
    "build",
    [
        lambda x: [T.sin(x)],
        lambda x: [T.exp(x), T.sin(T.exp(x))],
        lambda x: [T.sin(T.exp(x)), T.exp(x).T],
        lambda x: [T.sin(T.exp(x)) + T.exp(x).T],
        lambda x: [T.sin(T.exp(x)).dot(T.exp(x).T)],
        lambda x: [T.sin(T.exp(x)[::-1]) + T.exp(x)],
        lambda x: [T.exp(x) > 1],
        lambda x: [T.sin(x.T)],
    ],
)
def test_what_is_still_needed_or_is_somebody_elses_is_never_overwritten(x, build):
    outputs = build(x)
    value = np.array([[0.1, 0.2], [0.3, 0.4]])
    expected = [output.eval({x: value.copy()}) for output in outputs]
    f = minigrad.function([x], outputs)
    for result, right in zip(f(value), expected, strict=True):
        np.testing.assert_allclose(result, right)
    assert value.tolist() == [[0.1, 0.2], [0.3, 0.4]]


def test_a_result_that_broadcasts_is_not_written_into_the_smaller_array(x):
    row = T.row("row")
    f = minigrad.function([x, row], T.exp(row) + x)
    assert f(np.zeros((2, 2)), np.zeros((1, 2))).tolist() == [[1.0, 1.0]] * 2
    assert "out=exp" not in f.source


def test_an_array_that_a_users_op_made_is_not_overwritten(x):
    class Kept(minigrad.Op):
        itypes = otypes = [T.dmatrix]
        result = np.ones((2, 2))

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = self.result

    minigrad.function([x], T.exp(Kept()(x)))(np.zeros((2, 2)))
    assert Kept.result.tolist() == [[1.0, 1.0]] * 2


def test_a_function_can_be_dropped(x):
    f = minigrad.function([x], x + 1)
    reference = weakref.ref(f)
    del f
    assert reference() is None


def test_modes_differ_in_rewrites(x):
    fast = minigrad.function([x], T.log(1 + T.exp(x)))
    plain = minigrad.function([x], T.log(1 + T.exp(x)), mode="FAST_COMPILE")
    assert "softplus" in fast.source
    assert "softplus" not in plain.source


def test_the_mode_is_configs_unless_given(x):
    minigrad.config.mode = "FAST_COMPILE"
    try:
        assert "softplus" not in minigrad.function([x], T.log(1 + T.exp(x))).source
    finally:
        minigrad.config.mode = "FAST_RUN"


def test_a_function_says_what_it_is(x):
    assert repr(minigrad.function([x], x, name="f")) == "<minigrad function f(x)>"


def test_every_statement_that_computes_has_the_line_it_comes_from(x):
    f = minigrad.function([x], [T.exp(x).sum(), minigrad.grad(T.tanh(x).mean(), x)])
    program = f.source[f.source.index("def program") :]
    computing = [line for line in program.splitlines() if " = " in line and "assert" not in line]
    assert computing
    assert all(re.search(r"# .+test_program\.py:\d+$", line) for line in computing)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_a_comment_cannot_be_left_by_a_name_or_an_ops_text(x, mode):
    class Odd(minigrad.Op):
        itypes = otypes = [T.dmatrix]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0] + 1

        def formula(self, node, inputs):
            return "\n    raise SystemExit\r\x0b\x0c\u2028\x85 #"

    f = minigrad.function([x], T.exp(Odd()(x)), mode=mode)
    assert f([[-1.0]]).tolist() == [[1.0]]
    assert "raise SystemExit" not in "".join(map(ast.unparse, ast.parse(f.source).body))


def test_a_name_of_many_inputs_is_numbered():
    inputs = [T.dscalar("a") for _ in range(12)]
    f = minigrad.function(inputs, sum(i * v for i, v in enumerate(inputs)))
    assert f(*range(12)) == sum(i * i for i in range(12))


def test_a_numbered_name_that_the_user_has_taken_is_left_to_him():
    a, b, c = T.dscalar("a"), T.dscalar("a"), T.dscalar("a_1")
    f = minigrad.function([a, b, c], a + 10 * b + 100 * c)
    assert f(1.0, 2.0, 3.0) == 321


def test_a_result_and_an_input_of_one_name_are_told_apart(x):
    y = T.exp(x)
    y.name = "x"
    assert minigrad.function([x], y + x)([[0.0]]).tolist() == [[1.0]]


def test_a_name_given_after_the_function_was_made_changes_nothing(x):
    f = minigrad.function([x], x + 1)
    before = f.source
    x.name = "other"
    assert f.source == before
    assert f(x=[[1.0]]).tolist() == [[2.0]]


def test_an_array_is_never_printed_into_the_program(x):
    f = minigrad.function([x], x + T.constant(np.arange(10_000.0).reshape(100, 100)))
    assert len(f.source) < 1000


@pytest.mark.parametrize("number", [0.1, 1e300, -0.0, np.nan, np.inf, -np.inf, 5e-324])
def test_a_number_arrives_in_the_program_as_it_is(number):
    s = T.dscalar("s")
    for mode in ["FAST_RUN", "FAST_COMPILE"]:
        result = minigrad.function([s], T.switch(s > 0, number, 0.0), mode=mode)(1.0)
        np.testing.assert_array_equal(result, number)
        assert np.signbit(result) == np.signbit(number)


def test_a_function_of_nothing_has_a_program(x):
    f = minigrad.function([], [])
    assert f() == []
    assert f.source.startswith("def program():")
