"""Dtypes are Theano's: the table `theano_dtypes.tsv` is Theano 1.0.5's, of 5,168 expressions.

The differences that are deliberate are listed here, and in docs/architecture.md with their reasons.
"""

from pathlib import Path

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T

CODES = {
    "f4": "float32", "f8": "float64", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64",
    "u1": "uint8", "u8": "uint64", "b1": "bool", "!": "refused",
}  # fmt: skip
DTYPES = ("float32", "float64", "int8", "int32", "int64", "uint8", "bool")
PAIRS, FUNCTIONS, CONSTRUCTORS = (
    [line.split("\t") for line in part.splitlines() if not line.startswith("#")]
    for part in (Path(__file__).parent / "theano_dtypes.tsv").read_text().split("\n\n")
)

OPERATIONS = {
    "+": lambda a, b: a + b,
    "r-": lambda a, b: b - a,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "r/": lambda a, b: b / a,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "r**": lambda a, b: b**a,
    "max": T.maximum,
    "eq": T.eq,
    "gt": T.gt,
    "switch": lambda a, b: T.switch(tensor("bool"), a, b),
    "and": T.and_,
}

RIGHT = {
    "1": 1,
    "0.5": 0.5,
    "300": 300,
    "-1": -1,
    "True": True,
    "np.float32": np.float32(2),
    "np.float64": np.float64(2),
    "np.int32": np.int32(2),
    "np.int64": np.int64(2),
    "nparr64": np.ones(2),
    "nparr_i": np.ones(2, "int64"),
    "2**40": 2**40,
    "0.1": 0.1,
    "1e40": 1e40,
    "eq": T.eq(T.ivector(), T.ivector()),
}

UNARY = {
    "neg": lambda a: -a,
    "abs": abs,
    "norm": lambda a: a.norm(2),
    "dot": lambda a: T.dot(a, a),
    "dotf32": lambda a: T.dot(a, T.fvector()),
    "invert": lambda a: ~a,
    "clip": lambda a: T.clip(a, 0, 1),
    "clipf": lambda a: T.clip(a, 0.0, 1.0),
    "set": lambda a: T.set_subtensor(a[0], 1),
    "setf": lambda a: T.set_subtensor(a[0], 0.5),
    "nnz": lambda a: a.nonzero()[0],
    "size": lambda a: a.size,
    "hard": T.nnet.hard_sigmoid,
    "mean32": lambda a: T.mean(a, dtype="float32"),
    "sum32": lambda a: T.sum(a, dtype="float32"),
    "concat": lambda a: T.concatenate([a, T.fvector()]),
    "stack": lambda a: T.stack([a, T.fvector()]),
    "alloc": lambda a: T.alloc(a, 2, 3),
    "tensordot": lambda a: T.tensordot(a, a, 1),
    "outer": lambda a: T.outer(a, a),
    "mean_cast": lambda a: T.cast(a, "floatX"),
    "arctan2": lambda a: T.arctan2(a, a),
    "addint": lambda a: a + 1 + 1,
    "choose": lambda a: a[T.arange(2)],
    "power.5": lambda a: a**0.5,
    "power2": lambda a: a**2,
    "power-1": lambda a: a**-1,
    **{
        name: getattr(T, name)
        for name in "exp sqrt sqr sum mean prod max argmax var std any all cumsum sgn floor ceil round"
        " tanh log inv zeros_like ones_like isnan ptp erf".split()
    },
    **{name: getattr(T.nnet, name) for name in "sigmoid softmax relu softplus elu".split()},
}

MAKERS = {
    "arange3": lambda: T.arange(3),
    "arange.": lambda: T.arange(0.0, 1.0, 0.1),
    "arangei": lambda: T.arange(T.iscalar()),
    "ones": lambda: T.ones((2,)),
    "zeros": lambda: T.zeros(2),
    "eye": lambda: T.eye(2),
    "const1": lambda: T.constant(1),
    "const.5": lambda: T.constant(0.5),
    "const[1,2]": lambda: T.constant([1, 2]),
    "const[.5]": lambda: T.constant([0.5]),
    "as1": lambda: T.as_tensor_variable(1),
    "as.5": lambda: T.as_tensor_variable(0.5),
    "as[1,2]": lambda: T.as_tensor_variable([1, 2]),
    "const300": lambda: T.constant(300),
    "shared1": lambda: minigrad.shared(1),
    "shared.5": lambda: minigrad.shared(0.5),
    "shared[]": lambda: minigrad.shared(np.array([1, 2])),
    "alloc0": lambda: T.alloc(0, 2),
    "alloc0.": lambda: T.alloc(0.0, 2),
    "linspace": lambda: T.constant(0.1),  # named so in the table
    "scalar": lambda: T.scalar(),
    "max01": lambda: T.maximum(0, 1),
    "stack": lambda: T.stack([1, 2]),
    "sharedTrue": lambda: minigrad.shared(True),
    "sharednp32": lambda: minigrad.shared(np.float32(1)),
    "fill": lambda: T.fill(T.ivector(), 0.5),
    "ones_like": lambda: T.ones_like(T.ivector(), dtype="float32"),
    "mgrid": lambda: T.mgrid[0:3, 0:2][0],
    "tri": lambda: T.tri(3),
}

BOOL = {"bool", "eq"}
INTEGERS = {"int8", "int32", "int64", "uint8"}


# A difference: whether it is meant, from the operation, its operands, Theano's dtype and ours.
DELIBERATE = {
    "Theano refuses Python's True": lambda name, operands, theirs, ours: (
        "True" in operands and theirs == "refused"
    ),
    "Theano refuses bool & integer": lambda name, operands, theirs, ours: (
        name == "and" and theirs == "refused" and "True" not in operands and bool(BOOL & {*operands})
    ),
    "Theano refuses to round integers, and their softmax": lambda name, operands, theirs, ours: (
        name in ("round", "softmax") and theirs == "refused"
    ),
    "a Python number beside float32 makes no float64": lambda name, operands, theirs, ours: (
        "float32" in operands and (theirs, ours) == ("float64", "float32")
        and operands[1] in ("0.1", "2**40")
    ),
    "a list of Python floats follows floatX": lambda name, operands, theirs, ours: (
        name == "const[.5]" and (theirs, ours) == ("float64", "float32")
    ),
    "bool is counted in int8, as NumPy does": lambda name, operands, theirs, ours: (
        name in ("//", "%", "sqr") and BOOL >= {*operands} and (theirs, ours) == ("bool", "int8")
    ),
    "a running sum does not wrap": lambda name, operands, theirs, ours: (
        name == "cumsum" and not {*operands} & {"float32", "float64"} and ours.endswith("int64")
    ),
    "0.5 is not cut off to 0": lambda name, operands, theirs, ours: (
        name == "setf" and {*operands} <= INTEGERS | BOOL and ours == "refused"
    ),
}  # fmt: skip


def tensor(dtype):
    return T.TensorType(dtype, (None,))()


def rows(part):
    """(floatX, name, operands, dtype) for each dtype of a part of the table."""
    header, *lines = part
    columns = header[1:] if part is CONSTRUCTORS else header[header.index(DTYPES[0]) :]
    for line in lines:
        floatX, *keys = line[: -len(columns)]
        for column, code in zip(columns, line[-len(columns) :], strict=True):
            yield floatX, *keys, column, CODES[code]


def dtype_of(build, *arguments):
    try:
        return build(*arguments).dtype
    except (TypeError, ValueError):
        return "refused"


def differences(floatX):
    """(name, operands, Theano's dtype, ours) where they differ, and the number of expressions."""
    tensors = {dtype: tensor(dtype) for dtype in DTYPES}
    found, count = [], 0
    for part in (PAIRS, FUNCTIONS, CONSTRUCTORS):
        for row_floatX, *keys, theirs in rows(part):
            if row_floatX != floatX:
                continue
            count += 1
            name, *operands = keys
            if part is PAIRS:
                left, right = operands
                other = tensors[right] if right in tensors else RIGHT[right]
                ours = dtype_of(OPERATIONS[name], tensors[left], other)
            elif part is FUNCTIONS:
                ours = dtype_of(UNARY[name], tensors[operands[0]])
            else:
                ours = dtype_of(MAKERS[name])
            if ours != theirs:
                found.append((name, operands, theirs, ours))
    return found, count


@pytest.fixture(scope="module")
def found():
    """The differences under both settings of floatX."""
    before = minigrad.config.floatX
    result, total = [], 0
    try:
        for floatX in ("float64", "float32"):
            minigrad.config.floatX = floatX
            differing, count = differences(floatX)
            result += differing
            total += count
    finally:
        minigrad.config.floatX = before
    assert total == 5168
    return result


def test_dtypes_are_theanos_but_for_the_deliberate_differences(found):
    used = set()
    for difference in found:
        reasons = [reason for reason, is_meant in DELIBERATE.items() if is_meant(*difference)]
        assert len(reasons) == 1, difference
        used.update(reasons)
    assert used == {*DELIBERATE}


def test_no_difference_makes_a_float32_program_float64(found):
    assert not [d for d in found if d[2] == "float32" and d[3] == "float64"]
