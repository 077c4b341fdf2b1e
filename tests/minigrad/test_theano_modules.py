"""Programs written for Theano find its names where they import them from."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy.signal import convolve

import minigrad

IMPORTS = """
import theano
import theano.tensor as T
import theano.tensor.nnet
import theano.tensor.nnet.nnet
from theano import Apply, Constant, Op, Variable, config, function, grad, pp, printing, shared, tensor
from theano import tensor as TT, gof, gradient, compile
from theano.compile import Function, In, SharedVariable
from theano.compile import DebugMode, MonitorMode, Mode, get_mode, FAST_RUN
from theano.compile.debugmode import DebugMode
from theano.compile.io import In, Out, SymbolicInput
from theano.compile.monitormode import MonitorMode, detect_nan
from theano.compile.pfunc import pfunc, Param
from theano.configparser import change_flags
from theano import Param, In, Out, Mode, clone, config, OrderedUpdates
from theano.gradient import consider_constant, disconnected_grad, grad_clip, DisconnectedType
from theano.compile.function_module import UnusedInputError
from theano.compile.io import In
from theano.compile.mode import get_default_mode
from theano.compile.nanguardmode import NanGuardMode
from theano.compile.sharedvalue import SharedVariable, shared
from theano.gof import Apply, Op, Variable
from theano.gof.graph import Apply, Constant, Variable, ancestors, inputs, io_toposort
from theano.gradient import DisconnectedInputError, numeric_grad, verify_grad
from theano.misc.pkl_utils import dump, load
from theano.printing import debugprint, pprint, pydotprint
from theano.scalar import upcast
from theano.tensor.basic import TensorType, as_tensor_variable
from theano.tensor.extra_ops import cumsum, repeat, squeeze, to_one_hot
from theano.compat.python2x import OrderedDict
from theano.sandbox.linalg import kron, matrix_inverse
from theano.sandbox.linalg.ops import cholesky, det
from theano.tensor.fft import irfft, rfft
from theano.tensor import fft
from theano.tensor.sort import argsort, sort
from theano.tensor import sort, extra_ops
from theano.tensor.nlinalg import det, diag, matrix_inverse, trace
from theano.tensor.slinalg import Cholesky, cholesky, solve
from theano.tensor import nlinalg, slinalg
from theano.tensor.nnet import categorical_crossentropy, relu, softmax
from theano.tensor.nnet.nnet import softmax
from theano.tensor.nnet.sigm import sigmoid
from theano.tensor.nnet import conv, conv2d, conv3d
from theano.tensor.nnet.abstract_conv import bilinear_upsampling, conv2d_grad_wrt_inputs
from theano.tensor.nnet.conv import conv2d
from theano.tensor.nnet.neighbours import images2neibs, neibs2images
from theano.tensor.signal import conv, downsample, pool
from theano.tensor.signal.downsample import max_pool_2d
from theano.tensor.signal.pool import Pool, pool_2d, pool_3d
from theano.tensor.sharedvar import TensorSharedVariable
from theano.tensor.var import TensorVariable
from theano.tests import unittest_tools
from theano.sandbox.multinomial import MultinomialFromUniform
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor import RandomStreams, raw_random, shared_randomstreams
from theano.tensor.raw_random import RandomFunction, random_state_type, uniform
from theano.tensor.shared_randomstreams import RandomStateSharedVariable, RandomStreams
from theano.updates import OrderedUpdates
from theano import OpFromGraph
from theano.compile.builders import OpFromGraph
from theano.tensor.nnet.bn import batch_normalization_train
from theano.tensor.opt import Assert
from theano.tensor.xlogx import xlogx, xlogy0
from theano.tensor import inplace, opt, xlogx
from theano.tensor.inplace import exp_inplace
from theano.compile.ops import as_op
from theano import as_op
from theano.printing import Print, min_informative_str
from theano.gof.graph import is_same_graph, ops
from theano.scan_module.scan_utils import equal_computations
from theano.scan_module.scan_op import Scan
from theano.compat import OrderedDict, izip
from theano.compat.python2x import OrderedDict
from theano.sandbox.softsign import softsign
from theano.sandbox.neighbours import images2neibs
from theano.sandbox.linalg import cholesky, det, matrix_inverse, trace
from theano.sandbox.linalg.ops import solve
from theano.tensor.nnet.conv3d2d import conv3d
from theano.tensor import DimShuffle, Elemwise
from theano.version import full_version, version
from theano import _asarray
from theano.misc.safe_asarray import _asarray
from theano import change_flags, get_scalar_constant_value, predefined_modes, subgraph_grad
from theano import FunctionGraph, SymbolicInput, SymbolicOutput
from theano.compat import PY3, cmp, decode, decode_iter, defaultdict, exc_message, ifilter
from theano.compat.python2x import all, any, defaultdict, partial, product
from theano.compat.six import PY3, StringIO, integer_types, iteritems, string_types
from theano.compat.six.moves import cPickle, range, reduce, xrange, zip
from theano.compile import OpFromGraph, ViewOp
from theano.compile.ops import Shape, Shape_i, SpecifyShape, specify_shape, view_op
from theano.gof import PureOp
from theano.gof.null_type import NullType
from theano.gof.op import Op, PureOp
from theano.gradient import ConsiderConstant, DisconnectedGrad, GradClip, GradScale, ZeroGrad
from theano.ifelse import IfElse
from theano.sandbox.conv import conv2d
from theano.scan_module.scan_utils import clone
from theano.tensor import Apply, Constant, Op, Variable, as_tensor, consider_constant, shared
from theano.tensor.signal.downsample import DownsampleFactorMax
from theano.compile import Rebroadcast
from theano.tensor import IncSubtensor, Rebroadcast, Subtensor, Sum
from theano.tests.breakpoint import PdbBreakpoint
from theano.tensor.utils import shape_of_variables
from theano.tensor.nnet import abstract_conv2d, conv2d_grad_wrt_inputs
from theano.tensor.nnet.abstract_conv import bilinear_kernel_1D, bilinear_kernel_2D
from theano.tensor.nnet.nnet import confusion_matrix, logsoftmax_op, softmax_op
from theano.tensor.nnet.sigm import sigmoid_inplace
"""


@pytest.fixture(scope="module", autouse=True)
def installed():
    """Modules of the name theano, as long as these tests run."""
    minigrad.install_as_theano()
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
        del sys.modules[name]


@pytest.mark.parametrize("statement", IMPORTS.strip().splitlines())
def test_an_import_of_an_old_program_finds_what_it_names(statement):
    exec(statement, {})


def test_theano_and_minigrad_share_variables_settings_and_functions():
    import theano
    import theano.tensor as T

    assert theano.config is minigrad.config
    assert theano.function is minigrad.function
    assert T.matrix is minigrad.tensor.matrix
    assert theano.tensor.nnet.nnet.softmax is minigrad.tensor.nnet.softmax


def test_films_are_convolved_in_the_older_order_of_axes():
    from theano.tensor.nnet.conv3d2d import conv3d

    films, filters = np.random.default_rng(0).normal(size=(2, 2, 4, 3, 5, 4))[:, :, :, :, :, :3]
    filters = filters[:, :2, :, :2, :2]
    right = [
        [sum(convolve(film[:, c], f[:, c], "valid") for c in range(3)) for f in filters]
        for film in films
    ]
    results = conv3d(films, filters, films.shape, filters.shape).eval()
    np.testing.assert_allclose(results, np.swapaxes(right, 1, 2), rtol=1e-12, atol=1e-12)


def test_a_module_that_has_the_name_of_a_function_does_not_hide_it():
    import theano.compile.function  # noqa: F401

    x = minigrad.tensor.dscalar("x")
    assert sys.modules["theano"].compile.function([x], x + 1)(1.0) == 2


def test_minigrad_has_the_modules_of_theano_without_being_installed():
    assert minigrad.gof.graph.Variable is minigrad.Variable
    assert minigrad.updates.OrderedUpdates() == {}


def test_to_install_twice_changes_nothing():
    import theano

    minigrad.install_as_theano()
    assert sys.modules["theano"] is theano


def test_theano_itself_is_not_replaced_once_it_is_loaded():
    program = """
import sys, types
theirs = sys.modules["theano"] = types.ModuleType("theano")
theirs.__file__ = "site-packages/theano/__init__.py"
import minigrad
try:
    minigrad.install_as_theano()
except ImportError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "theano is loaded already, from site-packages/theano/__init__.py" in result.stdout


def test_a_name_of_theanos_is_found_before_anything_of_the_room_is_imported():
    program = "import minigrad; minigrad.gof; print(hasattr(minigrad, 'nothing'))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"


@pytest.mark.numpy_program
def test_modes_are_what_their_optimizers_make_of_them():
    import theano

    modes = [
        theano.Mode(linker="py", optimizer="fast_compile"),
        theano.compile.get_default_mode().excluding("fusion"),
        theano.compile.DebugMode(check_py_code=False),
        theano.compile.get_mode("FAST_COMPILE"),
        theano.compile.FAST_RUN,
        theano.compile.predefined_modes["DEBUG_MODE"],
    ]
    x = theano.tensor.dscalar("x")
    functions = [theano.function([x], 2 * x, mode=mode) for mode in modes]
    assert [f(1.0) for f in functions] == [2.0] * 6
    assert [f.mode for f in functions] == [
        *["FAST_COMPILE", "FAST_RUN", "DebugMode", "FAST_COMPILE", "FAST_RUN", "DebugMode"]
    ]


def test_a_mode_of_no_known_name_is_refused():
    with pytest.raises(ValueError, match="no mode is called 'FAST'"):
        minigrad.theano.compile.get_mode("FAST")


def test_a_monitor_sees_each_operation(capsys):
    import theano
    from theano.compile import MonitorMode
    from theano.compile.monitormode import detect_nan

    x = theano.tensor.dscalar("x")
    seen = []

    def before(i, node, fn):
        seen.append((i, str(node.op), fn.inputs[0][0].item()))

    mode = MonitorMode(pre_func=before, post_func=detect_nan).excluding("fusion")
    f = theano.function([x], theano.tensor.log(x) + 1, mode=mode)
    with pytest.warns(RuntimeWarning):
        f(-1.0)
    assert seen[0] == (0, "log", -1.0) and len(seen) == 2
    assert "NaN detected" in capsys.readouterr().out


def test_a_graph_with_its_inputs_shows_what_a_functions_does():
    from theano.gof import FunctionGraph

    x = minigrad.tensor.dscalar("x")
    graph = FunctionGraph([x], [minigrad.tensor.exp(x) + 1])
    assert [str(node.op) for node in graph.toposort()] == ["exp", "add"]
    assert graph.inputs[0] is not x and graph.inputs[0].name == "x"
    assert FunctionGraph([x], [2 * x], clone=False).inputs == (x,)
    f = minigrad.function(graph.inputs, list(graph.outputs))
    assert {node.op for node in f.maker.fgraph.apply_nodes} == {n.op for n in graph.apply_nodes}


def test_the_arguments_of_a_function_are_kept_in_a_file(tmp_path):
    import theano

    x, total = theano.tensor.dscalar("x"), theano.shared(1.0, "total")
    path = tmp_path / "f.pkl"
    theano.function_dump(str(path), [x], total * x, updates=[(total, total + x)], name="f")
    f = theano.function(**pickle.loads(path.read_bytes()))
    assert (f(2.0), f(2.0), f.name) == (2.0, 6.0, "f")
    with pytest.raises(TypeError):
        theano.function_dump(str(path), [x], no_such_option=1)


def test_a_class_derived_from_ViewOp_changes_the_derivative_and_not_the_value():
    import theano
    import theano.tensor as T

    class Clipped(theano.compile.ViewOp):
        def __init__(self, low, high):
            self.low, self.high = low, high

        def grad(self, inputs, output_gradients):
            return [T.clip(g, self.low, self.high) for g in output_gradients]

    x = T.dscalar("x")
    y = Clipped(-1, 1)(x) ** 2
    f = theano.function([x], [y, T.grad(y, x), T.grad(theano.compile.ops.view_op(x) ** 2, x)])
    assert f(3.0) == [9, 1, 6]
    assert "Clipped" not in f.source


def test_what_differed_in_python_2_is_done_as_in_python_3():
    from theano.compat import cmp, decode, decode_iter, exc_message
    from theano.compat.six import iteritems, iterkeys, itervalues

    assert [cmp(1, 2), cmp(2, 2), cmp(3, 2)] == [-1, 0, 1]
    assert decode(b"a") == "a" and list(decode_iter([b"a", b"b"])) == ["a", "b"]
    assert exc_message(ValueError(KeyError("what"))) == "what"
    d = {"a": 1}
    assert [*iteritems(d), *iterkeys(d), *itervalues(d)] == [("a", 1), "a", 1]


KEYWORDS = {
    "input": "sum prod mean var std",
    "a": "sort argsort ptp round max_and_argmax",
    "t": "shape_padleft shape_padright",
}


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_functions_take_their_tensor_by_theanos_keyword(keyword):
    x = minigrad.tensor.dmatrix("x")
    for name in KEYWORDS[keyword].split():
        function = getattr(minigrad.tensor, name)
        as_list = [
            y if isinstance(y, list) else [y] for y in (function(**{keyword: x}), function(x))
        ]
        for y, other in zip(*as_list, strict=True):
            assert minigrad.gof.graph.is_same_graph(y, other), name


def test_the_shapes_of_all_variables_of_a_graph_follow_from_those_of_its_inputs():
    import theano
    import theano.tensor as T

    x, n = T.matrix("x"), T.iscalar("n")
    y = T.dot(x, x.T)
    graph = theano.FunctionGraph([x, n], [y, y[n:].sum()], clone=False)
    shapes = T.utils.shape_of_variables(graph, {x: (4, 3), n: ()})
    assert (shapes[x], shapes[n], shapes[y], shapes[graph.outputs[1]]) == ((4, 3), (), (4, 4), ())
    with pytest.raises(KeyError):
        T.utils.shape_of_variables(graph, {x: (4, 3)})
