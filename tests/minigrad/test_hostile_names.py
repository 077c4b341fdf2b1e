"""Names are for people: whatever they are, nothing of them is run."""

import ast

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T

HOSTILE = [
    '"); import os; os.system("x") #',
    "class",
    "a\nraise SystemExit",
    "a\r\nb",
    "\0",
    "'''",
    '"""',
    "\\",
    "{x}",
    "%s",
    "\u2028",
    "\ud800",
    "é" * 10_000,
    "program",
    "dot",
    "exp",
    "out",
    "b0",
    "asarray",
    "c_1",
    "__builtins__",
    "",
]
# What a program consists of, and nothing else: on top, imports of NumPy and of helpers; then no
# attribute but those of arrays, and of NumPy what makes constants.
STATEMENTS = (ast.FunctionDef, ast.Assign, ast.Return, ast.Assert, ast.Delete, ast.Expr)
ATTRIBUTES = {"T", "dot", "shape", "reshape", "transpose", "size", "array", "dtype", "full"}
LIBRARIES = {"numpy", "minigrad"}


def assert_nothing_is_smuggled(source):
    tree = ast.parse(source.encode("utf-8", "replace").decode())
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules = names or [node.module]
            assert {name.split(".")[0] for name in modules} <= LIBRARIES, ast.unparse(node)
        elif isinstance(node, ast.stmt):
            assert isinstance(node, STATEMENTS), ast.unparse(node)
        if isinstance(node, ast.Attribute):
            assert node.attr in ATTRIBUTES, ast.unparse(node)


def everywhere(name):
    """A function of everything that can have a name, called by that name; and how it is printed."""
    x, w = T.dmatrix(name), minigrad.shared(np.ones((2, 2)), name=name)
    y = T.exp(x).dot(w) + T.constant(np.eye(2), name=name)
    y.name = name
    f = minigrad.function([x], {name: y}, updates=[(w, w + 1)], name=name)
    result = f(np.zeros((2, 2)))[name]
    texts = [
        f.source,
        minigrad.pp(y),
        minigrad.debugprint(y, file="str"),
        str(f.profile(np.eye(2))),
    ]
    return result, w.get_value(), [*texts, repr(f)]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_the_name_is_it_computes_and_prints(name):
    result, w, (source, *_) = everywhere(name)
    np.testing.assert_array_equal(result, 2 + np.eye(2))
    np.testing.assert_array_equal(w, 2 * np.ones((2, 2)))
    assert_nothing_is_smuggled(source)


@given(st.text())
@example("lambda: 0")
@example("x = 1; y")
def test_no_name_at_all_is_run(name):
    result, _, (source, *_) = everywhere(name)
    np.testing.assert_array_equal(result, 2 + np.eye(2))
    assert_nothing_is_smuggled(source)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_op_may_call_itself_anything(text):
    class Odd(minigrad.Op):
        itypes = otypes = [T.dvector]

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0] + 1

        def grad(self, inputs, output_grads):
            return output_grads

        def __str__(self):
            return text

    x = T.dvector("x")
    y = Odd()(x)
    f = minigrad.function([x], [y, minigrad.grad(T.sqr(y).sum(), x)])
    assert [r.tolist() for r in f([1.0])] == [[2.0], [4.0]]
    assert_nothing_is_smuggled(f.source)
    minigrad.pp(y), minigrad.debugprint(f, file="str")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_an_error_tells_the_name_and_runs_nothing_of_it(name):
    x, y = T.dvector(name), T.dvector(name)
    f = minigrad.function([x, y], T.exp(x) + y, name=name)
    with pytest.raises(ValueError, match="sizes differ"):
        f(np.ones(2), np.ones(3))
    with pytest.raises(TypeError):
        f("no", "array")
