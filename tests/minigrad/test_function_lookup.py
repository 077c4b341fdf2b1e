"""`theano.function` as programs use it: what they look up in it, its older names and options."""

import gc
import io
import pickle

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import In, Out, Param, clone, function, shared


@pytest.fixture
def x():
    return T.dscalar("x")


@pytest.fixture
def total():
    return shared(1.0, name="total")


@pytest.mark.parametrize("outputs", [None, [], ()], ids=repr)
def test_without_outputs_a_call_returns_the_empty_list(outputs, total):
    assert function([], outputs)() == []
    assert function([], outputs, updates=[(total, total + 1)])() == []
    assert total.get_value() == 2


def test_an_input_has_the_name_the_default_and_the_update_of_its_Param(x):
    f = function([Param(x, default=1.0, name="start", update=2 * x)], x + 1)
    assert (f(), f(), f(start=0.0), f()) == (2, 3, 1, 1)


def test_outputs_may_be_Outs(x):
    assert function([x], Out(x + 1, borrow=True))(1.0) == 2
    assert function([x], [Out(x + 1), 2 * x])(1.0) == [2, 2]


def test_a_function_has_the_defaults_of_its_inputs_as_they_are_now(x):
    f = function([In(x, value=1.0, update=x + 1)], x)
    f()
    assert f[x] == f["x"] == f[0] == f.container[x].value == 2


def test_a_default_is_set_in_the_function_alone(x):
    f = function([In(x, value=1.0)], x + 1)
    g = f.copy()
    f[x] = 5
    assert (f(), g()) == (6, 2)


def test_a_default_of_a_wrong_type_is_refused(x):
    f = function([In(x, value=1.0)], x + 1)
    with pytest.raises(TypeError, match="the default: input x"):
        f[x] = [1.0, 2.0]
    assert f[x] == 1


def test_an_input_without_a_default_has_none_and_gets_none(x):
    f = function([x], x + 1)
    assert f[x] is None
    with pytest.raises(TypeError, match=r"input x has no default.*In\(variable, value=…\)"):
        f[x] = 1.0


def test_a_shared_variables_value_is_got_and_set_by_the_function(x, total):
    f = function([x], total + x)
    f[total] = 7.0
    assert f[total] == f["total"] == total.get_value() == 7


def test_what_a_function_gives_is_a_copy(total):
    f = function([], total)
    f[total][...] = 9.0
    f.container[total].value[...] = 9.0
    assert total.get_value() == 1


def test_what_a_function_has_not_is_refused_with_what_it_has(x, total):
    f = function([x], total + x, name="f")
    with pytest.raises(KeyError, match="f has no value of y; it has x, total"):
        f["y"]
    assert "x" in f and total in f and "y" not in f


def test_of_two_of_one_name_the_name_tells_none():
    f = function([T.dscalar("a"), T.dscalar("a")], 1, on_unused_input="ignore", name="f")
    with pytest.raises(KeyError, match="several values of a"):
        f["a"]


def test_the_shared_variables_that_are_read_or_updated_are_told(x, total):
    count, unused = shared(0, name="count"), shared(0, name="unused")
    f = function([x], total + x, updates=[(count, count + 1)])
    assert f.get_shared() == [total, count]
    assert unused not in f.get_shared()


def test_the_storage_of_inputs_comes_before_that_of_shared_variables(x, total):
    f = function([In(x, value=3.0)], total + x)
    assert [container.value for container in f.input_storage] == [3, 1]


@pytest.mark.numpy_program
def test_the_graph_that_a_function_computes_is_found_where_programs_look(x):
    f = function([x], T.exp(x) * 1 + 0.5)
    graph = f.maker.fgraph
    assert [str(node.op) for node in graph.toposort()] == ["exp", "add"]
    assert graph.apply_nodes == set(graph.toposort())
    assert graph.inputs == (x,) and set(graph.inputs + graph.outputs) < graph.variables
    assert (f.maker.mode, len(f.maker.inputs)) == ("FAST_RUN", 1)


def test_memory_that_is_freed_is_made_anew_when_it_is_needed():
    X = T.dmatrix("X")
    f = function([X], (T.exp(X) + T.sin(X)).sum())
    value = f(np.ones((30, 30)))
    f.free()
    assert f(np.ones((30, 30))) == value
    f.free(), f.free()


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_memory_can_be_freed_in_all_modes(mode, x):
    f = function([x], 2 * x, mode=mode)
    f.free()
    assert f(1.0) == 2


@pytest.mark.numpy_program
def test_a_function_made_with_a_profile_counts_its_calls_and_tells_of_the_last(x):
    f = function([x], T.exp(x) + 1, name="f", profile=True)
    f(0.0), f(x=1.0)
    text = io.StringIO()
    f.profile.summary(text)
    assert f.profile.count == 2 and f.profile.seconds > 0
    assert "f: 2 calls" in text.getvalue() and "exp(x)" in text.getvalue()
    assert len(f.profile(1.0, n_calls=2).rows) == 2  # as of every function


def test_a_profile_is_told_before_there_are_calls(x):
    text = io.StringIO()
    function([x], x, profile=True).profile.summary(text)
    assert "0 calls" in text.getvalue()


def test_copies_measure_their_calls_as_the_function_does_or_as_told(x):
    f = function([x], 2 * x, profile=True)
    assert f.copy()(1.0) == 2 and f.copy().profile.count == 0
    assert type(f.copy(profile=False)) is minigrad.Function
    assert type(function([x], x).copy(profile=True)) is type(f)


def test_a_measured_function_that_is_dropped_is_not_told_of_at_the_end(x):
    from minigrad.compile.inspect.profile import _CALLS

    gc.collect()
    before = len(_CALLS)
    f = function([x], 2 * x, profile=True)
    assert len(_CALLS) == before + 1
    del f
    gc.collect()
    assert len(_CALLS) == before


def test_givens_may_be_of_another_type_if_not_strict(x):
    f = T.fscalar("f")
    with pytest.raises(TypeError, match="what givens put for x is float32"):
        function([f], T.exp(x), givens={x: f})
    assert function([f], T.exp(x), givens={x: f}, rebuild_strict=False)(1.0).dtype == "float32"
    assert function([], x + 1, givens={x: 2}, rebuild_strict=False)() == 3


def test_a_clone_is_another_expression_of_the_same_inputs(x):
    y = T.exp(x) + 1
    z = clone(y)
    assert z is not y and z.owner is not y.owner and z.eval({x: 0.0}) == 2


def test_a_clone_has_replacements_wherever_a_variable_was(x):
    y = T.dscalar("y")
    inner = x + 1
    assert clone([inner * inner, inner], {inner: y * 2})[0].eval({y: 3.0}) == 36
    assert clone((inner,), [(x, y)])[0].eval({y: 3.0}) == 4


def test_replacements_are_put_in_at_once_not_one_after_the_other(x):
    y = T.dscalar("y")
    assert clone(x - y, {x: y, y: x}).eval({x: 1.0, y: 3.0}) == 2


def test_a_strict_clone_refuses_other_types(x):
    f = T.fscalar("f")
    with pytest.raises(TypeError, match="clone: what replaces x is float32"):
        clone(x + 1, {x: f})
    assert clone(T.exp(x), {x: f}, strict=False).type.dtype == "float32"


def test_inputs_of_a_clone_are_others_if_told_and_shared_values_stay_shared(x, total):
    y = clone(x * total, share_inputs=False)
    other, twin = y.owner.inputs
    assert other is not x and twin is not total
    total.set_value(5.0)
    assert y.eval({other: 2.0}) == 10


def test_what_is_no_expression_is_not_cloned():
    with pytest.raises(TypeError, match="clone takes a variable"):
        clone(3)


def test_a_shared_clone_that_is_pickled_with_its_original_goes_on_sharing(total):
    first, second = pickle.loads(pickle.dumps([total, total.clone()]))
    first.set_value(4.0)
    assert second.get_value() == 4


@pytest.mark.parametrize("profile", [False, True])
def test_some_outputs_are_returned_by_number_or_by_name(x, total, profile):
    options = {"updates": [(total, total + 1)], "profile": profile}
    listed = function([x], [x, 2 * x, 3 * x], **options)
    named = function([x], {"a": x, "b": 2 * x}, **options)
    assert listed(1.0, output_subset=[2, 0]) == [3, 1] and listed(1.0, output_subset=[]) == []
    assert named(x=1.0, output_subset=["b"]) == {"b": 2}
    assert function([x], 2 * x, **options)(1.0, output_subset=[0]) == [2]
    assert total.get_value() == 5
    if profile:
        assert (listed.profile.count, named.profile.count) == (2, 1)
        named.profile.summary(io.StringIO())


@pytest.mark.parametrize("key", [-1, 2, "a"])
def test_an_output_that_there_is_not_is_refused_and_nothing_stored(x, total, key):
    f = function([x], [x, 2 * x], updates=[(total, total + 1)], name="f")
    with pytest.raises(ValueError, match=f"f has no output {key!r}; output_subset is of 0, 1"):
        f(1.0, output_subset=[key])
    assert total.get_value() == 1


def test_an_input_without_autoname_is_passed_by_position_alone(x):
    f = function([In(x, autoname=False)], x + 1)
    assert f(1.0) == 2
    with pytest.raises(TypeError, match="no input of the name 'x'"):
        f(x=1.0)


def test_each_variable_has_a_name_of_its_own_which_stays(x, total):
    names = [v.auto_name for v in (x, x + 1, total, T.constant(1), x.clone())]
    assert len(set(names)) == 5 and all(name.startswith("auto_") for name in names)
    assert x.auto_name == names[0]


def test_a_node_counts_its_inputs_and_has_a_first_output(x):
    y = x + 1
    assert (y.owner.nin, y.owner.nout, y.owner.default_output()) == (2, 1, y)
