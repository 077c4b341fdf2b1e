"""Settings: what they are, when they hold, and what they refuse."""

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad import config


@pytest.fixture(autouse=True)
def settings_as_they_were():
    before = dict(vars(config))
    yield
    vars(config).update(before)


def test_floats_are_double_unless_told_otherwise():
    assert config.floatX == "float64"


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
        ("exception_verbosity", "medium"),
        ("compute_test_value", "warn"),
    ],
)
def test_a_wrong_value_is_refused_with_the_right_ones_and_changes_nothing(name, value):
    before = getattr(config, name)
    with pytest.raises(ValueError, match=rf"config.{name} takes .*; got {value!r}"):
        setattr(config, name, value)
    assert getattr(config, name) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exception_verbosity", "high"),
        ("exception_verbosity", "low"),
        ("compute_test_value", "off"),
    ],
)
def test_theanos_settings_that_change_nothing_are_taken(name, value):
    setattr(config, name, value)
    assert getattr(config, name) == value


def test_an_unknown_setting_is_refused_with_the_known_ones():
    with pytest.raises(AttributeError, match="no 'optimizer'; it has floatX, mode, fill_buffers"):
        config.optimizer = "fast_run"
