"""Graphs as text."""

import io

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import debugprint, pp


@pytest.fixture
def x():
    return T.dmatrix("x")


@pytest.mark.parametrize(
    ("build", "formula"),
    [
        (lambda x: x + 1, "(x + 1.0)"),
        (lambda x: -x * 2, "((-x) * 2.0)"),
        (lambda x: x.dot(x.T), "(x @ x.T)"),
        (lambda x: T.exp(x).sum(axis=0), "sum(exp(x), axis=0)"),
        (lambda x: x.max(), "max(x, axis=None)"),
        (lambda x: x[0, 1:], "x[0, 1:]"),
        (lambda x: T.cast(x, "float32"), "x.astype(float32)"),
        (lambda x: x > 0, "(x > 0.0)"),
        (lambda x: T.nnet.softmax(x), "softmax(x, axis=1)"),
        (lambda x: x.shape[0], "x.shape[0]"),
    ],
)
def test_an_expression_is_written_as_people_write_it(x, build, formula):
    assert pp(build(x)) == formula


def test_a_name_stands_for_an_input(x):
    assert pp(x) == "x"
    assert pp(T.dmatrix()) == "<TensorType(float64, matrix)>"


def test_pp_takes_variables_only():
    with pytest.raises(TypeError, match="pp takes a variable"):
        pp(3)


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
    with pytest.raises(ValueError, match="ids is one of"):
        debugprint(T.dscalar(), ids="roman")
