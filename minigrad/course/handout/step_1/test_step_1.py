"""Step 1: a graph is written, and its nodes are put in an order in which they can be computed."""

from owngrad.graph import Apply, Op, Variable, toposort
from owngrad.types import TensorType

number = TensorType("float64", ())  # number("x") is a new variable; step 2 is about types


class Mix(Op):
    """Any number of inputs, one output: what it computes does not matter yet."""

    def make_node(self, *inputs):
        return Apply(self, inputs, [number()])


class Halves(Op):
    """One input, two outputs."""

    def make_node(self, x):
        return Apply(self, [x], [number(), number()])


mix, halves = Mix(), Halves()


def assert_can_be_computed(order, outputs):
    """Each node stands once, after those that make its inputs, and none is missing."""
    assert len(order) == len(set(order)), "a node stands twice in the order"
    made = set()
    for node in order:
        for x in node.inputs:
            assert x.owner is None or x.owner in made, (
                f"{node!r} comes before the node that makes its input {x}"
            )
        made.add(node)
    assert all(y.owner is None or y.owner in made for y in outputs), "a node is missing"


# ---- Apply ---------------------------------------------------------------------------------------


def test_a_node_keeps_its_op_and_its_inputs():
    x, y = number("x"), number("y")
    node = Apply(mix, (x, y), [number("z")])
    assert node.op is mix
    assert node.inputs == [x, y], "inputs is a list of the variables that go in"


def test_a_node_has_a_list_of_inputs_of_its_own():
    given = [number("x")]
    node = Apply(mix, given, [number("z")])
    given.append(number("y"))
    assert len(node.inputs) == 1, "a later change of the caller's list has changed the node"


def test_an_output_knows_the_node_that_makes_it_and_its_own_place():
    y, z = number("y"), number("z")
    node = Apply(halves, [number("x")], [y, z])
    assert y.owner is node and z.owner is node
    assert (y.index, z.index) == (0, 1)
    assert node.outputs == [y, z]


def test_an_input_of_the_graph_stays_without_an_owner():
    x = number("x")
    Apply(mix, [x], [number("y")])
    assert x.owner is None


def test_a_node_knows_the_line_that_made_it_or_that_there_is_none():
    node = Apply(mix, [], [number("y")])
    assert hasattr(node, "made_at"), "made_at = current_line(); messages read it"


# ---- Calling an op -------------------------------------------------------------------------------


def test_an_op_that_is_called_gives_its_output():
    x = number("x")
    y = mix(x)
    assert isinstance(y, Variable), "one output is given as it is, not in a list"
    assert y.owner.op is mix
    assert y.owner.inputs == [x]


def test_an_op_of_two_outputs_gives_a_list():
    parts = halves(number("x"))
    assert isinstance(parts, list) and len(parts) == 2
    assert parts[0].owner is parts[1].owner, "make_node is called once, and makes one node"


# ---- toposort ------------------------------------------------------------------------------------


def test_an_input_needs_no_node():
    assert toposort([number("x")]) == []


def test_a_node_comes_after_those_that_make_its_inputs():
    x = number("x")
    y = mix(x)
    z = mix(y)
    assert toposort([z]) == [y.owner, z.owner]


def test_inputs_come_first_whatever_their_place():
    x = number("x")
    near, far = mix(x), mix(mix(mix(x)))
    for inputs in ([near, far], [far, near], [far, mix(far)], [mix(far), far]):
        y = mix(*inputs)
        assert_can_be_computed(toposort([y]), [y])


def test_a_node_that_is_used_twice_stands_once():
    y = mix(number("x"))
    z = mix(y, y)
    assert toposort([z]) == [y.owner, z.owner]


def test_a_graph_of_many_ways_takes_no_longer_than_it_has_nodes():
    y = number("x")
    for _ in range(18):
        y = mix(y, y)  # 2¹⁸ ways lead from the last to the first
    assert len(toposort([y])) == 18, "each node is to be visited once, not once for each way"


def test_several_outputs_share_their_nodes():
    y = mix(number("x"))
    outputs = [mix(y), mix(y), y]
    order = toposort(outputs)
    assert len(order) == 3
    assert_can_be_computed(order, outputs)


def test_the_walk_stops_at_given_variables():
    y = mix(number("x"))
    z = mix(y)
    assert toposort([z], stop_at=[y]) == [z.owner], "y is given: what makes it is not needed"
    assert toposort([z], stop_at=[z]) == []


def test_a_node_is_needed_for_an_output_that_is_not_given():
    first, second = halves(number("x"))
    y = mix(first, second)
    assert toposort([y], stop_at=[first]) == [first.owner, y.owner]


def test_a_graph_may_be_deeper_than_pythons_stack():
    y = number("x")
    for _ in range(20_000):
        y = mix(y)
    assert len(toposort([y])) == 20_000, "use a loop with a stack of your own, no recursion"
