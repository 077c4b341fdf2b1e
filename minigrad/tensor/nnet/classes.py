"""Softmaxes and their cross-entropies under Theano's other names; a softmax in two steps."""

from __future__ import annotations

from typing import Any

from ...core.axes import as_tensor_variable, dimshuffle
from ...core.graph import Variable
from ..creation import arange
from ..products import batched_dot, dot, tensordot
from ..reductions import max_and_argmax
from ..shapes import reshape
from .activations import softmax
from .costs import categorical_crossentropy, crossentropy_softmax_1hot


def softmax_graph(c: Any) -> Variable:
    """exp(c) / Σ exp(c) along the last axis: `softmax`, which keeps the shape of a vector.

    >>> softmax_graph([0.0, 0.0]).eval()
    array([0.5, 0.5])
    """
    return softmax(c, axis=-1)


def softmax_with_bias(x: Any, b: Any) -> Variable:
    """softmax(x + b), where b is added to each row.

    >>> softmax_with_bias([[0.0, 1.0]], [1.0, 0.0]).eval()
    array([[0.5, 0.5]])
    """
    return softmax(as_tensor_variable(x) + b)


def crossentropy_categorical_1hot(coding_dist: Any, true_one_of_n: Any) -> Variable:
    """-log(coding_dist[i, true_one_of_n[i]]) for each row i; see `categorical_crossentropy`.

    >>> crossentropy_categorical_1hot([[0.5, 0.5]], [1]).eval()
    array([0.69314718])
    """
    return categorical_crossentropy(coding_dist, true_one_of_n)


def crossentropy_softmax_1hot_with_bias(x: Any, b: Any, y_idx: Any) -> tuple[Variable, Variable]:
    """`crossentropy_softmax_1hot` of x + b, where b is added to each row.

    >>> crossentropy_softmax_1hot_with_bias([[0.0, 1.0]], [1.0, 0.0], [1])[0].eval()
    array([0.69314718])
    """
    return crossentropy_softmax_1hot(as_tensor_variable(x) + b, y_idx)


def crossentropy_softmax_argmax_1hot_with_bias(x: Any, b: Any, y_idx: Any) -> list[Variable]:
    """The cross-entropy of each row of softmax(x + b), the softmax, and its largest column.

    >>> [y.eval().shape for y in crossentropy_softmax_argmax_1hot_with_bias([[0.0, 1.0]], 0.0, [1])]
    [(1,), (1, 2), (1,)]
    """
    cost, p, _, place = crossentropy_softmax_max_and_argmax_1hot_with_bias(x, b, y_idx)
    return [cost, p, place]


def crossentropy_softmax_max_and_argmax_1hot(x: Any, y_idx: Any) -> tuple[Variable, ...]:
    """The cross-entropy of each row of softmax(x), the softmax, its largest value and that column.

    >>> [y.eval().shape for y in crossentropy_softmax_max_and_argmax_1hot([[0.0, 1.0]], [1])]
    [(1,), (1, 2), (1,), (1,)]
    """
    cost, p = crossentropy_softmax_1hot(x, y_idx)
    return (cost, p, *max_and_argmax(p, axis=-1))


def crossentropy_softmax_max_and_argmax_1hot_with_bias(
    x: Any, b: Any, y_idx: Any
) -> tuple[Variable, ...]:
    """`crossentropy_softmax_max_and_argmax_1hot` of x + b, where b is added to each row.

    >>> results = crossentropy_softmax_max_and_argmax_1hot_with_bias([[0.0, 3.0]], [1.0, 0.0], [1])
    >>> results[3].eval()
    array([1])
    """
    return crossentropy_softmax_max_and_argmax_1hot(as_tensor_variable(x) + b, y_idx)


def h_softmax(
    x: Any,
    batch_size: Any,
    n_outputs: Any,
    n_classes: Any,
    n_outputs_per_class: Any,
    W1: Any,
    b1: Any,
    W2: Any,
    b2: Any,
    target: Any = None,
) -> Variable:
    """A softmax in two steps: the probability of a class of outputs, times that of an output in it.

    Parameters
    ----------
    x : matrix
        A row for each sample.
    batch_size, n_outputs : int
        The numbers of samples and of outputs.
    n_classes, n_outputs_per_class : int
        Their product is at least n_outputs. It is fastest if both are about √n_outputs.
    W1 : matrix (features, n_classes)
    b1 : vector (n_classes)
    W2 : tensor3 (n_classes, features, n_outputs_per_class)
    b2 : matrix (n_classes, n_outputs_per_class)
    target : int vector, optional
        The output of each sample whose probability to return.

    Returns
    -------
    Variable
        The probability of each sample's target; without targets, a matrix with those of
        all outputs.

    References
    ----------
    Goodman, *Classes for Fast Maximum Entropy Training*, 2001.

    Examples
    --------
    >>> import numpy as np
    >>> W1, W2, b2 = np.zeros((3, 2)), np.zeros((2, 3, 2)), np.zeros((2, 2))
    >>> h_softmax(np.ones((1, 3)), 1, 4, 2, 2, W1, np.zeros(2), W2, b2, target=[3]).eval()
    array([0.25])
    """
    x, W1, b1, W2, b2 = map(as_tensor_variable, (x, W1, b1, W2, b2))
    of_classes = softmax(dot(x, W1) + b1)
    if target is None:
        within = softmax(tensordot(x, W2, [[1], [1]]) + dimshuffle(b2, ["x", 0, 1]), axis=-1)
        each = dimshuffle(of_classes, [0, 1, "x"]) * within
        return reshape(each, (batch_size, -1))[:, :n_outputs]
    target = as_tensor_variable(target)
    group, place = target // n_outputs_per_class, target % n_outputs_per_class
    within = softmax(batched_dot(x, W2[group]) + b2[group])
    rows = arange(batch_size)
    return of_classes[rows, group] * within[rows, place]
