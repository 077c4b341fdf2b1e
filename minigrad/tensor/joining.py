"""Joining tensors along an axis or a new one, and splitting them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.axes import as_tensor_variable
from ..core.graph import Variable
from ..ops.counting import normalize_axis
from ..ops.joining import Join, Split, stack
from .sizes import as_size


def join(axis: int, *tensors: Any) -> Variable:
    """The tensors, joined one after the other along an axis that they have.

    Parameters
    ----------
    axis : int
    *tensors : tensors, or one list of them
        Their shapes must be equal except along that axis.

    Raises
    ------
    ValueError
        If there are no tensors, or their numbers of dimensions or known sizes differ; at run
        time, if other sizes differ.

    Examples
    --------
    >>> join(0, [1, 2], [3]).eval()
    array([1, 2, 3])
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    variables = [as_tensor_variable(tensor) for tensor in tensors]
    if not variables or not variables[0].type.ndim:
        raise ValueError(
            "join takes at least one tensor, of at least one dimension; use stack for scalars"
        )
    return Join(normalize_axis(axis, variables[0].type.ndim))(*variables)


def concatenate(tensor_list: Sequence[Any], axis: int = 0) -> Variable:
    """The tensors of a list, joined along an axis that they have; see `join`.

    >>> concatenate([[1, 2], [3]]).eval()
    array([1, 2, 3])
    """
    if isinstance(tensor_list, Variable):
        raise TypeError("concatenate takes a list of tensors; got one tensor")
    return join(axis, *tensor_list)


def horizontal_stack(*args: Any) -> Variable:
    """The matrices side by side.

    Raises
    ------
    ValueError
        If there are no matrices, or one argument is not a matrix.

    Examples
    --------
    >>> horizontal_stack([[1], [2]], [[3], [4]]).eval()
    array([[1, 3],
           [2, 4]])
    """
    return join(1, *_matrices("horizontal_stack", args))


def vertical_stack(*args: Any) -> Variable:
    """The matrices, one below the other; see `horizontal_stack`.

    >>> vertical_stack([[1, 2]], [[3, 4]]).eval()
    array([[1, 2],
           [3, 4]])
    """
    return join(0, *_matrices("vertical_stack", args))


def _matrices(function: str, args: Sequence[Any]) -> list[Variable]:
    matrices = [as_tensor_variable(arg) for arg in args]
    for matrix in matrices:
        if matrix.type.ndim != 2:
            raise ValueError(f"{function} takes matrices; got {matrix} of {matrix.type}")
    return matrices


def stacklists(arg: Any) -> Variable:
    """One tensor from nested lists of tensors of one shape, with a leading axis for each level.

    >>> stacklists([[1.0, 2.0], [x := as_tensor_variable([4.0])[0], x]]).eval()
    array([[1., 2.],
           [4., 4.]])
    """
    if isinstance(arg, (list, tuple)):
        return stack([stacklists(entry) for entry in arg])
    return as_tensor_variable(arg)


def split(x: Any, splits_size: Any, n_splits: int, axis: int = 0) -> list[Variable]:
    """x cut along an axis into pieces of the given lengths.

    Parameters
    ----------
    x : tensor
    splits_size : int vector
        The lengths; their sum is the size of that axis.
    n_splits : int
        The number of pieces.
    axis : int

    Returns
    -------
    list of Variable

    Raises
    ------
    ValueError
        If a list of lengths does not have n_splits entries; at run time, if the sum of the lengths
        is not the size.

    Examples
    --------
    >>> [part.eval() for part in split([1, 2, 3], [1, 2], 2)]
    [array([1]), array([2, 3])]
    """
    x = as_tensor_variable(x)
    if not isinstance(splits_size, (list, tuple)):
        lengths = as_tensor_variable(splits_size)
        splits_size = [lengths[i] for i in range(n_splits)]
    parts = list(map(as_size, splits_size))
    if len(parts) != n_splits:
        raise ValueError(f"split: got {len(parts)} lengths for {n_splits} pieces")
    return Split(normalize_axis(axis, x.type.ndim), n_splits).parts(x, parts)
