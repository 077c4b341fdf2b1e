"""``T.nnet``: activations of neural networks, and the costs that training minimises."""

from ...ops.functions import sigmoid, softplus
from .activations import (
    elu,
    hard_sigmoid,
    logsoftmax,
    relu,
    selu,
    softmax,
    softsign,
    ultra_fast_sigmoid,
)
from .costs import (
    binary_crossentropy,
    categorical_crossentropy,
    crossentropy_softmax_1hot,
    sigmoid_binary_crossentropy,
)

# fmt: off
__all__ = [  # noqa: RUF022  # activations, then costs
    "elu", "hard_sigmoid", "logsoftmax", "relu", "selu", "sigmoid", "softmax", "softplus", "softsign",
    "ultra_fast_sigmoid",
    "binary_crossentropy", "categorical_crossentropy", "crossentropy_softmax_1hot",
    "sigmoid_binary_crossentropy",
]
# fmt: on
