"""Random streams: whose numbers they are, when they change, and what can be done with their states.

`theano_random.json` has the first numbers of the first two calls of draws, by Theano 1.0.5 and for
some seeds: the draws of a seed are made by one object, in this order.
"""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from draws import few
from hypothesis import given
from hypothesis import strategies as st

import minigrad
import minigrad.tensor as T
from minigrad import function, shared
from minigrad.tensor import raw_random
from minigrad.tensor.shared_randomstreams import RandomStreams
from minigrad.theano.sandbox.rng_mrg import MRG_RandomStreams

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode"]
KINDS = {"RandomStreams": RandomStreams, "MRG_RandomStreams": MRG_RandomStreams}
REFERENCE = json.loads((Path(__file__).parent / "theano_random.json").read_text())
SEEDS = st.integers(1, 2**31 - 30000)


@pytest.fixture
def in_float32():
    minigrad.config.floatX = "float32"
    yield
    minigrad.config.floatX = "float64"


# ---- Whose numbers -------------------------------------------------------------------------------


def draws_of(srng, table):
    """The variables that the table's draws make, and what they are expected to be."""
    variables, expected = [], []
    for draw, dtype, *numbers in table:
        if dtype.endswith("Error"):
            with pytest.raises(TypeError):
                eval(f"srng.{draw}")
        else:
            variables.append(eval(f"srng.{draw}"))
            expected.append((draw, dtype, numbers))
    return variables, expected


@pytest.mark.parametrize("case", [pytest.param(c, id=c.replace(" ", "-")) for c in REFERENCE])
def test_draws_have_the_numbers_of_theano(case):
    kind, seed, minigrad.config.floatX = case.split()
    try:
        variables, expected = draws_of(KINDS[kind](int(seed)), REFERENCE[case])
    finally:
        minigrad.config.floatX = "float64"
    f = function([], variables)
    for call in (0, 1):
        for value, (draw, dtype, numbers) in zip(f(), expected, strict=True):
            right = np.array(numbers[call], dtype)
            value = value.ravel()[: right.size]
            if kind == "MRG_RandomStreams" and draw.startswith("normal"):
                # Made by sin, cos and log, whose last bits depend on the machine.
                np.testing.assert_array_max_ulp(value, right, 16)
                continue
            assert value.dtype == dtype, draw
            np.testing.assert_array_equal(value, right, draw)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_all_modes_draw_the_same(kind, mode):
    draws = [lambda s: s.uniform((2, 3)), lambda s: s.normal((3,)), lambda s: s.binomial((4,))]
    first, second = ([draw(KINDS[kind](5)) for draw in draws] for _ in range(2))
    f, g = function([], first, mode=mode), function([], second)
    for _ in range(2):
        for x, y in zip(f(), g(), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-15)


@few
@given(SEEDS)
def test_a_stream_is_a_generator_of_numpys_whose_seed_a_first_one_draws(seed):
    srng, seeds = RandomStreams(seed), np.random.RandomState(seed)
    draws = {
        "uniform": (srng.uniform((2,), 1, 3), lambda g: g.uniform(1, 3, 2)),
        "normal": (srng.normal((3,), 1, 2), lambda g: g.normal(1, 2, 3)),
        "gamma": (srng.gamma((3,), 2.0, 0.5), lambda g: g.gamma(2.0, 0.5, 3)),
        "binomial": (srng.binomial((3,), 10, 0.3), lambda g: g.binomial(10, 0.3, 3)),
        "poisson": (srng.poisson((3,), 2.5), lambda g: g.poisson(2.5, 3)),
        "integers": (srng.random_integers((5,), 1, 6), lambda g: g.randint(1, 7, 5)),
        "choice": (srng.choice((3,), 5, False), lambda g: g.choice(5, 3, False)),
        "permutation": (srng.permutation(n=6), lambda g: g.permutation(6)),
        "multinomial": (
            srng.multinomial((2,), 5, [0.2, 0.8]),
            lambda g: g.multinomial(5, [0.2, 0.8], 2),
        ),
    }
    f = function([], {name: variable for name, (variable, _) in draws.items()})
    generators = [np.random.RandomState(seeds.randint(2**30)) for _ in draws]
    for _ in range(2):
        values = f()
        for generator, (name, (_, draw)) in zip(generators, draws.items(), strict=True):
            np.testing.assert_array_equal(values[name], draw(generator), name)


M1, M2 = 2**31 - 1, 2**31 - 21069


def product(a, b, modulus):
    return [
        [sum(x * y for x, y in zip(r, c, strict=True)) % modulus for c in zip(*b, strict=True)]
        for r in a
    ]


def jumped(state, power_of_two):
    """The state of MRG31k3p after 2**power_of_two steps, in whole numbers of Python's."""
    result = []
    for (first, second, third), modulus, part in (
        ((0, 2**22, 2**7 + 1), M1, state[:3]),
        ((2**15, 0, 2**15 + 1), M2, state[3:]),
    ):
        matrix = [[first, second, third], [1, 0, 0], [0, 1, 0]]
        for _ in range(power_of_two):
            matrix = product(matrix, matrix, modulus)
        result += [row[0] for row in product(matrix, [[x] for x in part], modulus)]
    return result


def mrg_numbers(state, count):
    """Return the numbers of one stream, by the definition of the generator."""
    for _ in range(count):
        state = jumped(state, 0)
        yield ((state[0] - state[3]) % M1 or M1) / 2**31


@few
@given(SEEDS, st.integers(1, 5), st.tuples(st.integers(1, 4), st.integers(1, 5)))
def test_mrg_draws_from_streams_in_turn(seed, n_streams, size):
    srng = MRG_RandomStreams(seed)
    first, second = (srng.uniform(size, nstreams=n_streams) for _ in range(2))
    f = function([], [first, second])
    values = [[x.ravel() for x in f()] for _ in range(2)]
    state, count = [seed] * 6, size[0] * size[1]
    for draw in (0, 1):
        streams = [state]
        for _ in range(n_streams - 1):
            streams.append(jumped(streams[-1], 72))
        numbers = [list(mrg_numbers(s, 2 * count)) for s in streams]
        for call, steps in ((0, 0), (1, count)):
            # Each call, the first stream begins; those that come to more turns have made more steps.
            used = [len(range(i, count, n_streams)) for i in range(n_streams)]
            start = [used[i] if steps else 0 for i in range(n_streams)]
            right = [
                numbers[j % n_streams][start[j % n_streams] + j // n_streams] for j in range(count)
            ]
            np.testing.assert_array_equal(values[call][draw], right)
        state = jumped(state, 134)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_no_number_of_mrg_is_0_or_1(dtype):
    from minigrad.ops.random.mrg import _FACTORS

    largest, smallest = (np.dtype(dtype).type(z * _FACTORS[dtype]) for z in (M1, 1))
    assert largest < 1
    assert smallest > 0 or dtype == "float16"


@pytest.mark.parametrize("kind", KINDS)
def test_normal_numbers_have_their_mean_and_deviation(kind):
    x = function([], KINDS[kind](3).normal((200, 100), 5.0, 2.0))()
    assert abs(x.mean() - 5) < 0.05
    assert abs(x.std() - 2) < 0.05
    assert abs(np.mean(np.abs(x - 5) < 2) - 0.6827) < 0.01


def test_truncated_normal_numbers_are_near_their_mean():
    srng = MRG_RandomStreams(3)
    f = function(
        [], [srng.normal((101, 100), 1.0, 2.0, truncate=True), srng.truncated_normal((99, 101))]
    )
    x, y = f()
    assert np.all(np.abs(x - 1) <= 4)
    assert np.any(np.abs(x - 1) > 3.9)
    assert abs(y.std() - 1) < 0.02
    assert x.shape == (101, 100)
    assert not np.array_equal(x, f()[0])


@pytest.mark.parametrize("n", [1, 7])
def test_multinomial_draws_of_mrg_are_as_often_as_their_probabilities(n):
    pvals = np.array([[0.1, 0.2, 0.7], [1.0, 0.0, 0.0]]).repeat(3000, 0)
    counts = function([], MRG_RandomStreams(4).multinomial(n=n, pvals=pvals))()
    assert (counts.sum(1) == n).all()
    np.testing.assert_allclose(counts[:3000].mean(0) / n, [0.1, 0.2, 0.7], atol=0.02)
    assert (counts[3000:] == [n, 0, 0]).all()


def test_a_choice_without_replacement_takes_nothing_twice():
    pvals = np.array([[0.4, 0.1, 0.1, 0.4]]).repeat(2000, 0)
    chosen = function([], MRG_RandomStreams(4).choice(4, replace=False, p=pvals))()
    assert (np.sort(chosen, 1) == np.arange(4)).all()
    assert abs((chosen[:, 0] == 0).mean() - 0.4) < 0.03


# ---- When they change ----------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("kind", KINDS)


@BOTH
@pytest.mark.parametrize("mode", MODES)
def test_a_variable_is_drawn_once_in_a_call_however_often_it_is_used(kind, mode):
    u = KINDS[kind](1).uniform((3,))
    x, y, zero = function([], [u, 2 * u, u + u - 2 * u], mode=mode)()
    np.testing.assert_array_equal(y, 2 * x)
    assert not zero.any()


@BOTH
def test_two_streams_are_two_draws(kind):
    srng = KINDS[kind](1)
    u, v = srng.uniform((3,)), srng.uniform((3,))
    x, y = function([], [u, v])()
    assert not np.any(x == y)


@BOTH
def test_each_call_draws_anew_and_functions_go_on_where_others_ended(kind):
    u = KINDS[kind](1).uniform((3,))
    f, g = function([], u), function([], u + 1)
    again = function([], KINDS[kind](1).uniform((3,)))
    first, second, third = again(), again(), again()
    np.testing.assert_array_equal(f(), first)
    np.testing.assert_array_equal(g(), second + 1)
    np.testing.assert_array_equal(f(), third)
    assert not np.any(first == second)


@BOTH
@pytest.mark.parametrize("which", [True, "state", "variable"])
def test_without_default_updates_a_draw_stays_as_it_is(kind, which):
    u = KINDS[kind](1).uniform((3,))
    left_out = {"state": [u.rng], "variable": [u]}.get(which, which)
    f = function([], u, no_default_updates=left_out)
    np.testing.assert_array_equal(f(), f())


@BOTH
def test_updates_that_are_given_count_more_than_the_default(kind):
    u = KINDS[kind](1).uniform((3,))
    f = function([], u, updates=[(u.rng, u.rng)])
    np.testing.assert_array_equal(f(), f())
    g = function([], u, updates=[u.update])
    assert not np.array_equal(g(), g())


@BOTH
def test_all_updates_can_be_given_by_hand(kind):
    srng = KINDS[kind](1)
    u, v = srng.uniform((3,)), srng.normal((2,))
    f = function([], [u, v], updates=srng.updates(), no_default_updates=True)
    again = function([], [u, v])
    srng.seed()
    first, second = f(), f()
    srng.seed()
    for right in (first, second):
        for x, y in zip(again(), right, strict=True):
            np.testing.assert_array_equal(x, y)


@BOTH
def test_a_failing_call_leaves_the_states_as_they_were(kind):
    u = KINDS[kind](1).uniform((3,))
    x = T.dvector("x")
    f = function([x], u + x)
    before = u.rng.get_value()
    with pytest.raises(ValueError, match="sizes differ"):
        f(np.zeros(4))
    after = u.rng.get_value()
    assert pickle.dumps(before) == pickle.dumps(after)


@BOTH
def test_a_draw_whose_numbers_are_not_needed_goes_on_all_the_same(kind):
    u = KINDS[kind](1).uniform((3,))
    function([], u.shape)()
    right = function([], KINDS[kind](1).uniform((3,)))
    right()
    np.testing.assert_array_equal(function([], u)(), right())


@pytest.mark.planner
@BOTH
def test_blocks_of_rows_compute_the_same_with_a_mask_that_is_drawn(kind):
    results = []
    for mode in ("FAST_RUN", "FAST_COMPILE"):
        x, w = T.dmatrix("x"), shared(np.linspace(-1, 1, 40).reshape(20, 2))
        mask = KINDS[kind](5).binomial(x.shape, p=0.5)
        cost = T.tanh(T.dot(x * mask, w)).sum()
        f = function([x], minigrad.grad(cost, w), mode=mode)
        value = np.random.default_rng(1).normal(size=(9000, 20))
        results.append([f(value), f(value)])
        assert ("block" in f.source) == (mode == "FAST_RUN")
    np.testing.assert_allclose(*results, rtol=1e-9)


@BOTH
def test_scan_draws_anew_in_each_step_and_goes_on_in_the_next_call(kind):
    srng = KINDS[kind](1)
    xs, updates = minigrad.scan(lambda: srng.uniform((2,)), n_steps=4)
    f = function([], xs, updates=updates)
    numbers = np.concatenate([f(), f()])
    right = function([], KINDS[kind](1).uniform((2,)))
    np.testing.assert_array_equal(numbers, [right() for _ in range(8)])


# ---- Sizes and parameters ------------------------------------------------------------------------


@BOTH
def test_sizes_may_be_symbolic(kind):
    n, v, x = T.lscalar("n"), T.lvector("v"), T.dmatrix("x")
    srng = KINDS[kind](1)
    draws = [
        srng.uniform((n, 2)),
        srng.normal(v, ndim=2),
        srng.binomial(x.shape),
        srng.uniform(size=n),
    ]
    f = function([n, v, x], draws)
    for rows in (3, 1):
        shapes = [y.shape for y in f(rows, [rows, 5], np.zeros((rows, 4)))]
        assert shapes == [(rows, 2), (rows, 5), (rows, 4), (rows,)]


@BOTH
def test_parameters_may_be_symbolic_and_broadcast(kind):
    low, high = T.dcol("low"), T.dvector("high")
    u = KINDS[kind](1).uniform((2, 3), low, high)
    f = function([low, high], u)
    x = f([[0], [100]], [101, 102, 103])
    assert np.all(x[1] >= 100)
    assert np.all(x <= [101, 102, 103])


@BOTH
def test_without_a_size_it_is_that_of_the_parameters(kind):
    low, high = T.dcol("low"), T.dvector("high")
    u = KINDS[kind](1).uniform(None, low, high)
    x = function([low, high], u)([[0], [100]], [101, 102, 103])
    assert x.shape == (2, 3)


def test_a_size_of_minus_1_is_that_of_the_parameters():
    x = T.dmatrix("x")
    u = RandomStreams(1).normal((-1, 3), x)
    assert function([x], u)(np.zeros((2, 3))).shape == (2, 3)


def test_parameters_of_multinomial_draws_broadcast():
    n, pvals = T.lvector("n"), T.dmatrix("pvals")
    draw = RandomStreams(1).multinomial(None, n, pvals)
    x = function([n, pvals], draw)([1, 20], [[0.5, 0.5, 0], [0.2, 0.3, 0.5]])
    assert x.sum(1).tolist() == [1, 20]
    assert x[0, 2] == 0


def test_probabilities_in_float32_that_add_up_to_more_than_1_are_no_error():
    pvals = np.full(10, 0.1, "float32")
    assert pvals.astype("float64").sum() > 1
    assert function([], RandomStreams(1).multinomial((), 5, pvals))().sum() == 5


@BOTH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_dtype_can_be_asked_for(kind, dtype):
    srng = KINDS[kind](1)
    draws = [
        srng.uniform((2,), dtype=dtype),
        srng.normal((2,), dtype=dtype),
        srng.binomial((2,), dtype=dtype),
    ]
    for variable, value in zip(draws, function([], draws)(), strict=True):
        assert value.dtype == variable.dtype == dtype


@BOTH
def test_by_default_draws_are_floatx(kind, in_float32):
    srng = KINDS[kind](1)
    assert srng.uniform((2,)).dtype == srng.normal((2,), 0.1, 2).dtype == "float32"
    assert srng.uniform((2,), T.dscalar()).dtype == "float64"
    assert srng.binomial((2,)).dtype == "int64"


@BOTH
def test_types_know_sizes_and_where_a_draw_broadcasts(kind):
    u = KINDS[kind](1).uniform((3, 1))
    assert u.type.shape == (3, 1)
    assert u.broadcastable == (False, True)
    assert (u + T.dmatrix()).broadcastable == (False, False)


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (lambda s: s.uniform((2, 3), ndim=1), ValueError, "ndim is 1, but the size has 2"),
        (lambda s: s.uniform((2,), T.dmatrix()), ValueError, "a parameter has 2 dimensions"),
        (lambda s: s.uniform((2.5,)), TypeError, "a size must be a whole number"),
        (lambda s: s.uniform(T.lvector("v")), ValueError, "say ndim="),
    ],
)
@BOTH
def test_sizes_that_do_not_fit_are_refused(kind, draw, error, words):
    with pytest.raises(error, match=words):
        draw(KINDS[kind](1))


@BOTH
def test_parameters_of_other_sizes_are_refused_when_the_function_runs(kind):
    x = T.dvector("x")
    f = function([x], KINDS[kind](1).uniform((3,), x).shape)
    assert f(np.zeros(3)) == [3]
    with pytest.raises(ValueError):
        f(np.zeros(2))


@pytest.mark.parametrize("seed", [0, [0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0], M2, -1])
def test_mrg_refuses_states_that_are_none(seed):
    with pytest.raises(ValueError, match="seed"):
        MRG_RandomStreams(seed)
    with pytest.raises(TypeError, match="one whole number, or six"):
        MRG_RandomStreams([1, 2, 3])


def test_mrg_says_what_it_does_not_draw():
    srng = MRG_RandomStreams(1)
    with pytest.raises(NotImplementedError, match="n must be 1"):
        srng.binomial((2,), n=3)
    with pytest.raises(NotImplementedError, match="replace is False"):
        srng.choice(2, p=np.eye(3))
    with pytest.raises(TypeError, match="a must be None"):
        srng.choice(2, a=3, replace=False, p=np.eye(3))
    with pytest.raises(ValueError, match="size follows"):
        srng.multinomial((2,), pvals=np.eye(3))
    with pytest.raises(NotImplementedError, match="must be a matrix"):
        srng.multinomial(pvals=np.ones(3))
    with pytest.raises(ValueError, match="1 or more"):
        srng.uniform((2,), nstreams=0)
    with pytest.raises(ValueError, match="4 different outcomes cannot be drawn from 3"):
        function([], srng.choice(4, replace=False, p=np.eye(3)))()


# ---- Derivatives ---------------------------------------------------------------------------------


def test_a_dropout_mask_is_a_factor_to_derivatives():
    x = T.dmatrix("x")
    mask = RandomStreams(1).binomial(x.shape, p=0.5)
    slope = minigrad.grad((x * mask).sum(), x)
    f = function([x], [mask, slope])
    for _ in range(2):
        drawn, value = f(np.zeros((20, 5)))
        np.testing.assert_array_equal(value, drawn)


def test_draws_of_mrg_have_derivatives_by_mean_and_deviation():
    avg, std = T.dscalar("avg"), T.dscalar("std")
    x = MRG_RandomStreams(1).normal((5,), avg, std)
    slopes = minigrad.grad(x.sum(), [avg, std])
    f = function([avg, std], [x, *slopes])
    value, by_avg, by_std = f(3.0, 2.0)
    assert by_avg == 5
    np.testing.assert_allclose(by_std, ((value - 3) / 2).sum())


def test_other_draws_have_no_derivative():
    avg = T.dscalar("avg")
    x = RandomStreams(1).normal((5,), avg)
    with pytest.raises(minigrad.DisconnectedInputError):
        minigrad.grad(x.sum(), avg)
    slope = minigrad.grad(x.sum(), avg, disconnected_inputs="ignore")
    assert slope.eval({avg: 1.0}) == 0


# ---- States --------------------------------------------------------------------------------------


@BOTH
def test_seeding_begins_anew(kind):
    srng = KINDS[kind](1)
    draws = [srng.uniform((3,)), srng.normal((2,)), srng.uniform((4,))]
    f = function([], draws)
    first = f()
    srng.seed(7)
    others = f()
    srng.seed()
    for x, y, z in zip(f(), first, others, strict=True):
        np.testing.assert_array_equal(x, y)
        assert not np.any(x == z)
    right = KINDS[kind](7)
    right = function([], [right.uniform((3,)), right.normal((2,)), right.uniform((4,))])
    for x, y in zip(right(), others, strict=True):
        np.testing.assert_array_equal(x, y)


def test_one_stream_can_be_seeded():
    srng = RandomStreams(1)
    u, v = srng.uniform((3,)), srng.uniform((3,))
    f = function([], [u, v])
    rng = u.rng.get_value(borrow=True)
    rng.seed(89234)
    u.rng.set_value(rng, borrow=True)
    x, y = f()
    np.testing.assert_array_equal(x, np.random.RandomState(89234).uniform(size=3))
    assert not np.any(x == y)
    srng[u.rng] = np.random.RandomState(3)
    np.testing.assert_array_equal(srng[u.rng].uniform(size=3), f()[0])


@BOTH
def test_states_can_be_carried_over_to_other_streams(kind):
    class Graph:
        def __init__(self, seed):
            self.rng = KINDS[kind](seed)
            self.y = self.rng.uniform((1,))

    g1, g2 = Graph(123), Graph(987)
    f1, f2 = function([], g1.y), function([], g2.y)
    assert f1() != f2()
    for (mine, *_), (other, *_) in zip(g1.rng.state_updates, g2.rng.state_updates, strict=True):
        other.set_value(mine.get_value())
    assert f1() == f2()


@BOTH
def test_streams_can_be_pickled_with_what_they_have_made(kind):
    srng = KINDS[kind](1)
    u = srng.normal((3,))
    function([], u)()
    f = function([], u)
    srng_2, u_2, f_2 = pickle.loads(pickle.dumps([srng, u, f]))
    assert len(srng_2.state_updates) == 1
    first = f()
    np.testing.assert_array_equal(first, f_2())
    np.testing.assert_array_equal(f(), function([], u_2)())
    srng.seed(3)
    srng_2.seed(3)
    np.testing.assert_array_equal(f(), f_2())
    np.testing.assert_array_equal(
        function([], srng.uniform((2,)))(), function([], srng_2.uniform((2,)))()
    )


@BOTH
def test_a_deep_copy_of_streams_goes_on_by_itself(kind):
    srng = KINDS[kind](1)
    u = srng.uniform((3,))
    twin, v = copy.deepcopy((srng, u))
    right = function([], u)()
    np.testing.assert_array_equal(function([], v)(), right)
    np.testing.assert_array_equal(
        function([], twin.updates()[0][0].default_update)(), twin.updates()[0][0].data
    )


def test_a_shared_generator_is_a_copy_both_ways():
    rng = np.random.RandomState(3)
    state = shared(rng, name="rng")
    rng.uniform()
    first = state.get_value().uniform()
    assert first == state.get_value().uniform() == np.random.RandomState(3).uniform()
    assert isinstance(state, minigrad.SharedVariable)
    twin = state.clone()
    assert twin.get_value(borrow=True).uniform() == first


def test_a_generator_keeps_the_second_of_a_pair_of_normal_numbers():
    rng = np.random.RandomState(3)
    rng.normal()
    state = shared(rng)
    assert state.get_value().normal() == rng.normal()


@pytest.mark.parametrize("wrong", [3, None, np.zeros(3, "uint32"), np.random.default_rng(1)])
def test_a_state_takes_nothing_but_generators(wrong):
    state = shared(np.random.RandomState(3))
    with pytest.raises(TypeError, match="set_value of the shared variable"):
        state.set_value(wrong)


def test_a_generator_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="Mersenne twister"):
        shared(np.random.RandomState(np.random.PCG64(3)))


# ---- Draws from states that are passed -----------------------------------------------------------


def test_a_state_can_be_an_input_which_is_updated():
    rng = raw_random.random_state_type("rng")
    later, x = raw_random.normal(rng, (3,))
    f = function([minigrad.In(rng, value=np.random.RandomState(5), update=later, mutable=True)], x)
    right = np.random.RandomState(5)
    for _ in range(2):
        np.testing.assert_array_equal(f(), right.normal(size=3))


def test_a_state_is_passed_and_comes_back():
    rng = raw_random.random_state_type("rng")
    f = function([rng], raw_random.uniform(rng, (3,)))
    given = np.random.RandomState(5)
    state, first = f(given)
    state, second = f(state)
    right = np.random.RandomState(5)
    assert rng.type.values_eq(given, right)
    np.testing.assert_array_equal(first, right.uniform(size=3))
    np.testing.assert_array_equal(second, right.uniform(size=3))
    assert rng.type.values_eq(state, right)
    assert not rng.type.is_valid_value(3)


def test_a_function_of_ones_own_can_draw():
    def steps(generator, scale, size):
        return np.cumsum(generator.normal(0, scale, size))

    srng = RandomStreams(1)
    walk = raw_random.RandomFunction(steps, T.dvector)
    x = srng.gen(walk, (4,), 2.0)
    seeds = np.random.RandomState(1)
    right = np.random.RandomState(seeds.randint(2**30))
    f = function([], x)
    for _ in range(2):
        np.testing.assert_array_equal(f(), np.cumsum(right.normal(0, 2.0, 4)))


def test_what_a_function_of_ones_own_draws_has_the_size_that_was_asked_for():
    bad = raw_random.RandomFunction(lambda generator, size: np.zeros(7), T.dvector)
    with pytest.raises(ValueError, match=r"shape \(7,\), not \(4,\)"):
        function([], RandomStreams(1).gen(bad, (4,)))()


def test_whole_numbers_are_drawn_one_by_one_where_their_limits_differ():
    low, high = np.array([[0], [10]]), np.array([3, 20, 10])
    rng = raw_random.random_state_type("rng")
    _, x = raw_random.random_integers(rng, (2, 3), low, high + low)
    right = np.random.RandomState(5)
    expected = [[right.randint(lo, hi + lo + 1) for hi in high] for (lo,) in low]
    np.testing.assert_array_equal(x.eval({rng: np.random.RandomState(5)}), expected)


def test_what_is_no_state_is_refused():
    with pytest.raises(TypeError, match="the first argument is the state"):
        raw_random.uniform(np.random.RandomState(1), (2,))
    with pytest.raises(TypeError, match="the first input is the state"):
        raw_random.uniform(T.dvector(), (2,))


# ---- Programs ------------------------------------------------------------------------------------


@BOTH
def test_the_program_of_a_draw_runs_where_it_is_pasted(kind):
    u = KINDS[kind](1).normal((3,))
    f = function([], u)
    state = u.rng.get_value()
    namespace = {}
    exec(f.source, namespace)
    np.testing.assert_array_equal(namespace["program"](state)[0], f())


def test_a_draw_is_written_as_a_call():
    u = RandomStreams(1).uniform((2, 3), -1, 1)
    assert minigrad.pp(u) == "uniform(rng, (2, 3), -1, 1)[1]"
    source = function([], [u, u * 2]).source
    assert source.count("= draw(") == 1
    assert "rng_next, uniform_1 = draw(uniform, rng, (2, 3)" in source


# ---- Orders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (2, 4), (3, 2, 4)])
def test_rows_can_be_permuted_and_put_in_order_again(shape):
    random = np.random.default_rng(3)
    order = random.permuted(np.broadcast_to(np.arange(4), shape), axis=-1)
    x = random.normal(size=shape)
    there = T.permute_row_elements(x, order)
    np.testing.assert_array_equal(there.eval(), np.take_along_axis(x, order, -1))
    np.testing.assert_array_equal(T.permute_row_elements(there, order, inverse=True).eval(), x)
    np.testing.assert_array_equal(T.inverse_permutation(order).eval(), np.argsort(order, -1))


def test_rows_and_orders_broadcast():
    x, order = np.arange(6.0).reshape(2, 3), [2, 0, 1]
    np.testing.assert_array_equal(T.permute_row_elements(x, order).eval(), x[:, order])
    orders = [[0, 1, 2], [2, 1, 0]]
    np.testing.assert_array_equal(T.permute_row_elements(x[0], orders).eval(), x[0][orders])


def test_orders_are_whole_numbers():
    with pytest.raises(TypeError, match="an order must have whole numbers"):
        T.permute_row_elements([1, 2], [0.0, 1.0])
    with pytest.raises(ValueError, match="there are no rows"):
        T.permute_row_elements(1, [0])


def test_rows_are_shuffled_each_for_itself():
    x = T.dtensor3("x")
    value = np.arange(24.0).reshape(2, 3, 4)
    y = function([x], RandomStreams(1).shuffle_row_elements(x))(value)
    np.testing.assert_array_equal(np.sort(y, -1), value)
    assert len({tuple(row - row.min()) for row in y.reshape(6, 4)}) > 1
