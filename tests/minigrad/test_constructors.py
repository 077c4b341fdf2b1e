"""Every name of Theano's surface that the foundation promises is there, and types what it says."""

import re

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T

OF_T = """
    abs_ neg sgn exp exp2 expm1 log log2 log10 log1p sqrt sqr inv floor ceil round trunc sin cos tan
    arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh maximum minimum power add sub
    mul true_div int_div mod clip switch where eq neq lt le gt ge isnan isinf isclose and_ or_ xor
    invert cast erf erfc gammaln
    sum prod mean var std max min max_and_argmax argmax argmin any all ptp norm
    shape reshape flatten dimshuffle transpose swapaxes moveaxis squeeze expand_dims shape_padleft
    shape_padright shape_padaxis addbroadcast unbroadcast patternbroadcast specify_shape concatenate
    join stack stacklists split tile repeat roll
    zeros ones zeros_like ones_like alloc fill eye identity_like arange linspace diag diagonal tri
    tril triu mgrid ogrid
    set_subtensor inc_subtensor take nonzero nonzero_values choose
    dot tensordot outer batched_dot batched_tensordot
    grad Lop Rop nnet TensorType as_tensor_variable constant
""".split()
OF_NNET = """
    sigmoid hard_sigmoid ultra_fast_sigmoid softplus softsign softmax logsoftmax relu elu selu
    crossentropy_softmax_1hot categorical_crossentropy binary_crossentropy
    sigmoid_binary_crossentropy
""".split()
OF_A_VARIABLE = """
    T shape ndim dtype type name owner size dot sum mean prod var std max min argmax argmin any all
    reshape flatten ravel dimshuffle transpose swapaxes astype clip fill eval norm repeat cumsum
    round copy
""".split()
OF_MINIGRAD = """
    shared function grad Lop Rop config In Variable Constant Apply Op pp printing __version__
""".split()


@pytest.mark.parametrize("name", OF_T)
def test_T_has_theanos_name(name):
    assert hasattr(T, name)


@pytest.mark.parametrize("name", [n for n in OF_T if n not in ("TensorType",)])
def test_star_import_brings_it(name):
    assert name in T.__all__


@pytest.mark.parametrize("name", OF_NNET)
def test_nnet_has_theanos_name(name):
    assert callable(getattr(T.nnet, name))
    assert name in T.nnet.__all__


@pytest.mark.parametrize("name", OF_A_VARIABLE)
def test_a_variable_has_theanos_member(name):
    assert hasattr(T.dmatrix("x"), name)


@pytest.mark.parametrize("name", OF_MINIGRAD)
def test_minigrad_has_theanos_name(name):
    assert hasattr(minigrad, name)


@pytest.mark.parametrize("name", ["debugprint", "pprint"])
def test_printing_has_theanos_name(name):
    assert callable(getattr(minigrad.printing, name))


PREFIXES = {
    "": "float64",
    "b": "int8",
    "w": "int16",
    "i": "int32",
    "l": "int64",
    "f": "float32",
    "d": "float64",
}
SINGULARS = {
    "scalar": (),
    "vector": (None,),
    "row": (1, None),
    "col": (None, 1),
    "matrix": (None, None),
    "tensor3": (None,) * 3,
    "tensor4": (None,) * 4,
    "tensor5": (None,) * 5,
}


@pytest.mark.parametrize("kind", SINGULARS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_constructor_makes_a_variable_of_its_type_and_its_plural_makes_several(prefix, kind):
    of_its_type = T.TensorType(PREFIXES[prefix], SINGULARS[kind])
    variable = getattr(T, prefix + kind)("x")
    assert (variable.name, variable.type) == ("x", of_its_type)
    plural = getattr(T, prefix + kind.replace("matrix", "matrice") + "s")
    assert [(v.name, v.type) for v in plural("a", "b")] == [("a", of_its_type), ("b", of_its_type)]
    assert [(v.name, v.type) for v in plural(2)] == [(None, of_its_type)] * 2


def test_one_word_names_a_variable_with_each_of_its_letters():
    assert [v.name for v in T.dscalars("xyz")] == ["x", "y", "z"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", SINGULARS)
def test_a_constructor_without_prefix_follows_floatX_when_it_is_called(kind, dtype, monkeypatch):
    monkeypatch.setattr(minigrad.config, "floatX", dtype)
    assert getattr(T, kind)().dtype == dtype


@pytest.mark.parametrize("kind", SINGULARS)
def test_a_constructor_without_prefix_takes_a_dtype(kind):
    assert getattr(T, kind)("x", dtype="int16").dtype == "int16"


@pytest.mark.parametrize("kind", SINGULARS)
def test_an_anonymous_variable_has_no_name(kind):
    assert getattr(T, kind)().name is None


def test_tensor_takes_a_shape_or_theanos_pattern():
    assert T.tensor("float32", (None, 3), "X").type == T.TensorType("float32", (None, 3))
    assert T.tensor("int8", broadcastable=(True, False)).type.shape == (1, None)


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1, "int8", ()),
        (1.5, "float32", ()),
        (0.1, "float64", ()),
        (True, "bool", ()),
        ([1, 2], "int64", (2,)),
        ([[1.0]], "float64", (1, 1)),
        (np.float32(1), "float32", ()),
        (np.ones((2, 0), "int8"), "int8", (2, None)),
    ],
)
def test_a_constant_has_its_values_dtype_and_shape(value, dtype, shape):
    for variable in (T.constant(value), T.as_tensor_variable(value)):
        assert (variable.dtype, variable.type.shape) == (dtype, shape)
        np.testing.assert_array_equal(variable.eval(), value)


def test_a_constant_does_not_change_with_the_array_it_was_made_of():
    value = np.zeros(2)
    constant = T.constant(value)
    value[0] = 1
    assert constant.eval().tolist() == [0, 0]


def test_as_tensor_variable_leaves_a_variable_as_it_is():
    x = T.dvector("x")
    assert T.as_tensor_variable(x) is x


def test_as_tensor_variable_puts_dimensions_in_front():
    assert T.as_tensor_variable(T.dvector(), ndim=3).type.shape == (1, 1, None)


@pytest.mark.parametrize(
    ("make", "error", "problem"),
    [
        (lambda: T.as_tensor_variable(T.dmatrix(), ndim=1), ValueError, "2 dimensions, more than"),
        (lambda: T.constant(T.dvector("x")), TypeError, "got the variable x"),
        (lambda: T.constant("word"), TypeError, "made of numbers"),
        (lambda: T.constant(1j), TypeError, "made of numbers"),
        (lambda: T.constant([[1], [2]], ndim=1), ValueError, "cannot have only 1"),
        (lambda: T.constant(300, dtype="int8"), TypeError, "int8"),
        (lambda: T.TensorType("complex64", ()), TypeError, "no complex numbers"),
        (lambda: T.TensorType("float64"), TypeError, "a shape"),
        (lambda: T.TensorType("float64", (-1,)), TypeError, "whole number or None"),
        (lambda: T.TensorType("float64", (1.5,)), TypeError, "whole number or None"),
    ],
)
def test_what_can_be_no_tensor_is_refused(make, error, problem):
    with pytest.raises(error, match=problem):
        make()


INSTEAD = {
    "abs": "T.abs_",
    "einsum": "T.tensordot",
    "equal": "T.eq",
    "sigmoid": "T.nnet.sigmoid",
    "vstack": "T.concatenate",
    "shared": "minigrad.shared",
    "cmatrix": "no complex numbers",
    "no_such_name": "minigrad.tensor has no",
}


@pytest.mark.parametrize("name", INSTEAD)
def test_a_name_of_other_libraries_is_answered_with_minigrads(name):
    with pytest.raises(AttributeError, match=re.escape(INSTEAD[name])):
        getattr(T, name)
