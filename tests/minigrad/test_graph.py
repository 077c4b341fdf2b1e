"""The graph: order, ancestors, replacement, names in source, and lines of the user's program."""

import sys
import threading

import pytest

import minigrad
import minigrad.tensor as T
from minigrad.compile.names import identifier
from minigrad.core.graph import toposort
from minigrad.protocol.walks import ancestors, clone_replace, graph_inputs, replaced_throughout

DEPTH = 5_000


@pytest.fixture
def x():
    return T.dvector("x")


@pytest.fixture
def deep(x):
    y = x
    for _ in range(DEPTH):
        y = T.sin(y)
    return y


@pytest.fixture
def small_stack():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    yield
    sys.setrecursionlimit(limit)


# ---- Order ----------------------------------------------------------------------------------------


def test_each_node_comes_after_those_it_depends_on(x):
    y = T.exp(x)
    z = (y + x) * T.sin(y)
    order = toposort([z])
    places = {node: place for place, node in enumerate(order)}
    assert all(
        places[v.owner] < places[node] for node in order for v in node.inputs if v.owner is not None
    )


def test_a_node_that_is_used_twice_is_computed_once(x):
    y = T.exp(x)
    assert toposort([y * y, y + 1]).count(y.owner) == 1


def test_the_order_is_the_same_each_time(x):
    outputs = [T.exp(x) + T.sin(x), T.cos(x) * x]
    assert toposort(outputs) == toposort(outputs)


def test_inputs_are_computed_from_the_left_to_the_right(x):
    a, b = T.exp(x), T.sin(x)
    assert toposort([a + b])[:2] == [a.owner, b.owner]
    assert toposort([b + a])[:2] == [b.owner, a.owner]


def test_what_is_given_is_not_computed(x):
    y = T.exp(x)
    z = T.sin(y)
    assert toposort([z], stop_at=[y]) == [z.owner]


def test_an_input_needs_no_computation(x):
    assert toposort([x]) == []


# ---- Ancestors ------------------------------------------------------------------------------------


def test_ancestors_are_each_found_once_and_inputs_before_what_uses_them(x):
    y = T.exp(x)
    z = y * y
    assert ancestors([z]) == [x, y, z]


def test_an_output_is_its_own_ancestor(x):
    assert ancestors([x]) == [x]


def test_ancestors_stop_at_what_is_given_and_include_it(x):
    y = T.exp(x)
    z = T.sin(y)
    assert ancestors([z], stop_at=[y]) == [y, z]


def test_inputs_of_a_graph_are_variables_constants_and_shared_variables(x):
    w, c = minigrad.shared(1.0, name="w"), T.constant([1.0])
    assert set(graph_inputs([x * c + w])) >= {x, w, c}
    assert all(v.owner is None for v in graph_inputs([x * c + w]))


def test_what_is_given_is_an_input(x):
    y = T.exp(x)
    assert graph_inputs([T.sin(y)], stop_at=[y]) == [y]


# ---- Replacement ----------------------------------------------------------------------------------


def test_a_variable_is_replaced_wherever_it_occurs(x):
    y = T.dvector("y")
    (new,) = clone_replace([x * T.exp(x)], {x: y})
    assert graph_inputs([new]) == [y]


def test_replacement_leaves_the_old_graph_as_it_was(x):
    y = T.exp(x)
    clone_replace([y], {x: T.dvector("z")})
    assert y.owner.inputs == [x]


def test_what_does_not_depend_on_what_is_replaced_is_shared_with_the_old_graph(x):
    other, y = T.exp(T.dvector("other")), T.dvector("y")
    (new,) = clone_replace([x + other], {x: y})
    assert new.owner.inputs[1] is other


def test_without_replacements_the_outputs_are_the_same_objects(x):
    y = T.exp(x)
    assert clone_replace([y, x], {}) == [y, x]


def test_an_output_itself_can_be_replaced(x):
    y = T.dvector("y")
    assert clone_replace([x], {x: y}) == [y]


def test_an_intermediate_result_can_be_replaced(x):
    y = T.exp(x)
    z = T.dvector("z")
    (new,) = clone_replace([T.sin(y)], {y: z})
    assert graph_inputs([new]) == [z]


def test_variables_can_be_swapped(x):
    y = T.dvector("y")
    (new,) = clone_replace([x - y], {x: y, y: x})
    assert new.owner.inputs == [y, x]


def test_types_follow_from_the_new_inputs(x):
    (new,) = clone_replace([T.exp(x)], {x: T.fvector("single")})
    assert new.dtype == "float32"


def test_names_and_lines_stay(x):
    y = T.exp(x)  # this line
    y.name = "y"
    (new,) = clone_replace([y], {x: T.dvector("z")})
    assert new.name == "y"
    assert new.owner.made_at == y.owner.made_at


def test_what_replaces_a_variable_may_have_others_that_are_replaced_and_the_variable_itself():
    x, y, z = T.dvectors("x", "y", "z")
    (new,) = replaced_throughout([y * x], {y: T.exp(y) + x, x: z})
    assert str(new) == str((T.exp(y) + z) * z)


# ---- Depth ----------------------------------------------------------------------------------------


def test_order_and_ancestors_of_a_deep_graph_need_no_recursion(deep, small_stack):
    assert len(toposort([deep])) == DEPTH
    assert len(ancestors([deep])) == DEPTH + 1


def test_replacement_in_a_deep_graph_needs_no_recursion(x, deep, small_stack):
    y = T.dvector("y")
    assert graph_inputs(clone_replace([deep], {x: y})) == [y]


def test_a_deep_graph_is_evaluated_without_recursion(x, deep, small_stack):
    assert deep.eval({x: [0.0]}).tolist() == [0.0]


def test_time_is_linear_in_the_nodes_not_in_the_paths(x):
    y = x
    for _ in range(200):  # 2 ** 200 paths
        y = y + y
    assert len(toposort([y])) == 200
    assert len(clone_replace([y], {x: T.dvector()})) == 1


# ---- Nodes ----------------------------------------------------------------------------------------


def test_a_variable_knows_the_node_that_makes_it_and_which_output_it_is(x):
    y = T.exp(x)
    assert y.owner.outputs[y.index] is y
    assert y.owner.out is y


def test_a_node_makes_an_output_anew_if_nobody_holds_it_any_more(x):
    class Halves(minigrad.Op):
        def make_node(self, x):
            return minigrad.Apply(self, [x], [x.type("first"), x.type("second")])

    first, second = Halves()(x)
    del second
    again = first.owner.outputs[1]
    assert (again.type, again.name) == (x.type, "second")
    assert (again.owner, again.index) == (first.owner, 1)
    assert first.owner.outputs == [first, again]


def test_an_input_has_no_owner(x):
    assert x.owner is None
    assert x.index is None


def test_a_variable_equals_only_itself(x):
    assert x == x
    assert x != T.dvector("x")


def test_a_node_is_shown_with_its_inputs(x):
    assert repr(T.exp(x).owner) == "exp(x)"


def test_a_node_remembers_the_line_that_made_it(x):
    number = sys._getframe().f_lineno + 1
    y = T.exp(x)
    assert y.owner.made_at == (__file__, number)


def test_also_when_a_function_of_functions_made_it(x):
    number = sys._getframe().f_lineno + 1
    y = T.nnet.binary_crossentropy(x, x)
    assert {node.made_at for node in toposort([y])} == {(__file__, number)}


class Marked(minigrad.Op):
    """With its own make_node."""

    __props__ = ()

    def make_node(self, x):
        return minigrad.Apply(self, [x], [x.type()])


def test_the_line_is_where_an_op_is_applied_not_where_its_node_is_made(x):
    number = sys._getframe().f_lineno + 1
    y = Marked()(x)
    assert y.owner.made_at == (__file__, number)


def test_lines_are_those_of_the_thread_that_makes_the_node(x):
    lines = []

    def build():
        lines.append((sys._getframe().f_lineno, T.exp(x).owner.made_at.number))

    thread = threading.Thread(target=build)
    thread.start()
    thread.join()
    ((expected, found),) = lines
    assert found == expected


# ---- Names in source ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("W", "W"),
        ("hidden_bias", "hidden_bias"),
        ("class", "class_"),
        ("1st", "v_1st"),
        ("", "v_"),
        ("two words", "two_words"),
        ("é", "v_"),
        ("__builtins__", "builtins"),
        ('"); import os #', "import_os"),
    ],
)
def test_any_text_becomes_a_name(text, name):
    assert identifier(text) == name
    assert name.isidentifier()
