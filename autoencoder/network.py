"""The network: one hidden layer, and one weight matrix used in both directions.

With X a matrix of n samples (rows) of n_in features (columns)::

    code          = sigmoid(X · W + bh)         (n, n_hidden)
    reconstructed = code · Wᵀ + bo              (n, n_in)
    cost          = mean((X − reconstructed)²)  a number

The decoder uses the encoder's W, transposed: the weights are *tied*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import minigrad
import minigrad.tensor as T

if TYPE_CHECKING:
    from minigrad import Variable


class TiedNetwork:
    """A tied-weight autoencoder as expressions on minigrad's shared variables.

    Parameters
    ----------
    W : array of shape (n_in, n_hidden)
        Weights, of the encoder and, transposed, of the decoder.
    bh : array of shape (n_hidden,)
        Bias of the hidden units.
    bo : array of shape (n_in,)
        Bias of the output units.

    Examples
    --------
    >>> network = TiedNetwork.gaussian(4, 2, np.random.RandomState(0))
    >>> X = T.matrix("X")
    >>> code = minigrad.function([X], network.encode(X))
    >>> code(np.zeros((3, 4))).shape
    (3, 2)
    """

    def __init__(self, W: np.ndarray, bh: np.ndarray, bo: np.ndarray) -> None:
        self.W = minigrad.shared(W, name="W")
        self.bh = minigrad.shared(bh, name="bh")
        self.bo = minigrad.shared(bo, name="bo")
        self.parameters = [self.W, self.bh, self.bo]

    @classmethod
    def gaussian(
        cls, n_in: int, n_hidden: int, rng: np.random.RandomState, dtype: str = "float64"
    ) -> TiedNetwork:
        """A network before training: W ~ N(0, 1) / sqrt(n_in + n_hidden), biases zero."""
        W = rng.randn(n_in, n_hidden) / np.sqrt(n_in + n_hidden)
        return cls(W.astype(dtype), np.zeros(n_hidden, dtype), np.zeros(n_in, dtype))

    def encode(self, X: Variable) -> Variable:
        """The code, sigmoid(X · W + bh): between 0 and 1, one column for each hidden unit."""
        return T.nnet.sigmoid(X.dot(self.W) + self.bh)

    def decode(self, code: Variable) -> Variable:
        """The decoded samples, code · Wᵀ + bo; it is linear, so they may have any size."""
        return code.dot(self.W.T) + self.bo

    def reconstruct(self, X: Variable) -> Variable:
        """X after encoding and decoding."""
        return self.decode(self.encode(X))

    def cost(self, X: Variable, target: Variable | None = None) -> Variable:
        """The mean squared difference between the reconstruction of X and the target.

        The target is X itself unless another is given, such as X without its noise.
        """
        return T.sqr((X if target is None else target) - self.reconstruct(X)).mean()

    def errors(self, X: Variable) -> Variable:
        """The cost of each row of X by itself; their mean is the cost."""
        return T.sqr(X - self.reconstruct(X)).mean(axis=1)
