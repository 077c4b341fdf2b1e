"""A name that is not there says what there is instead; nothing that looks for names is disturbed."""

import copy
import doctest
import inspect
import pickle
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec

import pytest

import minigrad
import minigrad.tensor as T
from minigrad.tensor.absent import AbsentName, reason_of

SAID = {
    ("minigrad", "scna"): "minigrad has no 'scna'; did you mean scan?",
    ("minigrad", "updaets"): "minigrad has no 'updaets'; did you mean minigrad.updates?",
    (
        "minigrad",
        "gpuarray",
    ): "minigrad.gpuarray is out of scope: everything is computed on the CPU",
    ("minigrad.tensor", "sofmax"): "minigrad.tensor has no 'sofmax'; did you mean T.nnet.softmax?",
    ("minigrad.tensor", "softmax"): "minigrad.tensor has no 'softmax'; use T.nnet.softmax",
    ("minigrad.tensor", "einsum"): "use T.tensordot or T.batched_tensordot",
    ("minigrad.tensor", "function"): "minigrad.tensor has no 'function'; use minigrad.function",
    ("minigrad.tensor", "zmatrices"): "out of scope: there are no complex numbers",
    ("minigrad.tensor", "qqqqqq"): "minigrad.tensor has no 'qqqqqq'",
    (
        "minigrad.tensor.nnet",
        "sigmiod",
    ): "minigrad.tensor.nnet has no 'sigmiod'; did you mean sigmoid?",
    ("minigrad.theano.tensor.nnet.nnet", "relo"): "theano.tensor.nnet.nnet has no 'relo'; did you",
    ("minigrad.theano.printing", "debugprnt"): "did you mean debugprint?",
    (
        "minigrad.theano.sandbox",
        "cuda",
    ): "theano.sandbox.cuda is out of scope: everything is computed",
    ("minigrad.theano.gof", "local_optimizer"): "Theano's rewrites change graphs in place",
    ("minigrad.theano", "scan_checkpoints"): "scan keeps what derivatives need, and only that",
    ("minigrad.theano", "ProfileMode"): "out of scope: function(…, profile=True) measures calls",
    ("minigrad.theano.gof", "Type"): "out of scope: there is one class of types, T.TensorType",
    ("minigrad.theano.compile", "FunctionMaker"): "it is part of how Theano's compiler works",
    ("minigrad.theano.configparser", "StrParam"): "only Theano's settings exist",
    ("minigrad.theano.printing", "FunctionPrinter"): "by its method formula",
    ("minigrad.theano", "sparse_grad"): "there are no sparse matrices",
}


@pytest.mark.parametrize(("module", "name"), SAID)
def test_an_absent_name_says_the_nearest_or_why_it_is_out_of_scope(module, name):
    home = import_module(module)
    assert not hasattr(home, name)
    with pytest.raises(AttributeError) as error:
        getattr(home, name)
    assert SAID[module, name] in str(error.value)


IMPORTS = {
    "from theano.tensor import sofmax": "theano.tensor has no 'sofmax'; did you mean T.nnet.softmax?",
    "from theano.tensor.nnet.nnet import sofmax": "theano.tensor.nnet.nnet has no 'sofmax'; did you",
    "from theano.tensor.signal import pol": "did you mean pool?",
    "import theano.tensor.signal.pol": "did you mean pool?",
    "import theano.sandbox.cuda.dnn": "theano.sandbox.cuda is out of scope",
    "from theano.sandbox.cuda import dnn": "theano.sandbox.cuda is out of scope",
    "from theano.misc.ordered_set import OrderedSet": "a tool of Theano's developers",
    "from theano.gof.utils import hash_from_code": "part of how Theano's compiler works",
    "from theano import typed_list": "out of scope: there are no typed lists",
    "import theano.tensor.basic.blas": "blas is out of scope: it is part of how Theano writes C",
    "import theano.tensor.nnet.conv.conv2d": "use from theano.tensor.nnet.conv import conv2d",
    "from minigrad.theano.gradient import jacobain": "did you mean jacobian?",
}


@pytest.fixture
def installed():
    minigrad.install_as_theano()
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
        del sys.modules[name]


@pytest.mark.parametrize("statement", IMPORTS)
def test_an_import_of_an_absent_name_says_the_same(installed, statement):
    with pytest.raises(ImportError) as error:
        exec(statement, {})
    assert IMPORTS[statement] in str(error.value)


def test_whether_there_is_a_module_can_be_asked(installed):
    assert find_spec("theano.tensor.signal.pol") is find_spec("minigrad.theano.cuda") is None
    assert find_spec("theano.tensor.signal.pool").name == "minigrad.theano.tensor.signal.pool"


def test_other_imports_that_fail_are_left_alone():
    with pytest.raises(ModuleNotFoundError, match="No module named 'theano'"):
        import_module("theano.tensor")  # which is not installed here
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'minigrad\.nothing'"):
        import_module("minigrad.nothing")


def test_what_is_in_a_module_that_is_out_of_scope_is_so_too():
    assert reason_of("sandbox.cuda.dnn.dnn_conv") == reason_of("gpuarray")
    assert reason_of("tensor.basic.cscalar") == reason_of("tensor.ztensor4s")
    assert reason_of("tensor.clip") is reason_of("sandbox") is None


def test_a_reason_in_a_message_has_no_marks_of_markdown():
    assert reason_of("Type") == "there is one class of types, T.TensorType"


def test_the_words_are_found_only_when_somebody_reads_them(monkeypatch):
    asked = []
    monkeypatch.setattr("minigrad.tensor.absent.why_absent", lambda *of: asked.append(of) or "")
    assert not hasattr(T, "sofmax") and not hasattr(minigrad.gof, "grpah") and not asked
    with pytest.raises(AttributeError) as error:
        T.sofmax  # noqa: B018
    assert str(error.value) == "" and asked == [("minigrad.tensor", "sofmax")]


def test_the_error_can_be_pickled_and_copied():
    error = AbsentName("minigrad.tensor", "sofmax")
    without_init = AbsentName.__new__(AbsentName)  # as by tblib
    without_init.args = error.args
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), without_init):
        assert str(again) == str(error) and again.name == "sofmax"
    assert str(AbsentName("theano.not_loaded", "x")) == "theano.not_loaded has no 'x'"


MODULES = [minigrad, T, T.nnet, minigrad.gof.graph, minigrad.theano.tensor.basic]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_modules_are_looked_at_as_ever(module):
    assert doctest.DocTestFinder().find(module)
    assert inspect.unwrap(module) is module and inspect.getsource(module)
    assert dict(inspect.getmembers(module)).keys() >= {*dir(module)}
    assert pickle.whichmodule(object(), "no such name") == "__main__"
    names = {}
    exec(f"from {module.__name__} import *", names)
    assert set(module.__all__) <= set(names)


def test_a_traceback_suggests_one_name():
    with pytest.raises(AttributeError) as error:
        T.sofmax  # noqa: B018
    shown = "".join(traceback.format_exception(error.value))
    assert shown.endswith("minigrad.tensor has no 'sofmax'; did you mean T.nnet.softmax?\n")
