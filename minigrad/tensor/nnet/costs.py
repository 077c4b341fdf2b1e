"""Costs that training minimises: cross-entropies of labels and distributions; counts of errors."""

from __future__ import annotations

from typing import Any

from ...core.axes import as_tensor_variable, dimshuffle, sizes_of
from ...core.elementwise import cast
from ...core.graph import Variable
from ...core.table import eq, log
from ...ops.functions import softplus
from ...ops.indexing import getitem
from ..creation import ogrid
from ..elementwise import as_float
from ..extra_ops import unique
from ..joining import concatenate
from ..products import dot
from ..reductions import sum as sum_of
from ..shapes import specify_shape
from .activations import logsoftmax, softmax


def crossentropy_softmax_1hot(x: Any, y_idx: Any) -> tuple[Variable, Variable]:
    """-log(softmax(x)[i, y_idx[i]]) for each row i, and softmax(x).

    Parameters
    ----------
    x : matrix, or vector for one row
    y_idx : int vector
        The label of each row: the number of a column.

    Returns
    -------
    cost : vector
        It is accurate even for tiny probabilities.
    probabilities : matrix

    Raises
    ------
    TypeError
        If x or y_idx has other dimensions, or y_idx is not an integer vector.

    Examples
    --------
    >>> cost, probabilities = crossentropy_softmax_1hot([[0.0, 0.0]], [1])
    >>> cost.eval(), probabilities.eval()
    (array([0.69314718]), array([[0.5, 0.5]]))
    """
    x, labels = as_tensor_variable(x), as_tensor_variable(y_idx)
    if x.type.ndim not in (1, 2):
        raise TypeError(f"crossentropy_softmax_1hot takes a matrix; got {x} of {x.type}")
    return -_picked("crossentropy_softmax_1hot", logsoftmax(x), labels), softmax(x)


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> Variable:
    """-Σ true_dist · log(coding_dist) along the last axis, the cross-entropy of distributions.

    Parameters
    ----------
    coding_dist : tensor
        Each distribution is along its last axis.
    true_dist : tensor
        Distributions along the last axis; or, with one dimension less, integer labels: then the
        result is -log(coding_dist) at the labels.

    Returns
    -------
    Variable
        It has the shape of coding_dist without the last axis.

    Raises
    ------
    TypeError
        If true_dist has another number of dimensions, or one less but is not an integer tensor.

    Examples
    --------
    >>> categorical_crossentropy([[0.5, 0.5]], [[0.0, 1.0]]).eval()
    array([0.69314718])
    >>> categorical_crossentropy([[0.5, 0.5]], [1]).eval()
    array([0.69314718])
    """
    coding, true = as_float(coding_dist, "floatX"), as_tensor_variable(true_dist)
    if true.type.ndim == coding.type.ndim:
        return -sum_of(as_float(true, coding.type.dtype) * log(coding), axis=-1)
    return -log(_picked("categorical_crossentropy", coding, true))


def confusion_matrix(actual: Any, pred: Any) -> list[Variable]:
    """matrix[i, j] = the number of k with actual[k] = order[i] and pred[k] = order[j].

    Parameters
    ----------
    actual, pred : vectors
        The true and the predicted class of each sample.

    Returns
    -------
    matrix : int64 matrix
        Its diagonal counts the right predictions.
    order : vector
        All values in `actual` and `pred`, sorted.

    Raises
    ------
    ValueError
        If `actual` or `pred` is not a vector, as in Theano.

    Examples
    --------
    >>> matrix, order = confusion_matrix([2, 0, 2, 1], [0, 0, 2, 2])
    >>> matrix.eval()
    array([[1, 0, 0],
           [0, 0, 1],
           [1, 0, 1]])
    """
    labels, predictions = as_tensor_variable(actual), as_tensor_variable(pred)
    for name, v in (("actual", labels), ("pred", predictions)):
        if v.type.ndim != 1:
            raise ValueError(f"confusion_matrix: {name} must be a vector; got {v} of {v.type}")
    order = unique(concatenate([labels, predictions]))
    rows, columns = (
        cast(eq(dimshuffle(v, [0, "x"]), order), "int64") for v in (labels, predictions)
    )
    return [dot(dimshuffle(rows, [1, 0]), columns), order]


def _picked(function: str, p: Variable, labels: Variable) -> Variable:
    """Return p[..., label], for each label from its own distribution along the last axis of p."""
    if labels.type.ndim != p.type.ndim - 1 or labels.type.numpy_dtype.kind not in "iu":
        raise TypeError(
            f"{function} takes integer labels with one dimension less than the distributions' "
            f"{p.type.ndim}; got {labels} of {labels.type}"
        )
    sizes = sizes_of(p)[:-1]
    # Otherwise indexing would broadcast a single label to all distributions.
    labels = specify_shape(labels, sizes)
    return getitem(p, (*ogrid[tuple(map(slice, sizes))], labels))


def binary_crossentropy(output: Any, target: Any) -> Variable:
    """-(target · log(output) + (1 − target) · log(1 − output)), for each element.

    Parameters
    ----------
    output : float tensor
        The probabilities of 1.
    target : tensor
        Numbers from 0 to 1; integers are cast to the dtype of output.

    Examples
    --------
    >>> binary_crossentropy([0.5, 0.75], [0, 1]).eval()
    array([0.69314718, 0.28768207])
    """
    output = as_float(output, "floatX")
    target = as_float(target, output.type.dtype)
    return -(target * log(output) + (1 - target) * log(1 - output))


def sigmoid_binary_crossentropy(output: Any, target: Any) -> Variable:
    """target · softplus(−output) + (1 − target) · softplus(output), for each element.

    It is the `binary_crossentropy` of sigmoid(output), accurate even where that is close to 0 or 1.

    >>> sigmoid_binary_crossentropy([0.0, -1000.0], [0, 1]).eval()
    array([6.93147181e-01, 1.00000000e+03])
    """
    output = as_float(output, "floatX")
    target = as_float(target, output.type.dtype)
    return target * softplus(-output) + (1 - target) * softplus(output)
