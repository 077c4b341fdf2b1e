"""Settings: what they are, when they hold, and what they refuse."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import config
from minigrad.compile.ignored import REASONS
from minigrad.compile.settings import set_by_environment


@pytest.fixture(autouse=True)
def settings_as_they_were():
    before = dict(vars(config))
    yield
    vars(config).clear()
    vars(config).update(before)


def test_floats_are_double_unless_told_otherwise():
    assert config.floatX == "float64"


@pytest.mark.numpy_program
def test_functions_are_fast_unless_told_otherwise():
    assert config.mode == "FAST_RUN"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floatX_types_the_constructors_without_a_letter(dtype):
    config.floatX = dtype
    kinds = [T.scalar, T.vector, T.row, T.col, T.matrix, T.tensor3, T.tensor4, T.tensor5]
    assert {make().dtype for make in kinds} == {dtype}


def test_floatX_leaves_the_constructors_with_a_letter_alone():
    config.floatX = "float32"
    assert T.dmatrix().dtype == "float64"


def test_floatX_types_python_floats_but_not_integers_nor_arrays():
    config.floatX = "float32"
    assert T.constant(0.5).dtype == "float32"
    assert T.constant([1.5, 2.5]).dtype == "float32"
    assert T.constant(3).dtype == "int8"
    assert T.constant(np.ones(2)).dtype == "float64"


def test_a_variable_keeps_the_dtype_it_was_made_with():
    x = T.vector()
    config.floatX = "float32"
    assert x.dtype == "float64"


def test_floatX_is_a_dtype_wherever_a_dtype_is_asked_for():
    config.floatX = "float32"
    assert T.cast(T.dvector(), "floatX").dtype == "float32"
    assert T.TensorType("floatX", (None,)).dtype == "float32"


@pytest.mark.numpy_program
def test_config_mode_is_the_mode_of_functions_made_from_then_on():
    x = T.dvector("x")
    before = minigrad.function([x], x)
    config.mode = "DebugMode"
    assert minigrad.function([x], x).mode == "DebugMode"
    assert before.mode == "FAST_RUN"


@pytest.mark.planner
@pytest.mark.parametrize("mode", ["FAST_RUN", "DebugMode"])
@pytest.mark.parametrize("fills", [False, True])
@pytest.mark.parametrize(
    ("dtype", "telling"), [("float64", np.nan), ("float16", np.nan), ("int8", -1)]
)
def test_buffers_are_filled_before_each_call_if_config_or_mode_says_so(mode, fills, dtype, telling):
    config.fill_buffers = fills
    seen = []

    class Look(minigrad.Op):
        takes_out = True

        def make_node(self, x):
            return minigrad.Apply(self, [x], [x.type()])

        def infer_shape(self, node, input_shapes):
            return input_shapes

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = np.array(inputs[0])

        def look(self, x, out):
            seen.append(out.copy())
            out[...] = x
            return out

        def expression(self, node, inputs, use):
            return f"{use('look', self.look)}({inputs[0]})"

    x = T.TensorType(dtype, (None,))("x")
    f = minigrad.function([x], Look()(x).sum(), mode=mode)
    for _ in range(2):
        f(np.ones(3, dtype))
    old = [telling] * 3 if fills or mode == "DebugMode" else [1, 1, 1]
    np.testing.assert_array_equal(seen[-1], old)


def test_a_functions_own_mode_comes_before_configs():
    x = T.dvector("x")
    config.mode = "DebugMode"
    assert minigrad.function([x], x, mode="FAST_COMPILE").mode == "FAST_COMPILE"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("floatX", "int8"),
        ("floatX", 32),
        ("mode", "FAST"),
        ("fill_buffers", "yes"),
        ("threads", "many"),
        ("threads", -1),
        ("compute_test_value", "yes"),
    ],
)
def test_a_wrong_value_is_refused_with_the_right_ones_and_changes_nothing(name, value):
    before = getattr(config, name)
    with pytest.raises(ValueError, match=rf"config.{name} takes .*; got {value!r}"):
        setattr(config, name, value)
    assert getattr(config, name) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("exception_verbosity", "high"), ("optimizer", "fast_run"), ("device", "gpu"), ("cxx", "")],
)
def test_theanos_settings_that_mean_nothing_here_are_taken(name, value):
    setattr(config, name, value)
    assert getattr(config, name) == value


def test_settings_with_a_dot_are_taken_by_their_sections():
    config.blas.ldflags = "-lopenblas"
    assert config.blas.ldflags == "-lopenblas"
    assert config.dnn.enabled == ""


def test_settings_that_are_ignored_begin_as_in_theano():
    assert (config.device, config.optimizer, config.unittests.rseed) == ("cpu", "fast_run", 666)


@pytest.mark.parametrize("name", REASONS)
def test_all_that_is_ignored_has_a_reason_and_is_taken(name):
    assert REASONS[name].strip()
    with config.change_flags({name.replace("*", "any"): 3}):
        assert getattr(config, name.replace("*", "any")) == 3


@pytest.mark.parametrize("name", ["floatx", "flotX", "optimiser"])
def test_an_unknown_setting_is_refused_with_the_nearest(name):
    nearest = {"optimiser": "optimizer"}.get(name, "floatX")
    with pytest.raises(AttributeError, match=f"has no '{name}'; did you mean {nearest}"):
        setattr(config, name, "float32")
    with pytest.raises(AttributeError, match=f"has no '{name}'; did you mean {nearest}"):
        getattr(config, name)


def test_an_unknown_setting_that_resembles_none_is_refused_with_the_known_ones():
    with pytest.raises(AttributeError, match="no 'zzzz'; it has floatX, mode, threads"):
        config.zzzz = 1


def test_settings_are_changed_for_a_block_and_set_back_whatever_happens():
    with pytest.raises(ZeroDivisionError), config.change_flags(floatX="float32", cxx="g++"):
        assert (config.floatX, config.cxx) == ("float32", "g++")
        1 / 0  # noqa: B018
    assert (config.floatX, config.cxx) == ("float64", "")


def test_settings_are_changed_for_a_function():
    @config.change_flags(floatX="float32")
    def dtype():
        return T.scalar().dtype

    assert (dtype(), dtype(), T.scalar().dtype) == ("float32", "float32", "float64")


def test_of_several_settings_none_stays_changed_if_one_is_wrong():
    with pytest.raises(ValueError), config.change_flags(floatX="float32", mode="FAST"):
        pass
    assert config.floatX == "float64"


def test_other_names_of_modes_are_taken():
    config.mode = "Mode"
    assert config.mode == "FAST_RUN"
    x = T.dscalar("x")
    assert minigrad.function([x], x, mode="DEBUG_MODE").mode == "DebugMode"


def test_functions_do_about_unused_inputs_what_config_says_unless_told():
    x = T.dscalar("x")
    config.on_unused_input = "ignore"
    assert minigrad.function([x], 3)(1.0) == 3
    with pytest.raises(minigrad.UnusedInputError):
        minigrad.function([x], 3, on_unused_input="raise")


def test_functions_measure_their_calls_if_config_says_so_unless_told():
    x = T.dscalar("x")
    config.profile = True
    assert minigrad.function([x], x).profile.count == 0
    assert type(minigrad.function([x], x, profile=False)) is minigrad.Function


def test_the_environment_sets_what_flags_say_and_minigrads_have_the_last_word():
    flags = "floatX=float32, mode=FAST_COMPILE,device=gpu,blas.ldflags=-la -lb,fill_buffers=True"
    set_by_environment({"THEANO_FLAGS": flags, "MINIGRAD_FLAGS": "mode=DebugMode"})
    assert (config.floatX, config.mode, config.device) == ("float32", "DebugMode", "gpu")
    assert config.blas.ldflags == "-la -lb" and config.fill_buffers is True


def test_flags_that_were_read_do_not_undo_what_a_program_has_set_since():
    flags = {"THEANO_FLAGS": "floatX=float32"}
    set_by_environment(flags)
    config.floatX = "float64"
    set_by_environment(flags)
    assert config.floatX == "float64"


def test_flags_that_are_not_known_are_warned_of():
    with pytest.warns(UserWarning, match="THEANO_FLAGS: .* no 'floatY'; did you mean floatX"):
        set_by_environment({"THEANO_FLAGS": "floatY=float32"})


@pytest.mark.parametrize(
    ("flags", "problem"), [("floatX", "'floatX' has no value"), ("floatX=int8", "takes float64")]
)
def test_flags_without_a_value_or_with_a_wrong_one_are_errors(flags, problem):
    with pytest.raises(ValueError, match=f"MINIGRAD_FLAGS: .*{problem}"):
        set_by_environment({"MINIGRAD_FLAGS": flags})


def test_a_section_may_have_a_section():
    before = config.dnn.conv.algo_fwd
    config.dnn.conv.algo_fwd = "time_once"
    assert config.dnn.conv.algo_fwd == "time_once"
    config.dnn.conv.algo_fwd = before
