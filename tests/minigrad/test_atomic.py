"""Whatever happens in a call, it stores all updates or none, and the next call works."""

import inspect
import itertools
import os
import random
import signal
import sys
import threading
import time

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import In, function, shared

MODES = ["FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode"]
SHAPE = (60, 80)  # large enough for its arrays to be used again


class Failing(minigrad.Op):
    """Its input, unless it is told to raise an error."""

    itypes = otypes = [T.dmatrix]
    error = None

    def perform(self, node, inputs, output_storage):
        if self.error is not None:
            raise self.error
        output_storage[0][0] = inputs[0] + 0


class Model:
    """Two matrices and a count, which a step adds 1 to; the last update may fail."""

    def __init__(self, mode="FAST_RUN"):
        self.op = Failing()
        self.x = T.dmatrix("x")
        self.first, self.last = (shared(np.zeros(SHAPE), name=name) for name in ("first", "last"))
        self.count = shared(0, name="count")
        updates = [
            (self.first, self.first + 1),
            (self.count, self.count + 1),
            (self.last, self.op(self.last + self.x)),
        ]
        self.step = function([self.x], T.tanh(self.first).sum(), updates=updates, mode=mode)

    def values(self):
        """The numbers that are in any of the variables."""
        variables = (self.first, self.last, self.count)
        return {float(number) for v in variables for number in np.unique(v.get_value())}


ONES = np.ones(SHAPE)
ERRORS = [ValueError("no"), MemoryError(), KeyboardInterrupt(), SystemExit(1), GeneratorExit()]


@pytest.fixture(params=MODES)
def model(request):
    return Model(request.param)


# ---- Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_in_the_last_update_leaves_every_variable_as_it_was(model, error):
    model.step(ONES)
    model.op.error = error
    with pytest.raises(type(error)):
        model.step(ONES)
    assert model.values() == {1.0}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_after_an_error_the_function_goes_on_as_if_nothing_had_been(model, error):
    model.op.error = error
    for _ in range(3):
        with pytest.raises(type(error)):
            model.step(ONES)
    model.op.error = None
    results = [model.step(ONES) for _ in range(3)]
    np.testing.assert_allclose(results, np.tanh([0.0, 1.0, 2.0]) * ONES.size)
    assert model.values() == {3.0}


def test_after_an_error_other_threads_can_call(model):
    model.op.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        model.step(ONES)
    model.op.error = None
    other = threading.Thread(target=model.step, args=(ONES,), daemon=True)
    other.start()
    other.join(10)
    assert model.values() == {1.0}


def test_sizes_that_do_not_fit_in_the_last_update_leave_every_variable_as_it_was(model):
    with pytest.raises(ValueError, match="sizes differ"):
        model.step(np.ones((2, 2)))
    model.step(ONES)
    assert model.values() == {1.0}


@pytest.mark.parametrize("mode", MODES)
def test_a_new_value_of_a_wrong_fixed_size_leaves_every_variable_as_it_was(mode):
    x = T.dvector("x")
    free, fixed = shared(np.zeros(2), name="free"), shared(np.zeros(2), name="fixed", shape=(2,))
    f = function([x], updates=[(free, x), (fixed, x)], mode=mode)
    with pytest.raises(TypeError, match="the update of fixed: .* must have size 2"):
        f(np.ones(3))
    assert free.get_value().tolist() == fixed.get_value().tolist() == [0.0, 0.0]
    f(np.ones(2))
    assert free.get_value().tolist() == fixed.get_value().tolist() == [1.0, 1.0]


def test_the_new_default_of_an_input_is_kept_only_with_all_updates(model):
    total = T.dscalar("total")
    f = function(
        [model.x, In(total, value=0.0, update=total + 1)],
        total,
        updates=[(model.last, model.op(model.last + model.x))],
    )
    model.op.error = ValueError("no")
    with pytest.raises(ValueError, match="no"):
        f(ONES)
    model.op.error = None
    assert [float(f(ONES)), float(f(ONES))] == [0.0, 1.0]


@pytest.mark.numpy_program
@pytest.mark.parametrize("rows", [100, 40_000])  # at once, in blocks
def test_an_error_of_numpy_on_the_way_leaves_every_variable_as_it_was(rows):
    X, w = T.dmatrix("X"), shared(np.ones((3, 2)), name="w")
    cost = T.exp(X.dot(w)).sum()
    step = function([X], cost, updates=[(w, w - 0.1 * minigrad.grad(cost, w))])
    values = np.zeros((rows, 3))
    values[-1] = 1000.0
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        step(values)
    assert w.get_value().tolist() == np.ones((3, 2)).tolist()
    assert step(np.zeros((rows, 3))) == 2 * rows


# ---- Ctrl-C at any moment -------------------------------------------------------------------------


@pytest.fixture
def is_interrupted():
    """Whether a call is ended by a KeyboardInterrupt, which comes after so many seconds."""
    if not hasattr(signal, "setitimer"):
        pytest.skip("there is no timer to interrupt with")
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    # An interrupt may come while a block of numpy.errstate is left, and nothing can be done for it.
    warned_of = np.geterr()

    def call(seconds, function, *args):
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            function(*args)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            return True
        return False

    yield call
    signal.signal(signal.SIGALRM, before)
    np.seterr(**warned_of)


def duration(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_a_call_that_is_interrupted_stores_everything_or_nothing(model, is_interrupted):
    draw = random.Random(0)
    model.step(ONES)
    longest = max(duration(lambda: model.step(ONES)) for _ in range(5))
    for _ in range(200):
        is_interrupted(draw.uniform(1e-6, longest), model.step, ONES)
        (number,) = model.values()
    assert model.step(ONES) == pytest.approx(np.tanh(number) * ONES.size)
    assert model.values() == {number + 1}


def test_of_very_many_updates_all_are_stored_or_none(is_interrupted):
    draw = random.Random(0)
    counts = [shared(0, name=f"n{i}") for i in range(300)]  # to store them takes its time
    count_up = function([], updates=[(n, n + 1) for n in counts])
    longest = max(duration(count_up) for _ in range(3))
    for _ in range(300):
        is_interrupted(draw.uniform(1e-6, longest), count_up)
        assert len({int(n.get_value()) for n in counts}) == 1


def test_a_first_call_that_is_interrupted_can_be_made_again(is_interrupted):
    draw = random.Random(0)
    longest = duration(lambda: Model().step(ONES))
    interruptions = 0
    for _ in range(40):
        model = Model()
        interruptions += is_interrupted(draw.uniform(1e-6, longest), model.step, ONES)
        (number,) = model.values()
        model.step(ONES)
        assert model.values() == {number + 1}
    assert interruptions


def interrupted(function, at):
    """Whether the function calls so many of minigrad's; there it gets a KeyboardInterrupt."""
    calls = itertools.count(1)

    def interrupt(frame, event, argument):
        code = frame.f_code
        is_ours = code.co_filename.startswith(os.path.dirname(minigrad.__file__))
        # An error in a generator that is closed is not passed on.
        passes_errors_on = not code.co_flags & inspect.CO_GENERATOR
        if event == "call" and is_ours and passes_errors_on and next(calls) == at:
            sys.settrace(None)
            raise KeyboardInterrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_what_is_written_after_an_interruption_is_credited_to_its_own_line():
    x = T.dvector("x")

    def derive():
        minigrad.grad(T.tanh(x * x).sum(), x)

    derive()  # what is made once for all is made now
    for at in itertools.count(1):
        was_interrupted = interrupted(derive, at)
        here = sys._getframe().f_lineno + 1
        assert (x + 1).owner.made_at == (__file__, here)
        if not was_interrupted:
            break
    assert at > 100
