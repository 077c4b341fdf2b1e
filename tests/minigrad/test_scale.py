"""Deep and wide graphs: no recursion, and time in proportion to their size."""

import gc
import pickle
import sys
import tracemalloc
from cProfile import Profile

import numpy as np
import pytest
from draws import is_thorough, part_of

import minigrad
import minigrad.tensor as T
from minigrad import debugprint, pp
from minigrad.core.evaluate import evaluate
from minigrad.core.graph import Constant
from minigrad.protocol.walks import graph_inputs
from minigrad.rewrite import as_needed
from minigrad.rewrite.inner import with_merged
from minigrad.theano.ifelse import ifelse

# Many times as deep as Python's stack is made here. What takes a minute for the deepest graph takes
# a less deep one, unless the tests are to search long.
DEEP = 1500
DEEPER, DEEPEST = (100_000, 100_000) if is_thorough else (5_000, 30_000)


def chain(depth):
    x = T.dvector("x")
    y = x
    for _ in range(depth // 2):
        y = T.sin(y) + x
    return x, y


@pytest.fixture(scope="module")
def deeper():
    return chain(DEEPER)


@pytest.fixture(scope="module")
def deepest():
    return chain(DEEPEST)


@pytest.fixture
def small_stack():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    yield
    sys.setrecursionlimit(limit)


def by_hand(x, depth):
    y, slope = x, np.ones_like(x)
    for _ in range(depth // 2):
        y, slope = np.sin(y) + x, np.cos(y) * slope + 1
    return y, slope


def test_a_chain_of_1500_operations_differentiates_compiles_and_runs(small_stack):
    x, y = chain(DEEP)
    f = minigrad.function([x], [y, minigrad.grad(y.sum(), x)])
    values = np.array([0.1, 0.2])
    for result, expected in zip(f(values), by_hand(values, DEEP), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-9)


def test_a_deeper_chain_is_compiled_as_it_stands(deeper, small_stack):
    x, y = deeper
    f = minigrad.function([x], y, mode="FAST_COMPILE")
    values = np.array([0.1, 0.2])
    np.testing.assert_allclose(f(values), by_hand(values, DEEPER)[0])


def test_a_chain_of_tens_of_thousands_of_operations_is_evaluated(deepest, small_stack):
    x, y = deepest
    values = np.array([0.1])
    np.testing.assert_allclose(evaluate([y], {x: values})[0], by_hand(values, DEEPEST)[0])


def test_a_chain_of_tens_of_thousands_of_operations_is_printed(deepest, small_stack):
    _, y = deepest
    tree = debugprint(y, file="str")
    assert tree.count("\n") == 3 * DEEPEST / 2 + 1  # x is named at each use
    assert len(tree) < 200 * DEEPEST
    assert pp(y).count("sin") > 1000


def test_a_deeper_chain_is_pickled(deeper, small_stack):
    _, y = deeper
    new = pickle.loads(pickle.dumps(y))
    assert new.owner.op == y.owner.op
    assert pp(new) == pp(y)


def test_a_graph_that_doubles_at_each_step_is_not_written_out(small_stack):
    x = T.dscalar("x")
    y = x
    for _ in range(100):
        y = y + y
    assert len(debugprint(y, file="str")) < 50_000
    assert len(pp(y)) < 200_000
    assert minigrad.function([x], y)(1.0) == 2.0**100


def test_a_sum_over_1000_inputs_is_differentiated(small_stack):
    inputs = [T.dscalar(f"x{i}") for i in range(1000)]
    total = T.sqr(T.stack(inputs)).sum()
    f = minigrad.function(inputs, minigrad.grad(total, inputs))
    assert f(*range(1000)) == [2.0 * i for i in range(1000)]


# ---- In proportion to the size ------------------------------------------------------------------


class Same(minigrad.Op):
    """The input; minigrad cannot know that its memory is that of the input."""

    __props__ = ()
    itypes = otypes = [T.dvector]

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0]

    def grad(self, inputs, output_grads):
        return output_grads


def repeated(step):
    """A graph that applies a step to its own result, again and again."""

    def build(n):
        x = T.dvector("x")
        y = x
        for _ in range(n):
            y = step(x, y)
        return [x], y.sum(), [[0.5, 0.25]], [x]

    return build


def of_inputs(combine):
    """A graph of n inputs."""

    def build(n):
        xs = [T.dvector(f"x{i}") for i in range(n)]
        return xs, combine(xs).sum(), [[0.5, 0.25]] * n, xs

    return build


def of_shared(n):
    ws = [minigrad.shared(np.eye(2)) for _ in range(n)]
    y = x = T.dvector("x")
    for w in ws:
        y = T.tanh(T.dot(y, w))
    return [x], y.sum(), [[0.5, 0.25]], ws


def of_parts(n):
    x, lengths = T.dvector("x"), T.lvector("lengths")
    total = sum(T.sqr(part).sum() for part in T.split(x, lengths, n))
    return [x, lengths], total, [np.ones(n), np.ones(n, int)], [x]


# How to build a graph, and the size to begin with.
GRAPHS = {
    "a chain of functions": (repeated(lambda x, y: T.sin(y) + x), 8),
    "a chain of views": (repeated(lambda x, y: y[::-1]), 12),
    "a chain of a user's op": (repeated(lambda x, y: Same()(y)), 12),
    "a sum of inputs": (of_inputs(sum), 25),
    "joined inputs": (of_inputs(lambda xs: T.sqr(T.concatenate(xs))), 30),
    "products with shared matrices": (of_shared, 6),
    "the parts of an input": (of_parts, 8),
}


class Work:
    """Counts the calls of functions, stage by stage, and the bytes that it takes.

    Other than the time, it is the same each time.
    """

    def __enter__(self):
        self.of = {}
        gc.disable()
        tracemalloc.start()
        self._begin()
        return self

    def __exit__(self, *error):
        self._profile.disable()
        tracemalloc.stop()
        gc.enable()

    def _begin(self):
        tracemalloc.reset_peak()
        self._profile = Profile()
        self._profile.enable()

    def end_of(self, stage):
        self._profile.disable()
        self.of[f"calls to {stage}"] = sum(entry.callcount for entry in self._profile.getstats())
        self.of[f"bytes to {stage}"] = tracemalloc.get_traced_memory()[1]
        self._begin()


def work_on(build, n):
    with Work() as work:
        inputs, cost, values, wrt = build(n)
        work.end_of("build")
        gradients = minigrad.grad(cost, wrt)
        work.end_of("differentiate")
        evaluate([cost], dict(zip(inputs, values, strict=True)))
        work.end_of("evaluate")
        debugprint(cost, file="str")
        work.end_of("print")
        pickle.loads(pickle.dumps([cost, wrt]))
        work.end_of("pickle")
        for mode in ("FAST_COMPILE", "FAST_RUN"):
            f = minigrad.function(inputs, [cost, *gradients], mode=mode)
            work.end_of(f"compile, {mode}")
            f(*values)
            work.end_of(f"call, {mode}")
            assert f.source
            work.end_of(f"read the source, {mode}")
    return work.of


@pytest.mark.parametrize("graph", part_of(GRAPHS, one_of=2))
def test_all_that_is_done_takes_work_in_proportion_to_the_size_of(graph):
    build, n = GRAPHS[graph]
    work_on(build, 2)  # loads the modules that a first graph needs
    short = work_on(build, n)

    def out_of_proportion():
        long = work_on(build, 2 * n)
        # If it grew with the square of the size, it would be 4 times as much.
        return {what: long[what] / short[what] for what in short if long[what] > 2.6 * short[what]}

    # Twice, because a table of Python's own may have to grow just then, such as that of names.
    assert not out_of_proportion() or not out_of_proportion()


def chosen(c, x):
    return ifelse(c > 0, T.exp(x), T.sin(x))


def after_a_loop(c, x):
    values, _ = minigrad.scan(lambda h: T.sin(h * c), outputs_info=x, n_steps=3)
    return values[-1]


def side_by_side(f, n):
    return [f(*T.dscalars(f"c{i}", f"x{i}")) for i in range(n)]


def one_after_the_other(f, n):
    c, x = T.dscalars("c", "x")
    for _ in range(n):
        x = f(c, x)
    return [x]


def calls_of(function, argument):
    profile = Profile()
    profile.runcall(function, argument)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("arranged", [side_by_side, one_after_the_other])
@pytest.mark.parametrize("f", [chosen, after_a_loop])
def test_leaving_out_what_is_not_needed_takes_work_in_proportion_to_the_number_of(f, arranged):
    assert calls_of(as_needed, arranged(f, 80)) < 2.2 * calls_of(as_needed, arranged(f, 40))


@pytest.mark.parametrize("arranged", [side_by_side, one_after_the_other])
def test_making_one_of_a_loop_and_its_derivative_takes_work_in_proportion_to_the_number(arranged):
    def with_derivatives(n):
        outputs = arranged(after_a_loop, n)
        inputs = [v for v in graph_inputs(outputs) if not isinstance(v, Constant)]
        return [*outputs, *minigrad.grad(sum(outputs), inputs)]

    assert calls_of(with_merged, with_derivatives(20)) < 2.2 * calls_of(
        with_merged, with_derivatives(10)
    )
