"""Errors for missing names: the nearest name, or the reason why one is out of scope.

Modules raise `AbsentName`, which makes its message only when somebody reads it: hasattr, pickle and
doctest look up many names that modules need not have.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .numpy_functions import OTHER_NAMES

# Theano's names, without `theano` in front, by the reason why they are out of scope. `*` stands for any
# letters; what is in a module that is out of scope is so, too. Code has the marks of Markdown, for the
# table in docs/from-theano.md; messages leave them out.
_REASONS = {
    "everything is computed on the CPU": """
        gpuarray sandbox.cuda sandbox.gpuarray misc.pycuda_* misc.cudamat_utils misc.gnumpy_utils
        """,
    "it is part of how Theano writes C code": """
        tensor.blas tensor.blas_* tensor.nnet.corr tensor.nnet.corr3d tensor.nnet.conv.ConvOp
        tensor.nnet.Conv3D tensor.nnet.ConvGrad3D tensor.nnet.ConvTransp3D gof.CLinker* gof.COp
        gof.OpenMPOp gof.cc gof.cmodule gof.cutils gof.compiledir gof.compilelock gof.callcache
        gof.lazylinker_c gof.vm gof.link gof.*Linker* gof.params_type gof.ParamsType gof.Generic
        compile.*linker* compile.ops.register_*
        """,
    "it needs another library": "tensor.nnet.ctc sandbox.fourier",
    "there are no sparse matrices": "sparse sandbox.sparse sparse_grad tensor.nnet.blocksparse",
    "there are no typed lists": "typed_list",
    "there are no complex numbers": """
        tensor.[cz]scalar* tensor.[cz]vector* tensor.[cz]matri* tensor.[cz]row* tensor.[cz]col*
        tensor.[cz]tensor[345]* tensor.complex* tensor.real tensor.imag tensor.conj tensor.angle
        tensor.fourier
        """,
    "Theano's rewrites change graphs in place, those of `minigrad.rewrite` make new ones": """
        gof.opt gof.optdb gof.toolbox gof.destroyhandler gof.unify gof.local_optimizer
        gof.*Optimizer gof.*DB gof.Query gof.Feature gof.PatternSub gof.OpSub gof.OpRemove
        compile.*optimizer* compile.*optdb tensor.opt.register_* tensor.opt.local_*
        tensor.opt.*Optimizer tensor.opt_uncanonicalize tensor.nnet.opt scan_module.scan_opt
        sandbox.linalg.*hint* sandbox.linalg.*psd
        """,
    "functions of `T` take single numbers, too": """
        scalar.* tensor.scalar_from_tensor tensor.tensor_from_scalar tensor.ScalarFromTensor
        tensor.TensorFromScalar
        """,
    "there is one class of types, `T.TensorType`": """
        Type generic gof.Type gof.PureType gof.SingletonType gof.generic gof.type
        compile.sharedvalue.generic tensor.type_other tensor.NoneConst tensor.NoneTypeT
        tensor.SliceType tensor.SliceConstant
        """,
    "it is part of how Theano's compiler works": """
        FunctionMaker compile.*FunctionMaker compile.*orig_function compile.*rebuild_collect_shared
        compile.*register_* compile.sandbox configdefaults gof.Container gof.InconsistencyError
        gof.MethodNotDefined gof.hashtype gof.object2 gof.sched gof.utils pathparse raise_op
        """,
    "`scan` keeps what derivatives need, and only that": "*scan_checkpoints",
    "`function(…, profile=True)` measures calls": """
        ProfileMode ProfileStats compile.ProfileMode compile.ProfileStats compile.profiling
        """,
    "only Theano's settings exist; programs keep others by themselves": """
        configparser.AddConfigVar configparser.*Param configparser.EnumStr configparser.*Parser
        """,
    "an op says by its method `formula` how it is written": "printing.*Printer printing.PrinterState",
    "it is a tool of Theano's developers": """
        misc.buildbot_filter misc.burn_gpu misc.check_* misc.cpucount misc.doubleop
        misc.elemwise_* misc.frozendict misc.latence_gpu_transfert misc.ordered_set misc.strutil
        misc.windows test tests.main
        """,
    "arrays are read from files by NumPy": "tensor.io tensor.load",
    "drawings are made by `minigrad.printing.draw`": "d3viz",
}
OUT_OF_SCOPE = {name: reason for reason, names in _REASONS.items() for name in names.split()}

# The names of NumPy or PyTorch, and ours for the same.
_INSTEAD = {
    **{name: f"T.{own}" for name, own in OTHER_NAMES.items()},
    "abs": "T.abs_",
    "array": "T.constant",
    "asarray": "T.as_tensor_variable",
    "digamma": "T.psi",
    "einsum": "T.tensordot or T.batched_tensordot",
    "empty": "T.zeros",
    "full": "T.alloc(value, *shape)",
    "full_like": "T.fill(model, value)",
    "hstack": "T.concatenate(tensors, axis=1)",
    "identity": "T.eye",
    "lgamma": "T.gammaln",
    "log_softmax": "T.nnet.logsoftmax",
    "logical_and": "T.and_",
    "logical_not": "T.invert",
    "logical_or": "T.or_",
    "logical_xor": "T.xor",
    "vstack": "T.concatenate(tensors, axis=0)",
}
# Where most names are, and how they are written there.
_HOMES = {
    "minigrad.theano": "minigrad.",
    "minigrad": "minigrad.",
    "minigrad.tensor": "T.",
    "minigrad.tensor.nnet": "T.nnet.",
}


class AbsentName(AttributeError):
    """Raised for a name that a module does not have."""

    # Some ways of pickling make exceptions without ``__init__``.
    name = property(lambda self: self.args[1])

    def __init__(self, module: str, name: str) -> None:
        super().__init__(module, name, name=name)  # without `obj`, Python suggests nothing besides

    def __str__(self) -> str:
        return why_absent(*self.args)


def why_absent(module: str, name: str) -> str:
    """Return the message: the nearest name, or why the name is out of scope."""
    shown = module.replace("minigrad.theano", "theano", 1)
    if reason := reason_of(f"{_path(module)}.{name}".lstrip(".")):
        return f"{shown}.{name} is out of scope: {reason}"
    if hasattr(sys.modules.get(module), name):
        return f"{shown}.{name} is not a module; use from {shown} import {name}"
    there = f"{shown} has no {name!r}"
    if name.startswith("_"):
        return there
    names = dict(_names_near(module))
    of_others = _INSTEAD if _path(module).startswith("tensor") else {}
    if instead := of_others.get(name) or names.get(name):
        return f"{there}; use {instead}"
    from difflib import get_close_matches  # only errors need it

    nearest = get_close_matches(name, names, 1, 0.7)
    return f"{there}; did you mean {names[nearest[0]]}?" if nearest else there


def reason_of(path: str) -> str | None:
    """Return why a name of Theano's, without `theano` in front, is out of scope; None if it is not."""
    from fnmatch import fnmatchcase  # imported here as get_close_matches is

    parts = path.replace("tensor.basic.", "tensor.").split(".")
    for end in range(1, len(parts) + 1):
        part = ".".join(parts[:end])
        for pattern, reason in OUT_OF_SCOPE.items():
            if fnmatchcase(part, pattern):
                return reason.replace("`", "")
    return None


def _path(module: str) -> str:
    """Return the path of the module in Theano, empty for Theano itself."""
    for root in ("minigrad.theano", "theano", "minigrad"):
        if f"{module}.".startswith(f"{root}."):
            return module[len(root) + 1 :]
    return module


def _names_near(module: str) -> Iterator[tuple[str, str]]:
    """Yield names, each with how it is written: those of the module last, so that they count."""
    for home, prefix in _HOMES.items():
        for name in getattr(sys.modules.get(home), "__all__", ()):
            yield name, prefix + name
    own = sys.modules.get(module)  # where an error is read that was pickled, it may be missing
    for name in getattr(own, "__all__", None) or dir(own):
        if not name.startswith("_"):
            yield name, name
