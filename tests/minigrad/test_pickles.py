"""Expressions and functions are pickled: what is kept, what stays shared, and where."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import In, pp
from minigrad.core import elementwise
from minigrad.ops import reduction

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def again(thing, protocol=pickle.DEFAULT_PROTOCOL):
    return pickle.loads(pickle.dumps(thing, protocol))


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.fixture
def w():
    return minigrad.shared(np.array([1.0, 2.0]), name="w")


# ---- Expressions --------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_expression_comes_back_with_its_inputs_in_every_protocol(x, w, protocol):
    new_x, cost = again([x, (T.exp(x) * w).sum()], protocol)
    assert pp(cost) == "sum(exp(x) * w)"
    assert cost.eval({new_x: [0.0, 0.0]}) == 3.0


def test_it_has_derivatives(x):
    new_x, cost = again([x, T.sqr(x).sum()])
    assert list(minigrad.grad(cost, new_x).eval({new_x: [1.0, 2.0]})) == [2.0, 4.0]


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_what_is_pickled_together_stays_one_graph(x, order):
    h = T.exp(x)
    new_x, new_h, node, cost = again([x, h, h.owner, h.sum()][order])[order]
    assert cost.owner.inputs == [new_h]
    assert new_h.owner is node
    assert node.inputs == [new_x]


def test_types_and_names_are_kept():
    x = T.TensorType("float32", (None, 3))("x")
    y = T.exp(x)
    y.name = "y"
    new = again(y)
    assert (new.name, new.type) == ("y", y.type)
    assert new.owner.inputs[0].type == x.type


def test_lines_are_kept(x, w):
    assert again(T.exp(x)).owner.made_at == T.exp(x).owner.made_at
    assert again(w).made_at == w.made_at


def test_what_a_user_adds_to_a_leaf_is_kept(x):
    x.remark = "the data"
    assert again(x).remark == "the data"


def test_a_node_comes_back_with_all_its_outputs(x):
    node = T.split(x, [1, 1], 2)[1].owner
    new = again(node)
    assert new.op == node.op
    assert [v.owner for v in new.outputs] == [new, new]


def test_a_constant_cannot_be_changed_afterwards_either():
    with pytest.raises(ValueError, match="read-only"):
        again(T.constant([1.0, 2.0])).data[0] = 3.0


def test_a_shared_variable_keeps_its_value_and_default_update(w):
    w.default_update = w + 1
    new = again(w)
    assert minigrad.function([], new)().tolist() == [1.0, 2.0]
    assert new.get_value().tolist() == [2.0, 3.0]
    assert w.get_value().tolist() == [1.0, 2.0]


@pytest.mark.parametrize("name", elementwise.TABLE)
def test_a_function_of_the_table_comes_back_as_itself(name):
    assert again(elementwise.TABLE[name]) is elementwise.TABLE[name]


@pytest.mark.parametrize("name", reduction.REDUCTIONS)
def test_a_reduction_comes_back_equal(name):
    op = reduction.Reduction(name, (0,))
    assert again(op) == op


def test_a_deep_copy_of_an_expression_is_a_graph_of_its_own(x):
    y = T.exp(x)
    new = copy.deepcopy(y)
    assert pp(new) == pp(y)
    assert new.owner.inputs[0] is not x


def test_a_copy_of_an_expression_is_the_expression(x):
    y = T.exp(x)
    assert copy.copy(y) is y
    assert copy.copy(y.owner) is y.owner


class Scaled(minigrad.Op):
    itypes = otypes = [T.dvector]

    def __init__(self, function):
        self.function = function

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.function(inputs[0])


def test_an_op_of_a_user_keeps_what_it_has(x):
    new_x, y = again([x, Scaled(np.negative)(x)])
    assert y.eval({new_x: [1.0]}) == [-1.0]


def test_an_op_that_holds_a_lambda_is_refused_with_its_name(x):
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(Scaled(lambda value: 2 * value)(x))


# ---- Functions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_a_function_comes_back_with_its_name_and_mode(x, w, mode, protocol):
    f = again(minigrad.function([x], x * w, mode=mode, name="product"), protocol)
    assert (f.name, f.mode) == ("product", mode)
    assert f([3.0, 4.0]).tolist() == [3.0, 8.0]


@pytest.mark.parametrize(
    ("outputs", "values"),
    [
        (lambda x: None, []),
        (lambda x: x + 1, 2.0),
        (lambda x: [x + 1, x], [2.0, 1.0]),
        (lambda x: {"more": x + 1, "x": x}, {"more": 2.0, "x": 1.0}),
    ],
)
def test_it_returns_what_it_returned_in_the_same_form(outputs, values):
    x = T.dscalar("x")
    f = minigrad.function([x], outputs(x), on_unused_input="ignore")
    assert again(f)(1.0) == values


def test_its_updates_change_shared_variables_of_its_own(x, w):
    f = minigrad.function([x], w, updates=[(w, w + x)])
    f([1.0, 1.0])
    new = again(f)
    new([1.0, 1.0])
    assert new([0.0, 0.0]).tolist() == [3.0, 4.0]
    assert w.get_value().tolist() == [2.0, 3.0]


def test_functions_pickled_together_go_on_sharing_their_variables(x, w):
    step = minigrad.function([x], updates=[(w, w + x)])
    read = minigrad.function([], w)
    new_step, new_read, new_w = again([step, read, w])
    new_step([1.0, 1.0])
    assert new_read().tolist() == new_w.get_value().tolist() == [2.0, 3.0]
    assert read().tolist() == [1.0, 2.0]


def test_givens_are_in_it(x, w):
    f = again(minigrad.function([], T.exp(x).sum(), givens=[(x, w - w)]))
    assert f() == 2.0


def test_defaults_of_inputs_are_as_they_were():
    x, total = T.dscalar("x"), T.dscalar("total")
    f = minigrad.function([x, In(total, value=1.0, update=total + x)], total)
    f(2.0)
    new = again(f)
    assert [new(3.0), new(x=0.0), new(0.0, total=9.0)] == [3.0, 6.0, 9.0]
    assert f(0.0) == 3.0


def test_options_of_inputs_are_kept():
    x = T.fvector("x")
    f = again(minigrad.function([In(x, name="data", allow_downcast=True)], x))
    assert f(data=np.array([0.1])).dtype == "float32"


def test_an_intermediate_result_as_an_input_is_kept(x):
    h = T.exp(x)
    assert again(minigrad.function([h], h.sum()))([1.0, 2.0]) == 3.0


def test_errors_name_the_same_line(x):
    y = T.dvector("y")
    f = again(minigrad.function([x, y], x + y))
    with pytest.raises(ValueError, match="test_pickles.py:.*x \\+ y"):
        f([1.0], [1.0, 2.0])


def test_a_deep_copy_of_a_function_has_variables_of_its_own(w):
    f = minigrad.function([], w, updates=[(w, w + 1)])
    copy.deepcopy(f)()
    assert w.get_value().tolist() == [1.0, 2.0]


# ---- Other processes ----------------------------------------------------------------------------


def run(directory, program):
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=directory, capture_output=True, text=True, check=True
    )
    return result.stdout.split()


def test_functions_are_loaded_in_another_process(tmp_path, x, w):
    step = minigrad.function([x], [w.sum()], updates=[(w, w + x)], name="step")
    read = minigrad.function([], {"w": w})
    (tmp_path / "functions.pkl").write_bytes(pickle.dumps([step, read]))
    program = (
        "import pickle; step, read = pickle.load(open('functions.pkl', 'rb'));"
        "print(step.name, *step([1.0, 1.0]), *read()['w'])"
    )
    assert run(tmp_path, program) == ["step", "3.0", "2.0", "3.0"]


def test_an_op_of_a_user_is_found_by_its_module_in_another_process(tmp_path):
    (tmp_path / "users_ops.py").write_text(
        "import minigrad, minigrad.tensor as T\n"
        "class Double(minigrad.Op):\n"
        "    __props__ = ()\n"
        "    itypes = otypes = [T.dvector]\n"
        "    def perform(self, node, inputs, output_storage):\n"
        "        output_storage[0][0] = 2 * inputs[0]\n"
    )
    make = (
        "import pickle, minigrad, minigrad.tensor as T, users_ops; x = T.dvector();"
        "f = minigrad.function([x], users_ops.Double()(x));"
        "pickle.dump(f, open('f.pkl', 'wb'))"
    )
    run(tmp_path, make)
    program = "import pickle; print(*pickle.load(open('f.pkl', 'rb'))([1.0, 2.0]))"
    assert run(tmp_path, program) == ["2.0", "4.0"]
